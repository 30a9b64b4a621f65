/**
 * Called every 15 minutes by the clock. Promises that our webhook and the subscription of every connected channel are
 * in order, or mended, or that administrators hear what they must do; and that what X did not deliver in between is
 * asked for. What a run does not finish, the next goes on with.
 */
import type { EventBridgeEvent } from 'aws-lambda'
import type { Channel } from '../../core/channels/channel.ts'
import { errorFields } from '../../core/log.ts'
import type { Log } from '../../core/ports/platform.ts'
import { type ChannelDependencies, createChannelCare } from './reconcile-channel.ts'
import { createWebhookCare, type WebhookReconcileDependencies } from './reconcile-webhook.ts'

export type ReconcileDependencies = WebhookReconcileDependencies & ChannelDependencies & { log: Log }

/** Channels looked after side by side; X is asked a few things for each. */
const AT_ONCE = 5

export function createReconcile(dependencies: ReconcileDependencies) {
  const { channels, log } = dependencies
  const webhook = createWebhookCare(dependencies)
  const care = createChannelCare(dependencies)

  return async ({ time }: Pick<EventBridgeEvent<string, unknown>, 'time'>): Promise<void> => {
    const now = new Date(time)
    const connected = (await channels.list()).filter((channel) => channel.status === 'connected')
    if (connected.length === 0) {
      log({ event: 'reconciled', channels: 0 })
      return
    }
    const ours = await webhook.tend(now)
    if (!ours) return
    const failed: string[] = []
    const waiting = [...connected]
    const work = async () => {
      for (let channel = waiting.shift(); channel; channel = waiting.shift()) {
        if (!(await tendOne(channel, ours, now))) failed.push(channel.id)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    await webhook.replay(ours.id, now)
    // Only when every channel knows of the gap is the trouble that made it forgotten.
    if (failed.length > 0) throw new Error(`${failed.length} of ${connected.length} channels could not be looked after`)
    await webhook.settle(ours, now)
    log({ event: 'reconciled', channels: connected.length })
  }

  /** One channel must not keep the others from being looked after. */
  async function tendOne(channel: Channel, ours: Parameters<typeof care>[1], now: Date): Promise<boolean> {
    try {
      await care(channel, ours, now)
      return true
    } catch (error) {
      log({ event: 'failed', channelId: channel.id, ...errorFields(error) })
      return false
    }
  }
}
