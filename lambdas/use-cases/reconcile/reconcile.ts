/**
 * Called every 15 minutes by a schedule. Promises that our webhook and the subscription of each connected channel work,
 * are repaired, or that administrators get a mail with what to do; and that what X did not deliver meanwhile is
 * fetched. The next run continues what this one does not finish.
 */
import type { EventBridgeEvent } from 'aws-lambda'
import type { Channel } from '../../core/channels/channel.ts'
import { errorFields } from '../../core/log.ts'
import type { Log } from '../../core/ports/platform.ts'
import { type ChannelDependencies, createChannelReconciler } from './reconcile-channel.ts'
import {
  createWebhookReconciler,
  type VerifiedWebhook,
  type WebhookReconcileDependencies,
} from './reconcile-webhook.ts'

export type ReconcileDependencies = WebhookReconcileDependencies & ChannelDependencies & { log: Log }

/** Channels reconciled in parallel, each with a few calls to X. */
const PARALLEL_CHANNELS = 5

export function createReconcile(dependencies: ReconcileDependencies) {
  const { channels, log } = dependencies
  const webhook = createWebhookReconciler(dependencies)
  const reconcileChannel = createChannelReconciler(dependencies)

  return async ({ time }: Pick<EventBridgeEvent<string, unknown>, 'time'>): Promise<void> => {
    const now = new Date(time)
    const connected = (await channels.list()).filter((channel) => channel.status === 'connected')
    if (connected.length === 0) {
      log({ event: 'reconciled', channels: 0 })
      return
    }
    const ours = await webhook.repair(now)
    if (!ours) return
    const failed: string[] = []
    const remaining = [...connected]
    const work = async () => {
      for (let channel = remaining.shift(); channel; channel = remaining.shift()) {
        if (!(await reconcileOne(channel, ours, now))) failed.push(channel.id)
      }
    }
    await Promise.all(Array.from({ length: PARALLEL_CHANNELS }, work))
    await webhook.requestReplay(ours.id, now)
    await webhook.endFormerSubscriptions(ours)
    // Every channel must know of the outage before the webhook forgets it.
    if (failed.length > 0) throw new Error(`${failed.length} of ${connected.length} channels could not be reconciled`)
    await webhook.finish(ours, now)
    log({ event: 'reconciled', channels: connected.length })
  }

  /** False after a failure, which must not stop the other channels. */
  async function reconcileOne(channel: Channel, ours: VerifiedWebhook, now: Date): Promise<boolean> {
    try {
      await reconcileChannel(channel, ours, now)
      return true
    } catch (error) {
      log({ event: 'failed', channelId: channel.id, ...errorFields(error) })
      return false
    }
  }
}
