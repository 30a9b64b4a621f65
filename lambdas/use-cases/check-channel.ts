/**
 * Called by the inactivity report, to tell a quiet channel from a broken one. Each check has one of three results: in
 * order, broken, or X could not be asked. A failure of ours is of the last kind, and the caller is told of it.
 */
import { paths } from '../core/api/paths.ts'
import type { Channel } from '../core/channels/channel.ts'
import { adviceFor } from '../core/channels/health.ts'
import type { Check } from '../core/channels/mails.ts'
import type { ChannelStore } from '../core/ports/channels.ts'
import type { Encryption } from '../core/ports/platform.ts'
import { type XAccounts, XError, type XSubscriptions, type XWebhook } from '../core/ports/x.ts'
import type { SubscriptionList } from '../core/x/subscriptions.ts'
import { tokensOf } from './account-tokens.ts'

export type CheckDependencies = {
  accounts: Pick<XAccounts, 'me'>
  subscriptions: Pick<XSubscriptions, 'webhooks' | 'listSubscriptions'>
  encryption: Pick<Encryption, 'decrypt'>
  channels: Pick<ChannelStore, 'encryptedTokens' | 'ownWebhook'>
  publicUrl: string
}

/**
 * Checks of the channels of one run. X is asked for our webhook and for its subscriptions once, when the first channel
 * is checked.
 */
export function createChannelCheck({ accounts, subscriptions, encryption, channels, publicUrl }: CheckDependencies) {
  let webhooks: Promise<readonly XWebhook[]> | null = null
  let listed: Promise<SubscriptionList | null> | null = null

  async function listSubscriptions(): Promise<SubscriptionList | null> {
    const ours = await channels.ownWebhook()
    return ours && subscriptions.listSubscriptions(ours.id)
  }

  /**
   * Asks X for the state of our webhook, the account's subscription and our access. Never throws.
   * @param onFailure called with each error that is ours, not X's
   */
  return async (channel: Channel, onFailure: (error: unknown) => void): Promise<Check[]> => [
    await runCheck('Our webhook at X', onFailure, async () => {
      webhooks ??= subscriptions.webhooks()
      const ours = (await webhooks).find((one) => one.url === `${publicUrl}${paths.webhook}`)
      if (!ours) return 'it is not registered at X: connect the channel again'
      return ours.valid ? null : 'X has disabled it, because our answers were wrong: connect the channel again'
    }),
    await runCheck('The subscription of the account', onFailure, async () => {
      listed ??= listSubscriptions()
      const list = await listed
      if (list?.accounts.has(channel.twitterUserId)) return null
      if (list && list.fault !== null) throw new XError(null, list.fault)
      return 'X does not deliver for this account: connect the channel again'
    }),
    await runCheck('Our access to the account', onFailure, async () => {
      const tokens = await tokensOf({ channels, encryption }, channel.id)
      if (!tokens) return 'we have no tokens: connect the channel again'
      await accounts.me(tokens)
      return null
    }),
  ]
}

/** @param check resolves to the fault that it finds; null when all is well */
async function runCheck(
  what: string,
  onFailure: (error: unknown) => void,
  check: () => Promise<string | null>,
): Promise<Check> {
  try {
    const fault = await check()
    return fault === null ? { what, is: 'passed' } : { what, is: 'failed', because: fault }
  } catch (error) {
    if (!(error instanceof XError)) {
      onFailure(error)
      return { what, is: 'not_made', because: 'the check failed on our side; the log of «inactivity» says why' }
    }
    if (error.status === 401)
      return { what, is: 'failed', because: 'X no longer accepts it: connect the channel again' }
    const advice = adviceFor(error)
    if (advice !== null) return { what, is: 'failed', because: advice }
    if (error.status === 429) return { what, is: 'not_made', because: 'X limits our calls at the moment' }
    return { what, is: 'not_made', because: `X answered ${error.status ?? 'nothing'}` }
  }
}
