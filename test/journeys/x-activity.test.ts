import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { dataFolder, Product } from '../support/product.ts'

const folder = dataFolder()
let product: Product
const shop = { id: '2244994945', username: 'journey_shop' }
const ann = { id: '1205290247124217856', username: 'journey_ann' }

beforeAll(async () => {
  product = await Product.start(folder.path, { EVENT_SOURCE: 'x-activity' })
  for (const user of [shop, ann]) await product.onX('POST', 'users', user)
})
afterAll(async () => {
  await product.end()
  folder.remove()
})

test('with the X Activity API a channel hears of messages and mentions, answers them, and knows its echoes', async () => {
  expect(await product.connectByOAuth(shop)).toBe(`/channels/twitter-${shop.id}`)
  const { subscriptions, activitySubscriptions } = await product.onX<Record<string, object>>('GET', 'webhooks')
  expect([subscriptions, activitySubscriptions].map((list) => Object.keys(list ?? {}).length)).toEqual([0, 7])

  await product.onX('POST', 'direct-messages', { from: ann.id, to: shop.id, text: 'Where is it & when?' })
  await product.onX('POST', 'posts', { by: ann.id, text: `@${shop.username} are you open?` })
  const tickets = await eventually('both tickets', async () => {
    const found = await product.tickets()
    return found.length === 2 ? found : undefined
  })
  expect(tickets.map((ticket) => ticket.tags[0]).sort()).toEqual(['Twitter: Mention', 'Twitter:Direct'])

  for (const ticket of tickets) {
    const reply = await product.reply(ticket.id, { text: `answer to ${ticket.kind}` })
    const sent = await eventually('the reply', async () =>
      (await product.messages(ticket.id)).find((one) => one.id === reply.id && one.delivery?.status === 'sent'),
    )
    await eventually('its echo', () => product.output.includes(`"externalId":"${sent.externalId}"`))
    expect((await product.messages(ticket.id)).map((one) => one.direction)).toEqual(['inbound', 'outbound'])
  }
})
