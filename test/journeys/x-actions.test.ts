import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { XAction } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { dataFolder, freePort, Product } from '../support/product.ts'
import { ann, shop } from '../support/x-payloads.ts'

/** What an agent does on X from a ticket, at the simulated X, signed as X wants it. */
const folder = dataFolder()
let product: Product

type Post = { id: string; text: { full: string }; hidden?: boolean; deletedAt: string | null }
const onX = async (id: string) =>
  (await product.onX<{ posts: Post[] }>('GET', 'posts')).posts.find((one) => one.id === id)

beforeAll(async () => {
  product = new Product(folder.path, { PORT: await freePort(), X_PORT: await freePort() })
  await product.start()
  await product.addToX(shop, ann)
  await product.connectByOAuth(shop)
})
afterAll(async () => {
  await product.end()
  folder.remove()
})

test('an answer is hidden, the customer muted and blocked, an own reply deleted', async () => {
  const post = (body: object) => product.onX<{ id: string }>('POST', 'posts', body)
  const ours = await post({ by: shop.username, text: 'New shoes!' })
  const theirs = await post({ by: ann.username, text: `@${shop.username} buy gold`, inReplyTo: ours.id })
  const ticket = await eventually('the ticket', async () => (await product.tickets())[0])
  const params = { id: ticket.id }
  const act = (body: XAction) => product.helpdesk.call('POST /api/tickets/{id}/x-actions', { params, body })

  expect(await act({ action: 'hide_answer', messageId: `post-${theirs.id}` })).toMatchObject({ priceUsd: 0.005 })
  expect(await onX(theirs.id)).toMatchObject({ hidden: true })
  await act({ action: 'show_answer', messageId: `post-${theirs.id}` })
  expect(await onX(theirs.id)).toMatchObject({ hidden: false })
  for (const action of ['mute', 'unmute', 'block_direct_messages', 'unblock_direct_messages'] as const) {
    await act({ action })
  }

  const { id } = await product.reply(ticket.id, { text: 'We sell shoes.' })
  const sent = await eventually('the reply', async () =>
    (await product.messages(ticket.id)).find((one) => one.id === id && one.externalId !== null),
  )
  await act({ action: 'delete_reply', messageId: id })
  expect(await onX(String(sent.externalId))).toMatchObject({ deletedAt: expect.stringMatching(/Z$/) })
  expect((await product.messages(ticket.id)).find((one) => one.id === id)).toMatchObject({
    deletedAt: expect.stringMatching(/Z$/),
  })
})
