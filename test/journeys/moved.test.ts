import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { dataFolder, freePort, Product } from '../support/product.ts'
import { ann, bob, shop } from '../support/x-payloads.ts'

type OnX = {
  webhooks: { id: string; url: string }[]
  subscriptions: { userId: string }[]
  activitySubscriptions: { userId: string | null; webhookId: string }[]
}

const folder = dataFolder()
const environment: Record<string, string> = { EVENT_SOURCE: 'account-activity' }
const product = new Product(folder.path, environment)

beforeAll(async () => {
  environment.PORT = await freePort()
  await product.start()
  await product.addToX(shop, ann, bob)
  await product.connectByOAuth(shop)
})
afterAll(async () => {
  await product.end()
  folder.remove()
})

let written = 0
/** Customers write: a message and a mention in turn. While X is restarted with the product, they find it closed. */
async function write(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const text = `number ${++written}`
    const sent =
      written % 2
        ? product.onX('POST', 'direct-messages', { from: ann.id, to: shop.id, text })
        : product.onX('POST', 'posts', { by: bob.id, text: `@${shop.username} ${text}` })
    await sent.catch(() => {})
  }
}

/** Every text that customers have written on X, each as often as it is there. */
async function onX(): Promise<string[]> {
  const { directMessages } = await product.onX<{ directMessages: { written: string }[] }>('GET', 'direct-messages')
  const { posts } = await product.onX<{ posts: { written: string }[] }>('GET', 'posts')
  return [...directMessages, ...posts].map((one) => one.written).sort()
}

async function inTickets(): Promise<string[]> {
  const tickets = await product.tickets({ limit: 100 })
  const messages = await Promise.all(tickets.map(({ id }) => product.messages(id)))
  return messages
    .flat()
    .map(({ text }) => text)
    .sort()
}

/** Waits until tickets hold what X has; each message once. */
async function nothingLost(): Promise<void> {
  const wanted = await onX()
  await eventually('every message', async () => (await inTickets()).length >= wanted.length)
  expect(await inTickets()).toEqual(wanted)
}

const state = () => product.onX<OnX>('GET', 'webhooks')

test('a channel moves from the old event system while messages come: each is there once, and the old subscription goes', async () => {
  await write(6)
  const whileItEnds = write(6)
  await product.end()
  await whileItEnds
  environment.EVENT_SOURCE = 'x-activity'
  await product.start()
  const [before] = (await state()).webhooks

  await Promise.all([product.schedule('reconcile'), write(6)])
  const both = await state()
  expect([both.subscriptions.length, both.activitySubscriptions.length]).toEqual([1, 9])
  await write(6)
  await Promise.all([product.schedule('reconcile'), write(6)])
  await write(6)

  const after = await state()
  expect([after.subscriptions.length, after.activitySubscriptions.length]).toEqual([0, 9])
  expect(after.webhooks).toMatchObject([{ id: before?.id }])
  await nothingLost()
  expect((await onX()).length).toBeGreaterThanOrEqual(30)
})

test('a webhook at another address: subscriptions point to it, the old one is gone, and nothing is lost', async () => {
  const [former] = (await state()).webhooks
  await product.end()
  environment.PORT = await freePort()
  await product.start()
  await write(6)
  await Promise.all([product.schedule('reconcile'), write(6)])
  await write(6)
  const { webhooks, activitySubscriptions } = await state()
  expect(webhooks).toMatchObject([{ url: `${product.url}/webhooks/twitter` }])
  expect(webhooks[0]?.id).not.toBe(former?.id)
  const own = activitySubscriptions.filter(({ userId }) => userId === shop.id)
  expect(own.map(({ webhookId }) => webhookId)).toEqual(Array(8).fill(webhooks[0]?.id))
  await nothingLost()
})
