import { expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { productForTests } from '../support/product.ts'
import { ann, idAt, posts, shop } from '../support/x-payloads.ts'

const product = productForTests(async () => {
  await product.addToX(shop, ann)
  await product.connect(shop)
})

test('a conversation that X delivers backwards is one ticket, in the order in which people wrote', async () => {
  const [first, own, answer] = [1, 2, 3].map((n) => idAt('2026-01-01T12:00:00.000Z', n)) as [string, string, string]
  const mention = (id: string, answers?: string) =>
    posts(shop, {
      id,
      by: ann,
      text: `@${shop.username} ${id}`,
      mentions: [shop],
      ...(answers ? { answers: { id: answers, by: ann } } : {}),
    })
  const backwards = [
    { for_user_id: shop.id, tweet_delete_events: [{ status: { id: own, user_id: shop.id } }] },
    posts(shop, { id: own, by: shop, text: 'Sorry', answers: { id: first, by: ann } }),
    mention(answer, first),
    mention(first),
  ]
  for (const delivery of backwards) expect(await product.deliver(delivery)).toBe(200)

  const messages = await eventually('three messages in one ticket', async () => {
    const [ticket, ...more] = await product.tickets()
    expect(more).toEqual([])
    const found = ticket ? await product.messages(ticket.id) : []
    return found.length === 3 ? found : undefined
  })
  expect(messages.map(({ externalId }) => externalId)).toEqual([first, own, answer])
  expect(messages.map(({ deletedAt }) => deletedAt !== null)).toEqual([false, true, false])
  const [ticket] = await product.tickets()
  expect(ticket).toMatchObject({ firstEntryId: first, subject: `@${shop.username} ${first}` })
})
