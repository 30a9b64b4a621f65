/**
 * Called by `reconcile`: removes subscriptions that we made and no longer need, because X sends and bills their events for
 * nobody. A subscription is surplus if it has our form, points to our webhook or a former one of ours, and its account is
 * no channel (connected or waiting to be reconnected), or another one for the same account and event stays. One of an
 * account without a channel must be an hour old, because connecting subscribes before it writes the channel.
 */
import type { ChannelStore, OwnWebhook } from '../../core/ports/channels.ts'
import type { Log } from '../../core/ports/platform.ts'
import { XError, type XSubscriptions } from '../../core/ports/x.ts'
import { type SubscriptionList, surplusIn } from '../../core/x/subscriptions.ts'

export type SurplusDependencies = {
  channels: Pick<ChannelStore, 'list'>
  subscriptions: Pick<XSubscriptions, 'listSubscriptions' | 'removeSubscriptions'>
  log: Log
}

/** Of each kind in a run, 100 in a call: the run must end in time, and the next one removes further ones. */
const MAX_REMOVED = 1_000

export function createSurplusRemoval({ channels, subscriptions, log }: SurplusDependencies) {
  /** What X refuses is logged and not thrown: the next run tries again. @param known the list of this run, if it has one */
  return async (webhook: OwnWebhook, known: SubscriptionList | null, now: Date): Promise<void> => {
    try {
      const { activity } = known ?? (await subscriptions.listSubscriptions(webhook.id))
      // Read after the list, so that an account that was connected meanwhile counts.
      const current = (await channels.list()).filter(({ status }) => status !== 'disconnected')
      const accounts = new Set(current.map(({ twitterUserId }) => twitterUserId))
      const { orphans, duplicates } = surplusIn(activity, webhook, accounts, now)
      if (orphans.length + duplicates.length === 0) return
      const first = { orphans: orphans.slice(0, MAX_REMOVED), duplicates: duplicates.slice(0, MAX_REMOVED) }
      await subscriptions.removeSubscriptions([...first.orphans, ...first.duplicates])
      log({
        event: 'subscriptions_removed',
        orphans: first.orphans.length,
        duplicates: first.duplicates.length,
      })
    } catch (error) {
      if (!(error instanceof XError)) throw error
      log({ event: 'x_call_failed', list: 'subscriptions', status: error.status, reason: error.detail })
    }
  }
}
