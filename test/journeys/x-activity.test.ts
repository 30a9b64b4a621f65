import { expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { productForTests } from '../support/product.ts'
import { ann, shop } from '../support/x-payloads.ts'

const product = productForTests(() => product.addToX(shop, ann), { EVENT_SOURCE: 'x-activity' })

test('with the X Activity API a channel hears of messages and mentions, answers them, and knows its echoes', async () => {
  expect(await product.connectByOAuth(shop)).toBe(`/channels/twitter-${shop.id}`)
  const { subscriptions, activitySubscriptions } = await product.onX<Record<string, object>>('GET', 'webhooks')
  expect([subscriptions, activitySubscriptions].map((list) => Object.keys(list ?? {}).length)).toEqual([0, 9])

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
