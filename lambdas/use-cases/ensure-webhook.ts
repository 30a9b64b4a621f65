import type { ChannelStore, OwnWebhook } from '../core/ports/channels.ts'
import type { XSubscriptions } from '../core/ports/x.ts'

/**
 * Our webhook at X, registered and valid. One that was ours at another address is deleted, since small plans allow one;
 * a foreign one is never touched.
 * @throws XError when X does not take it
 */
export async function ensureWebhook(
  subscriptions: XSubscriptions,
  channels: Pick<ChannelStore, 'ownWebhook' | 'saveOwnWebhook'>,
  url: string,
): Promise<OwnWebhook> {
  const there = await subscriptions.webhooks()
  const ours = there.find((one) => one.url === url)
  if (ours) {
    if (!ours.valid) await subscriptions.validateWebhook(ours.id)
    return keep(channels, ours)
  }
  const former = await channels.ownWebhook()
  if (former && there.some((one) => one.id === former.id)) await subscriptions.deleteWebhook(former.id)
  return keep(channels, await subscriptions.createWebhook(url))
}

async function keep(channels: Pick<ChannelStore, 'saveOwnWebhook'>, { id, url }: OwnWebhook): Promise<OwnWebhook> {
  await channels.saveOwnWebhook({ id, url })
  return { id, url }
}
