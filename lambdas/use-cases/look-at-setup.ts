/**
 * Called by administrators, in the console and with `npm run doctor`. Promises to say of each step of the setup whether it
 * is done, and what to do; never throws. It changes nothing, and costs nothing at X: it asks for the list of webhooks and
 * lets a sign-in begin, which nobody finishes (docs/decisions/setup.md).
 */
import { paths } from '../core/api/paths.ts'
import type { ChannelStore, HealthStore } from '../core/ports/channels.ts'
import type { MailSetup, XSecrets } from '../core/ports/platform.ts'
import type { WebhookTrial, XAccounts, XSubscriptions } from '../core/ports/x.ts'
import type { Asked, SetupCheck } from '../core/setup/check.ts'
import { channelCheck, mailCheck, messageCheck, permissionsCheck } from '../core/setup/helpdesk.ts'
import { callbackCheck, keysCheck, webhookCheck } from '../core/setup/x-app.ts'

export type SetupDependencies = {
  channels: Pick<ChannelStore, 'list' | 'extension'>
  health: Pick<HealthStore, 'channelHealths'>
  accounts: Pick<XAccounts, 'requestToken'>
  subscriptions: Pick<XSubscriptions, 'webhooks'>
  secrets: Pick<XSecrets, 'consumer'>
  /** Calls our webhook as X does. */
  tryWebhook: WebhookTrial
  mailSetup: MailSetup
  publicUrl: string
  /** True if X is the real one. */
  isRealX: boolean
}

/** The checks in the order of the steps, and the addresses that X must know. */
export type SetupState = {
  readonly checks: readonly SetupCheck[]
  readonly callbackUrl: string
  readonly webhookUrl: string
}

export async function lookAtSetup(dependencies: SetupDependencies): Promise<SetupState> {
  const { channels, health, accounts, subscriptions, secrets, tryWebhook, mailSetup, publicUrl, isRealX } = dependencies
  const callbackUrl = `${publicUrl}${paths.callback}`
  const webhookUrl = `${publicUrl}${paths.webhook}`
  const [webhooks, signIn, flaw, mail, known, extension] = await Promise.all([
    asked(() => subscriptions.webhooks()),
    asked(() => accounts.requestToken(callbackUrl)),
    asked(async () => tryWebhook(webhookUrl, (await secrets.consumer()).current)),
    asked(() => mailSetup()),
    asked(() => channels.list()),
    asked(() => channels.extension()),
  ])
  const connected = 'value' in known ? known.value.filter(({ status }) => status === 'connected') : []
  const healths = await asked(() => health.channelHealths(connected.map(({ id }) => id)))
  return {
    checks: [
      keysCheck(webhooks),
      callbackCheck(signIn, callbackUrl),
      webhookCheck({ url: webhookUrl, flaw, webhooks, isConnected: connected.length > 0, isRealX }),
      mailCheck(mail),
      channelCheck(known, extension),
      permissionsCheck(known, healths),
      messageCheck(known),
    ],
    callbackUrl,
    webhookUrl,
  }
}

async function asked<T>(ask: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { value: await ask() }
  } catch (error) {
    return { error }
  }
}
