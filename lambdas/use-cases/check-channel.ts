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

/** Asks X what of a channel is in order: our webhook, the subscription, the token. Never throws for what X says. */
export async function checkChannel(
  channel: Channel,
  { accounts, subscriptions, encryption, channels, publicUrl }: CheckDependencies,
): Promise<Check[]> {
  const tokens = await tokensOf({ channels, encryption }, channel.id)
  const account = { id: channel.twitterUserId, username: channel.username }
  const webhook = await asked(async () => {
    const ours = (await subscriptions.webhooks()).find((one) => one.url === `${publicUrl}${paths.webhook}`)
    if (!ours) return 'it is not registered at X: connect the channel again'
    return ours.valid ? null : 'X has switched it off, because we did not answer rightly: connect the channel again'
  })
  const subscription = await asked(async () => {
    const ours = await channels.ownWebhook()
    const isThere = ours !== null && (await subscriptions.isSubscribed(account, ours.id))
    return isThere ? null : 'X does not deliver for this account: connect the channel again'
  })
  const token = await asked(async () => {
    if (!tokens) return 'there is none: connect the channel again'
    await accounts.me(tokens)
    return null
  })
  return [
    { what: 'Our webhook at X', fault: webhook },
    { what: 'The subscription of the account', fault: subscription },
    { what: 'Our access to the account', fault: token },
  ]
}

/** The fault, or why X could not be asked. */
async function asked(check: () => Promise<string | null>): Promise<string | null> {
  try {
    return await check()
  } catch (error) {
    if (!(error instanceof XError)) throw error
    if (error.status === 401) return 'X no longer accepts it: connect the channel again'
    return `X could not be asked (${error.status ?? 'no answer'})`
  }
}
