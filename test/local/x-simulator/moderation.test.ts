import { afterEach, expect, test } from '@jest/globals'
import { accountAt, type Body, control, customer, everything, neighbour, refusalOf, shop } from './support.ts'

const all = everything()
afterEach(() => all.stop())

test('an answer is hidden and shown again only in a conversation that the account began', async () => {
  const x = await all.x()
  const client = accountAt(x, shop)
  const hide = (id: string, hidden: unknown) => client.v2.put(`tweets/${id}/hidden`, { hidden } as Body)
  const news = x.control.post({ by: shop, text: 'News' })
  const answer = x.control.post({ by: customer, text: 'bad', inReplyTo: news.id })
  expect(await hide(answer.id, true)).toEqual({ data: { hidden: true } })
  expect(x.control.posts()).toMatchObject([{}, { hidden: true }])
  expect(await hide(answer.id, false)).toEqual({ data: { hidden: false } })
  const entry = x.control.post({ by: customer, text: '@demo_shop hello' })
  const other = x.control.post({ by: neighbour, text: 'me too', inReplyTo: entry.id })
  for (const id of [other.id, news.id]) expect((await refusalOf(hide(id, true))).code).toBe(403)
  expect((await refusalOf(hide('1', true))).code).toBe(404)
  expect((await refusalOf(hide(answer.id, 'yes'))).code).toBe(400)
})

test('an account mutes and unmutes for itself only', async () => {
  const x = await all.x()
  const client = accountAt(x, shop)
  const mute = (own: string, target_user_id: string) => client.v2.post(`users/${own}/muting`, { target_user_id })
  for (const _ of ['once', 'again']) expect(await mute(shop, customer)).toEqual({ data: { muting: true } })
  expect(x.control.state().mutes).toEqual([{ userId: shop, targetId: customer }])
  expect((await refusalOf(mute(customer, shop))).code).toBe(403)
  expect((await refusalOf(mute(shop, '1'))).code).toBe(404)
  expect(await client.v2.delete(`users/${shop}/muting/${customer}`)).toEqual({ data: { muting: false } })
  expect(x.control.state().mutes).toEqual([])
})

test('messages of a blocked person are refused until the block is lifted', async () => {
  const x = await all.x()
  const client = accountAt(x, shop)
  expect(await client.v2.post(`users/${customer}/dm/block`)).toEqual({ data: { blocked: true } })
  const message = { from: customer, to: shop, text: 'Hello' }
  expect(await control(x, 'POST', 'direct-messages', message)).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining('has blocked') },
  })
  expect((await refusalOf(accountAt(x, customer).v2.sendDmToParticipant(shop, { text: 'Hello' }))).code).toBe(403)
  expect(await client.v2.post(`users/${customer}/dm/unblock`)).toEqual({ data: { blocked: false } })
  expect((await control(x, 'POST', 'direct-messages', message)).status).toBe(200)
})
