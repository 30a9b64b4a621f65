import type { Channel } from './channel.ts'
import type { Check } from './mail.ts'
import { type ChannelStore, type Vault, type X, XError } from './ports.ts'
import { tokensOf } from './tokens.ts'

export type CheckDependencies = { x: X; vault: Vault; channels: ChannelStore; webhookUrl: string }

/** Asks X what of a channel is in order: our webhook, the subscription, the token. Never throws for what X says. */
export async function checkChannel(
  channel: Channel,
  { x, vault, channels, webhookUrl }: CheckDependencies,
): Promise<Check[]> {
  const tokens = await tokensOf({ channels, vault }, channel.id)
  const account = { id: channel.twitterUserId, username: channel.username }
  const webhook = await asked(async () => {
    const ours = (await x.webhooks()).find((one) => one.url === webhookUrl)
    if (!ours) return 'it is not registered at X: connect the channel again'
    return ours.valid ? null : 'X has switched it off, because we did not answer rightly: connect the channel again'
  })
  const subscription = await asked(async () => {
    const ours = await channels.ownWebhook()
    const isThere = ours !== null && (await x.isSubscribed(account, ours.id))
    return isThere ? null : 'X does not deliver for this account: connect the channel again'
  })
  const token = await asked(async () => {
    if (!tokens) return 'there is none: connect the channel again'
    await x.me(tokens)
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
