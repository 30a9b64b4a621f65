/**
 * Called every 15 minutes by a schedule. Promises that our webhook and the subscription of each connected channel work,
 * are repaired, or that administrators get a mail with what to do; and that what X did not deliver meanwhile is
 * fetched. The next run goes on with what this one does not finish.
 * Called too when the alarm on refused deliveries begins and ends: notes that gap for the next run.
 */
import type { Context, EventBridgeEvent } from 'aws-lambda'
import type { Channel } from '../../core/channels/channel.ts'
import { type ChannelHealth, unknownChannelHealth } from '../../core/channels/health.ts'
import { eventSourceEndMail } from '../../core/channels/mails.ts'
import { type AlarmChange, extendBackfill, gapIn, type Outage } from '../../core/channels/outage.ts'
import type { Log } from '../../core/ports/platform.ts'
import { type EventSource, endOf } from '../../core/x/event-source.ts'
import { eachChannel } from '../each-channel.ts'
import { inParallel } from '../in-parallel.ts'
import { type ChannelDependencies, createChannelReconciler } from './reconcile-channel.ts'
import { createWebhookReconciler, type WebhookReconcileDependencies } from './reconcile-webhook.ts'
import { createSurplusRemoval } from './remove-surplus.ts'

export type ReconcileDependencies = WebhookReconcileDependencies &
  ChannelDependencies & {
    /** The event system that channels subscribe to. */
    eventSource: EventSource
    log: Log
  }

/** A run of the schedule; or, with a state, a change of the alarm on refused deliveries. */
export type ReconcileEvent = Pick<EventBridgeEvent<string, unknown>, 'time'> & {
  readonly detail?: AlarmChange | object
}

/** Channels reconciled in parallel, each with a few calls to X. */
const PARALLEL_CHANNELS = 20

/** The longest time for a channel: eight subscriptions and twenty pages of lists take about ten seconds. */
const MAX_CHANNEL_MS = 60_000

/** After the channels: a replay, the end of former subscriptions, and the removal of those that nobody needs. */
const RESERVE_MS = 60_000

/**
 * About so many channels in order are asked for access in a run, on average: with 2,000 each in every second run, with
 * 3,000 in every third.
 */
const ASKED_PER_RUN = 1_000
const RUN_MS = 15 * 60_000

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

  const healthsOf = (some: readonly Channel[]) => health.channelHealths(some.map(({ id }) => id))

  /** Stores an outage of the webhook at every channel, whenever its turn comes. Doing it again only reads more. */
  async function storeOutage(connected: readonly Channel[], outage: Outage): Promise<void> {
    const known = await healthsOf(connected)
    await inParallel(connected, PARALLEL_CHANNELS, ({ id }) => {
      const before = known.get(id) ?? unknownChannelHealth
      return health.saveChannel(id, { ...before, backfill: extendBackfill(before.backfill, outage) })
    })
  }

  /** Notes what the gateway turned away, or answered while the webhook did not run. The next run fetches it. */
  async function noteGap(change: AlarmChange): Promise<void> {
    const gap = gapIn(change)
    if (!gap) return
    await health.noteOutage(gap)
    log({ event: 'gap_noted', ...gap })
  }

  return async (
    { time, detail }: ReconcileEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<void> => {
    if (detail && 'state' in detail) return noteGap(detail)
    const now = new Date(time)
    const connected = (await channels.list()).filter((channel) => channel.status === 'connected')
    if (connected.length === 0) {
      const former = await channels.ownWebhook()
      if (former) await removeSurplus(former, null, now)
      log({ event: 'reconciled', channels: 0, attended: 0, failed: 0, left: 0 })
      return
    }
    await tellEndOfEventSource(time)
    const ours = await webhook.repair(now)
    if (!ours) return
    // Every channel must know of the outage before the webhook forgets it.
    if (ours.outage) await storeOutage(connected, ours.outage)
    const restMs = Math.floor(connected.length / ASKED_PER_RUN) * RUN_MS
    const run = { webhook: ours, extension: await channels.extension(), restMs, now }
    const end = await eachChannel<ChannelHealth>(
      connected,
      {
        schedule: 'reconcile',
        parallel: PARALLEL_CHANNELS,
        maxChannelMs: MAX_CHANNEL_MS,
        reserveMs: RESERVE_MS,
        remainingMs: () => context.getRemainingTimeInMillis(),
        now,
        health,
        read: healthsOf,
        log,
      },
      (channel, stored, signal) => reconcileChannel(channel, stored, run, signal),
    )
    await webhook.requestReplay(ours.id, now)
    await webhook.endFormerSubscriptions(ours)
    await dependencies.subscriptions.subscribeToRevocations(ours, ours.subscriptions)
    await removeSurplus(ours, ours.subscriptions, now)
    await webhook.finish(ours, now)
    log({ event: 'reconciled', ...end })
    if (end.failed > 0) throw new Error(`${end.failed} of ${end.channels} channels could not be reconciled`)
  }
}
