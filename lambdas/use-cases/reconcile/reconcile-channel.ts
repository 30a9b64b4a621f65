/** Called by `reconcile` for each connected channel, after our webhook was found working or repaired. */
import type { Channel } from '../../core/channels/channel.ts'
import {
  adviceFor,
  type ChannelHealth,
  type Fault,
  faultOf,
  isInOrder,
  UNLISTED_ADVICE,
  unknownChannelHealth,
} from '../../core/channels/health.ts'
import type { Extension } from '../../core/channels/inactivity.ts'
import { channelFaultMail, repairedMail } from '../../core/channels/mails.ts'
import { channelOutage, extendBackfill } from '../../core/channels/outage.ts'
import type { ChannelStore, HealthStore } from '../../core/ports/channels.ts'
import type { XChat } from '../../core/ports/chat.ts'
import type { Encryption, Log } from '../../core/ports/platform.ts'
import {
  type Account,
  type AccountTokens,
  SubscriptionLimitError,
  type XAccounts,
  XError,
  type XSubscriptions,
} from '../../core/ports/x.ts'
import { limitAdvice } from '../../core/x/subscriptions.ts'
import { tokensOf as readTokens } from '../account-tokens.ts'
import { createKeyCheck, type KeyCheckDependencies } from '../chat/check-key.ts'
import type { HistoryDependencies } from '../chat/read-history.ts'
import type { Attended } from '../each-channel.ts'
import type { Notify } from '../notify-administrators.ts'
import type { ListDependencies } from '../read-lists.ts'
import { createBackfill } from './backfill.ts'
import type { VerifiedWebhook } from './reconcile-webhook.ts'

export type ChannelDependencies = ListDependencies &
  HistoryDependencies &
  KeyCheckDependencies & {
    channels: ChannelStore
    health: HealthStore
    accounts: XAccounts
    subscriptions: XSubscriptions
    encryption: Encryption
    xChat: Pick<XChat, 'events' | 'publicKeys'>
    publicUrl: string
    notify: Notify
    log: Log
  }

type Save = (health: ChannelHealth) => Promise<void>

/** What a run knows when it comes to the channels. */
export type Run = {
  readonly webhook: VerifiedWebhook
  readonly extension: Extension
  /** A channel in order is asked nothing as long as it was found so within this time. */
  readonly restMs: number
  readonly now: Date
}

/**
 * Repairs a channel's subscription, checks our access to its account, and reads what it missed. What it missed is stored
 * before X is called, because after a repair nothing shows it; only a complete answer of X settles it.
 * @param stored the health that an earlier run stored; undefined before the first
 * @param signal aborts when the time for the channel is over: then nothing more is stored
 */
