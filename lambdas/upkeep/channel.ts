import type { Channel } from '../core/channel.ts'
import { channelFaultMail, mendedMail } from '../core/mail.ts'
import {
  type Account,
  type AccountTokens,
  type ChannelStore,
  type HealthStore,
  type Log,
  type Vault,
  type X,
  XError,
} from '../core/ports.ts'
import { missedWith, widen } from '../core/recovery.ts'
import { laterOf } from '../core/time.ts'
import { adviceFor, type ChannelHealth, type Fault, faultOf } from '../core/upkeep.ts'
import type { Tell } from '../runtime/tell.ts'
import { type AskDependencies, createAsking } from './ask.ts'
import type { Ours } from './webhook.ts'

export type ChannelDependencies = AskDependencies & {
  channels: ChannelStore
  health: HealthStore
  x: X
  vault: Vault
  publicUrl: string
  tell: Tell
  log: Log
}

/** Looks after a channel: its subscription, its access to the account, and what it missed. */
export function createChannelCare(dependencies: ChannelDependencies) {
  const { channels, health, x, vault, publicUrl, tell, log } = dependencies
  const ask = createAsking(dependencies)

  return async (channel: Channel, webhook: Ours, now: Date): Promise<void> => {
    const tokens = await tokensOf(channel)
    if (!tokens) return
    const account = { id: channel.twitterUserId, username: channel.username }
    const known = await health.channel(channel.id)
    try {
      const wasThere = await subscribed(channel, account, tokens, webhook)
      if (wasThere === null || !(await asAccount(channel, () => x.me(tokens)))) return
      const fault = await mended(channel, known)
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
      await notMended(channel, known, error, now.toISOString())
    }
  }

  async function tokensOf(channel: Channel): Promise<AccountTokens | null> {
    const sealed = await channels.sealedTokens(channel.id)
    if (sealed !== null) return JSON.parse(await vault.open(sealed, channel.id)) as AccountTokens
    log({
      did: 'not_mended',
      what: 'access',
      channelId: channel.id,
      because: 'the channel has no tokens',
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
    if (await x.isSubscribed(account, webhook.id)) return true
    if (!(await asAccount(channel, () => x.subscribe(tokens, account, webhook.id)))) return null
    log({ did: 'mended', what: 'subscription', channelId: channel.id, because: 'X did not deliver for the account' })
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
        did: 'not_mended',
        what: 'access',
        channelId: channel.id,
        status: 401,
        because: error.detail,
        mustAct: true,
      })
      await channels.markRevoked(channel.id)
      return false
    }
  }

  /** Who was told that it is broken, is told that it works; the fault as long as that mail has not left. */
  async function mended({ id, name }: Channel, { fault }: ChannelHealth): Promise<Fault | null> {
    if (!fault?.told) return null
    const told = await tell('channel', id, () => mendedMail(`The channel «${name}»`, fault.since, publicUrl))
    return told ? null : fault
  }

  async function notMended(channel: Channel, known: ChannelHealth, error: XError, at: string): Promise<void> {
    const advice = adviceFor(error)
    const { status, detail: because } = error
    log({ did: 'not_mended', what: 'subscription', channelId: channel.id, status, because, mustAct: advice !== null })
    if (advice === null) return
    const fault = faultOf(advice, known.fault, at)
    const told = fault.told || (await tell('channel', channel.id, () => channelFaultMail(channel, fault, publicUrl)))
    await health.saveChannel(channel.id, { ...known, fault: { ...fault, told } })
  }
}
