/**
 * Called by the inactivity report, to tell a quiet channel from a broken one. What X answers, even an error, becomes a
 * check result; only our own failures are thrown.
 */
import { paths } from '../core/api/paths.ts'
import type { Channel } from '../core/channels/channel.ts'
import type { Check } from '../core/channels/mails.ts'
import type { ChannelStore } from '../core/ports/channels.ts'
import type { Encryption } from '../core/ports/platform.ts'
import { type XAccounts, XError, type XSubscriptions } from '../core/ports/x.ts'
import { tokensOf } from './account-tokens.ts'

export type CheckDependencies = {
  accounts: XAccounts
  subscriptions: XSubscriptions
  encryption: Encryption
  channels: ChannelStore
  publicUrl: string
}

/** Asks X for the state of our webhook, the account's subscription and our access. Never throws an XError. */
export async function checkChannel(
  channel: Channel,
  { accounts, subscriptions, encryption, channels, publicUrl }: CheckDependencies,
): Promise<Check[]> {
  const tokens = await tokensOf({ channels, encryption }, channel.id)
  const webhook = await runCheck(async () => {
    const ours = (await subscriptions.webhooks()).find((one) => one.url === `${publicUrl}${paths.webhook}`)
    if (!ours) return 'it is not registered at X: connect the channel again'
    return ours.valid ? null : 'X has disabled it, because our answers were wrong: connect the channel again'
  })
  const subscription = await runCheck(async () => {
    const ours = await channels.ownWebhook()
    const isSubscribed =
      ours !== null && (await subscriptions.listSubscriptions(ours.id)).accounts.has(channel.twitterUserId)
    return isSubscribed ? null : 'X does not deliver for this account: connect the channel again'
  })
  const access = await runCheck(async () => {
    if (!tokens) return 'we have no tokens: connect the channel again'
    await accounts.me(tokens)
    return null
  })
  return [
    { what: 'Our webhook at X', fault: webhook },
    { what: 'The subscription of the account', fault: subscription },
    { what: 'Our access to the account', fault: access },
  ]
}

/** The fault that a check finds, or why X gave no answer; null when all is well. */
async function runCheck(check: () => Promise<string | null>): Promise<string | null> {
  try {
    return await check()
  } catch (error) {
    if (!(error instanceof XError)) throw error
    if (error.status === 401) return 'X no longer accepts it: connect the channel again'
    return `the check failed, because X answered ${error.status ?? 'nothing'}`
  }
}
