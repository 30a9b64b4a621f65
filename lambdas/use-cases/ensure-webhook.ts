/** Called when an account is connected, and by every run of `reconcile`. Calling it again changes nothing. */
import type { ChannelStore, OwnWebhook } from '../core/ports/channels.ts'
import type { XSubscriptions, XWebhook } from '../core/ports/x.ts'

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
  const known = await channels.ownWebhook()
  const ours = registered.find((one) => one.url === url)
  if (ours) {
    if (!ours.valid) await subscriptions.validateWebhook(ours.id)
    return save(channels, ours, known)
  }
  if (known && registered.some((one) => one.id === known.id)) await subscriptions.deleteWebhook(known.id)
  return save(channels, await subscriptions.createWebhook(url), known)
}

/** Former webhooks that are remembered: X keeps the subscriptions of a deleted webhook, and we point them to the new one. */
const MAX_FORMER = 20

async function save(
  channels: Pick<ChannelStore, 'saveOwnWebhook'>,
  { id, url }: XWebhook,
  known: OwnWebhook | null,
): Promise<OwnWebhook> {
  const former = [...(known?.formerIds ?? []), ...(known ? [known.id] : [])].filter((one) => one !== id)
  const webhook = { id, url, formerIds: [...new Set(former)].slice(-MAX_FORMER) }
  await channels.saveOwnWebhook(webhook)
  return webhook
}
