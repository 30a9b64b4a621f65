import type { Channel } from '../../core/channels/channel.ts'
import { adviceFor, type ChannelHealth, type Fault, faultOf } from '../../core/channels/health.ts'
import { channelFaultMail, repairedMail } from '../../core/channels/mails.ts'
import { missedWith, widen } from '../../core/channels/outage.ts'
import type { ChannelStore, HealthStore } from '../../core/ports/channels.ts'
import type { Encryption, Log } from '../../core/ports/platform.ts'
import { type Account, type AccountTokens, type XAccounts, XError, type XSubscriptions } from '../../core/ports/x.ts'
import { laterOf } from '../../core/time.ts'
import { tokensOf as readTokens } from '../account-tokens.ts'
import type { Notify } from '../notify-administrators.ts'
import { type BackfillDependencies, createBackfill } from './backfill.ts'
import type { Ours } from './reconcile-webhook.ts'

export type ChannelDependencies = BackfillDependencies & {
  channels: ChannelStore
  health: HealthStore
  accounts: XAccounts
  subscriptions: XSubscriptions
  encryption: Encryption
  publicUrl: string
  notify: Notify
  log: Log
}

/** Looks after a channel: its subscription, its access to the account, and what it missed. */
export function createChannelCare(dependencies: ChannelDependencies) {
  const { channels, health, accounts, subscriptions, encryption, publicUrl, notify, log } = dependencies
  const ask = createBackfill(dependencies)

  return async (channel: Channel, webhook: Ours, now: Date): Promise<void> => {
    const tokens = await tokensOf(channel)
    if (!tokens) return
    const account = { id: channel.twitterUserId, username: channel.username }
    const known = await health.channel(channel.id)
    try {
      const wasThere = await subscribed(channel, account, tokens, webhook)
      if (wasThere === null || !(await asAccount(channel, () => accounts.me(tokens)))) return
      const fault = await repaired(channel, known)
      const at = now.toISOString()
      // Nothing was to be delivered before the account was connected.
      const since = laterOf(known.healthyAt ?? channel.connectedAt, channel.connectedAt)
      const own = wasThere || since > at ? null : { from: since, to: at }
      const gap = widen(webhook.gap, own)
      const after = { ...known, healthyAt: at, fault, missed: missedWith(known.missed, gap) }
      await health.saveChannel(channel.id, after)
      await health.saveChannel(channel.id, await ask(channel, tokens, after, now))
    } catch (error) {
      if (!(error instanceof XError)) throw error
      await repairFailed(channel, known, error, now.toISOString())
    }
  }

  async function tokensOf(channel: Channel): Promise<AccountTokens | null> {
    const tokens = await readTokens({ channels, encryption }, channel.id)
    if (tokens) return tokens
    log({
      event: 'repair_failed',
      what: 'access',
      channelId: channel.id,
      reason: 'the channel has no tokens',
      mustAct: true,
    })
    await channels.markRevoked(channel.id)
    return null
  }

  /** Subscribes where the subscription is gone; tells whether it was there, null when it cannot be made again. */
  async function subscribed(
    channel: Channel,
    account: Account,
    tokens: AccountTokens,
    webhook: Ours,
  ): Promise<boolean | null> {
    if (await subscriptions.isSubscribed(account, webhook.id)) return true
    if (!(await asAccount(channel, () => subscriptions.subscribe(tokens, account, webhook.id)))) return null
    log({ event: 'repaired', what: 'subscription', channelId: channel.id, reason: 'X did not deliver for the account' })
    return false
  }

  /** A call in the account's name; false when the account has taken our access away, of which `silence` tells. */
  async function asAccount(channel: Channel, call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call()
      return true
    } catch (error) {
      if (!(error instanceof XError) || error.status !== 401) throw error
      log({
        event: 'repair_failed',
        what: 'access',
        channelId: channel.id,
        status: 401,
        reason: error.detail,
        mustAct: true,
      })
      await channels.markRevoked(channel.id)
      return false
    }
  }

  /** Who was told that it is broken, is told that it works; the fault as long as that mail has not left. */
  async function repaired({ id, name }: Channel, { fault }: ChannelHealth): Promise<Fault | null> {
    if (!fault?.told) return null
    const told = await notify('channel', id, () => repairedMail(`The channel «${name}»`, fault.since, publicUrl))
    return told ? null : fault
  }

  async function repairFailed(channel: Channel, known: ChannelHealth, error: XError, at: string): Promise<void> {
    const advice = adviceFor(error)
    const { status, detail: reason } = error
    log({
      event: 'repair_failed',
      what: 'subscription',
      channelId: channel.id,
      status,
      reason,
      mustAct: advice !== null,
    })
    if (advice === null) return
    const fault = faultOf(advice, known.fault, at)
    const told = fault.told || (await notify('channel', channel.id, () => channelFaultMail(channel, fault, publicUrl)))
    await health.saveChannel(channel.id, { ...known, fault: { ...fault, told } })
  }
}
