/**
 * Called every 15 minutes by a schedule. Promises that our webhook and the subscription of each connected channel work,
 * are repaired, or that administrators get a mail with what to do; and that what X did not deliver meanwhile is
 * fetched. The next run continues what this one does not finish.
 */
import { createHash } from 'node:crypto'
import type { EventBridgeEvent } from 'aws-lambda'
import type { Channel } from '../../core/channels/channel.ts'
import { eventSourceEndMail } from '../../core/channels/mails.ts'
import type { Log } from '../../core/ports/platform.ts'
import { type EventSource, endOf } from '../../core/x/event-source.ts'
import { eachChannel } from '../each-channel.ts'
import { type ChannelDependencies, createChannelReconciler } from './reconcile-channel.ts'
import { createWebhookReconciler, type WebhookReconcileDependencies } from './reconcile-webhook.ts'
import { createSurplusRemoval } from './remove-surplus.ts'

export type ReconcileDependencies = WebhookReconcileDependencies &
  ChannelDependencies & {
    /** The event system that channels subscribe to. */
    eventSource: EventSource
    log: Log
  }

/** Channels reconciled in parallel, each with a few calls to X. */
const PARALLEL_CHANNELS = 5

export function createReconcile(dependencies: ReconcileDependencies) {
  const { channels, health, eventSource, notify, publicUrl, log } = dependencies
  const webhook = createWebhookReconciler(dependencies)
  const reconcileChannel = createChannelReconciler(dependencies)
  const removeSurplus = createSurplusRemoval(dependencies)

  /** Mails once, for good, that X ends the event system of the channels. */
  async function tellEndOfEventSource(at: string): Promise<void> {
    const end = endOf(eventSource)
    if (end === null || (await health.eventSourceEndNotified())) return
    const notified = await notify('event source', null, () => eventSourceEndMail(end, publicUrl))
    if (notified) await health.eventSourceEndWasNotified(at)
  }

  return async ({ time }: Pick<EventBridgeEvent<string, unknown>, 'time'>): Promise<void> => {
    const now = new Date(time)
    const connected = (await channels.list()).filter((channel) => channel.status === 'connected')
    if (connected.length === 0) {
      const former = await channels.ownWebhook()
      if (former) await removeSurplus(former, null, now)
      log({ event: 'reconciled', channels: 0 })
      return
    }
    await tellEndOfEventSource(time)
    const ours = await webhook.repair(now)
    if (!ours) return
    const failed = await eachChannel(shuffled(connected, time), PARALLEL_CHANNELS, log, (channel) =>
      reconcileChannel(channel, ours, now),
    )
    await webhook.requestReplay(ours.id, now)
    await webhook.endFormerSubscriptions(ours)
    await dependencies.subscriptions.subscribeToRevocations(ours, ours.subscriptions)
    await removeSurplus(ours, ours.subscriptions, now)
    // Every channel must know of the outage before the webhook forgets it.
    if (failed > 0) throw new Error(`${failed} of ${connected.length} channels could not be reconciled`)
    await webhook.finish(ours, now)
    log({ event: 'reconciled', channels: connected.length })
  }
}

/** The channels in another order in each run: where X's limits end a run, it is not always the same channels that wait. */
function shuffled(channels: readonly Channel[], time: string): Channel[] {
  const place = ({ id }: Channel) => createHash('sha256').update(`${time} ${id}`).digest('hex')
  return channels
    .map((channel) => ({ channel, place: place(channel) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ channel }) => channel)
}
