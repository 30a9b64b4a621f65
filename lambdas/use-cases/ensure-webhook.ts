/** Called when an account is connected, and by every run of `reconcile`. Calling it again changes nothing. */
import type { ChannelStore, OwnWebhook } from '../core/ports/channels.ts'
import type { XSubscriptions } from '../core/ports/x.ts'

/**
 * Registers our webhook at X unless it is there, and has X validate it again if X disabled it. Deletes our webhook at a
 * former address, because small plans of X allow only one. Never touches a webhook that is not ours.
 * @param url the address of our webhook
 * @throws XError when X refuses
 */
export async function ensureWebhook(
  subscriptions: XSubscriptions,
  channels: Pick<ChannelStore, 'ownWebhook' | 'saveOwnWebhook'>,
  url: string,
): Promise<OwnWebhook> {
  const registered = await subscriptions.webhooks()
  const ours = registered.find((one) => one.url === url)
  if (ours) {
    if (!ours.valid) await subscriptions.validateWebhook(ours.id)
    return save(channels, ours)
  }
  const former = await channels.ownWebhook()
  if (former && registered.some((one) => one.id === former.id)) await subscriptions.deleteWebhook(former.id)
  return save(channels, await subscriptions.createWebhook(url))
}

async function save(channels: Pick<ChannelStore, 'saveOwnWebhook'>, { id, url }: OwnWebhook): Promise<OwnWebhook> {
  await channels.saveOwnWebhook({ id, url })
  return { id, url }
}