export function createChannelReconciler(dependencies: ChannelDependencies) {
  const { channels, health, accounts, subscriptions, encryption, publicUrl, notify, log } = dependencies
  const backfill = createBackfill(dependencies)
  const checkKey = createKeyCheck(dependencies)

  return async (
    channel: Channel,
    stored: ChannelHealth | undefined,
    { webhook, extension, restMs, now }: Run,
    signal: AbortSignal,
  ): Promise<Attended> => {
    const isListed = webhook.subscriptions.accounts.has(channel.twitterUserId)
    if (isListed && stored && isInOrder(stored, channel, restMs, now)) return 'unasked'
    const tokens = await tokensOf(channel)
    if (!tokens) return 'unasked'
    const account = { id: channel.twitterUserId, username: channel.username }
    const at = now.toISOString()
    const save = (health: ChannelHealth) => saveHealth(channel, health, signal)
    const known = await withOutage(channel, stored ?? unknownChannelHealth, isListed, at, save)
    try {
      if (!isListed && !(await subscribe(channel, account, tokens, webhook))) return 'unasked'
      if (!(await asAccount(channel, () => accounts.me(tokens)))) return isListed ? 'unasked' : 'answered'
      const fault = await faultAfter(channel, known, isListed, at)
      const keyCheckedAt = await checkKey(channel, tokens, known.keyCheckedAt, now)
      const after = { ...known, healthyAt: at, fault, keyCheckedAt }
      await save(after)
      if (after.backfill !== null) await save(await backfill(channel, tokens, after, extension, now))
      return isListed ? 'unasked' : 'answered'
    } catch (error) {
      if (!(error instanceof XError)) throw error
      await repairFailed(channel, known, error, at, save)
      return error.status === 429 ? 'refused' : 'unasked'
    }
  }

  function saveHealth({ id }: Channel, after: ChannelHealth, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    return health.saveChannel(id, after)
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
    await channels.markRevoked(channel)
    return null
  }

  /** The channel's health, its backfill extended by what X did not deliver, and stored. */
  async function withOutage(
    channel: Channel,
    known: ChannelHealth,
    isSubscribed: boolean,
    at: string,
    save: Save,
  ): Promise<ChannelHealth> {
    const outage = channelOutage(channel, known.healthyAt, isSubscribed, at)
    if (!outage) return known
    const extended = { ...known, backfill: extendBackfill(known.backfill, outage) }
    await save(extended)
    return extended
  }

  /** Subscribes the account. False if it has revoked our access. */
  async function subscribe(
    channel: Channel,
    account: Account,
    tokens: AccountTokens,
    webhook: VerifiedWebhook,
  ): Promise<boolean> {
    const { subscriptions: list, untilLimit } = webhook
    let made = 0
    const create = async () => {
      made = await untilLimit(() => subscriptions.subscribe(tokens, account, webhook, list))
    }
    if (!(await asAccount(channel, create))) return false
    const repointed = await untilLimit(() => subscriptions.repoint(account, webhook, list))
    if (made + repointed > 0)
      log({
        event: 'repaired',
        what: 'subscription',
        channelId: channel.id,
        reason: 'X did not deliver for the account',
      })
    else log({ event: 'subscription_unlisted', channelId: channel.id })
    return true
  }

  /**
   * The fault to store of a channel that is subscribed. What was subscribed only now counts as working when the next run
   * finds it in X's list; a second run that does not find it mails the administrators.
   */
  async function faultAfter(
    channel: Channel,
    known: ChannelHealth,
    wasSubscribed: boolean,
    at: string,
  ): Promise<Fault | null> {
    if (wasSubscribed || known.fault?.advice !== UNLISTED_ADVICE) {
      const told = await repaired(channel, known)
      return told ?? (wasSubscribed ? null : { advice: UNLISTED_ADVICE, since: at, notified: false })
    }
    const { fault } = known
    const notified =
      fault.notified || (await notify('channel', channel.id, () => channelFaultMail(channel, fault, publicUrl)))
    return { ...fault, notified }
  }

  /** Calls X in the account's name. False if the account has revoked our access; the inactivity report mails that. */
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
      await channels.markRevoked(channel)
      return false
    }
  }

  /** Mails that the channel works, if a mail said that it is broken. Keeps the fault until that mail is sent. */
  async function repaired({ id, name }: Channel, { fault }: ChannelHealth): Promise<Fault | null> {
    if (!fault?.notified) return null
    const notified = await notify('channel', id, () => repairedMail(`The channel «${name}»`, fault.since, publicUrl))
    return notified ? null : fault
  }

  async function repairFailed(
    channel: Channel,
    known: ChannelHealth,
    error: XError,
    at: string,
    save: Save,
  ): Promise<void> {
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
    // The numbers of a limit are told and not stored: a fault with other advice would be told again.
    const told = error instanceof SubscriptionLimitError ? { ...fault, advice: limitAdvice(error.use) } : fault
    const notified =
      fault.notified || (await notify('channel', channel.id, () => channelFaultMail(channel, told, publicUrl)))
    await save({ ...known, fault: { ...fault, notified } })
  }
}
