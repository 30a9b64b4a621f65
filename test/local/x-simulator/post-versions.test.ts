import { afterEach, describe, expect, test } from '@jest/globals'
import {
  appAt,
  type Body,
  control,
  customer,
  delivered,
  everything,
  neighbour,
  shop,
  subscribed,
  subscribedToActivity,
} from './support.ts'

const all = everything()
afterEach(() => all.stop())

/** A shop that gets its mentions through both event systems. */
async function subscribedTwice() {
  const [x, receiver] = [await all.x(), await all.receiver()]
  await subscribedToActivity(x, await subscribed(x, receiver, shop), shop, 'post.mention.create')
  return { x, receiver }
}

const ids = (x: Awaited<ReturnType<typeof all.x>>) => x.control.posts().map(({ id }) => id)

describe('an edited post', () => {
  test('is a new post that names all its versions, and the old version stays readable', async () => {
    const x = await all.x()
    const first = x.control.post({ by: customer, text: '@demo_shop helo' })
    const answer = await control(x, 'POST', `posts/${first.id}/edit`, { text: '@demo_shop hello' })
    expect([answer.status, answer.body.written]).toEqual([200, '@demo_shop hello'])
    const app = await appAt(x)
    const [before, after] = await Promise.all(ids(x).map((id) => app.v2.singleTweet(id)))
    expect([before?.data.text, after?.data.text]).toEqual(['@demo_shop helo', '@demo_shop hello'])
    expect(before?.data.edit_history_tweet_ids).toEqual(ids(x))
    expect(after?.data.edit_history_tweet_ids).toEqual(ids(x))
    const timeline: Body = await app.v2.get(`users/${customer}/tweets`)
    expect(timeline.data.map(({ id }: Body) => id)).toEqual([ids(x)[1]])
  })

  test('is delivered through both event systems, with the versions at that time', async () => {
    const { x, receiver } = await subscribedTwice()
    const first = x.control.post({ by: customer, text: '@demo_shop helo' })
    x.control.editPost(first.id, '@demo_shop hello')
    const received = await delivered(x, receiver, 4)
    const v1 = received.flatMap(({ body: one }) => one.tweet_create_events ?? [])
    const v2 = received.flatMap(({ body: one }) => (one.data ? [one.data.payload] : []))
    const histories = [[first.id], ids(x)]
    expect(v1.map((one) => one.edit_history.edit_tweet_ids)).toEqual(histories)
    expect(v1.map((one) => one.edit_history.initial_tweet_id)).toEqual([first.id, first.id])
    expect(v2.map((one) => one.edit_history_tweet_ids)).toEqual(histories)
    expect(v2.map((one) => one.text)).toEqual(['@demo_shop helo', '@demo_shop hello'])
  })

  test('can be edited five times, and is deleted with all its versions', async () => {
    const x = await all.x()
    const { id } = x.control.post({ by: customer, text: 'one' })
    for (const text of ['two', 'three', 'four', 'five', 'six']) x.control.editPost(id, text)
    expect(await control(x, 'POST', `posts/${id}/edit`, { text: 'seven' })).toMatchObject({
      status: 400,
      body: { error: 'id: X allows 5 edits of a post.' },
    })
    x.control.deletePost(id)
    expect(x.control.posts().every(({ deletedAt }) => deletedAt !== null)).toBe(true)
  })
})

test('a quote includes the quoted post and its author', async () => {
  const { x, receiver } = await subscribedTwice()
  const quoted = x.control.post({ by: neighbour, text: 'Sold out!' })
  x.control.post({ by: customer, text: '@demo_shop is it?', quotes: quoted.id })
  x.control.deletePost(quoted.id)
  const received = await delivered(x, receiver, 2)
  const [v1] = received.flatMap(({ body: one }) => one.tweet_create_events ?? [])
  const [v2] = received.flatMap(({ body: one }) => (one.data ? [one.data] : []))
  expect(v1.quoted_status).toMatchObject({ id_str: quoted.id, text: 'Sold out!', user: { id_str: neighbour } })
  expect(v2.includes.tweets).toMatchObject([{ id: v2.payload.id }, { id: quoted.id, text: 'Sold out!' }])
  expect(v2.includes.users.map(({ id }: Body) => id)).toContain(neighbour)
})
