import { afterEach, expect, test } from '@jest/globals'
import type { EUploadMimeType } from 'twitter-api-v2'
import type { XSimulator } from '../../../local/x-simulator/simulator.ts'
import { eventually } from '../support.ts'
import {
  accountAt,
  type Body,
  clientAt,
  customer,
  everything,
  neighbour,
  refusalOf,
  shop,
  subscribed,
} from './support.ts'

const all = everything()
afterEach(() => all.stop())

const bytes = Buffer.from(Array.from({ length: 3_000 }, (_, n) => n % 256))
const upload = (x: XSimulator, user: string, type: string, category: string, content = bytes) =>
  accountAt(x, user).v2.uploadMedia(
    content,
    { media_type: type as EUploadMimeType, media_category: category as never },
    1_000,
  )

test('an upload in segments stores exactly its bytes', async () => {
  const x = await all.x()
  const id = await upload(x, shop, 'image/png', 'tweet_image')
  expect(x.control.media(id)).toEqual({ contentType: 'image/png', bytes })
  const response = await fetch(`${x.url}/_x/media/${id}`)
  expect(response.headers.get('content-type')).toBe('image/png')
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
})

test('a video is pending until a status request', async () => {
  const x = await all.x()
  const id = await upload(x, shop, 'video/mp4', 'tweet_video')
  expect(x.control.calls()).toContainEqual({ method: 'GET', path: '/2/media/upload', status: 200 })
  const { data } = await accountAt(x, shop).v2.tweet('Look', { media: { media_ids: [id] } })
  expect(data.text).toMatch(/^Look https:\/\/t\.co\/\w{10}$/)
})

test('a wrong type, size or sum of segments is refused', async () => {
  const x = await all.x()
  const client = accountAt(x, shop)
  const begin = (media_type: string, media_category: string, total_bytes: number) =>
    client.v2.post('media/upload/initialize', { media_type, media_category, total_bytes })
  expect((await refusalOf(begin('image/gif', 'tweet_image', 10))).code).toBe(400)
  expect((await refusalOf(begin('image/png', 'tweet_image', 5 * 1024 * 1024 + 1))).code).toBe(400)
  expect((await refusalOf(begin('image/png', 'poster', 10))).code).toBe(400)
  const { data } = (await begin('image/png', 'tweet_image', 10)) as Body
  await client.v2.post(
    `media/upload/${data.id}/append`,
    { segment_index: 0, media: Buffer.alloc(9) },
    { forceBodyMode: 'form-data' },
  )
  expect((await refusalOf(client.v2.post(`media/upload/${data.id}/finalize`))).code).toBe(400)
  await client.v2.post(
    `media/upload/${data.id}/append`,
    { segment_index: 1, media: Buffer.alloc(1) },
    { forceBodyMode: 'form-data' },
  )
  await client.v2.post(`media/upload/${data.id}/finalize`)
})

test('only the account that uploaded media can use them, for their category, for a day', async () => {
  const x = await all.x()
  const id = await upload(x, shop, 'image/png', 'dm_image')
  const attachments = [{ media_id: id }]
  const send = (user: string) =>
    accountAt(x, user).v2.sendDmToParticipant(customer, { text: 'Look', attachments } as Body)
  expect((await refusalOf(send(neighbour))).code).toBe(400)
  const status = { command: 'STATUS', media_id: id }
  expect((await refusalOf(accountAt(x, neighbour).v2.get('media/upload', status))).code).toBe(403)
  expect((await refusalOf(accountAt(x, shop).v2.tweet('Look', { media: { media_ids: [id] } }))).code).toBe(400)
  await send(shop)
  x.control.clock(new Date(Date.now() + 25 * 3_600_000))
  expect((await refusalOf(send(shop))).code).toBe(400)
})

test('a post has up to four photos, or one video', async () => {
  const x = await all.x()
  const photos = await Promise.all([1, 2, 3, 4, 5].map(() => upload(x, shop, 'image/png', 'tweet_image')))
  const video = await upload(x, shop, 'video/mp4', 'tweet_video')
  const post = (...media_ids: string[]) =>
    accountAt(x, shop).v2.tweet('Look', { media: { media_ids: media_ids as never } })
  expect((await refusalOf(post(...photos))).code).toBe(400)
  expect((await refusalOf(post(video, photos[0] ?? ''))).code).toBe(400)
  await post(...photos.slice(0, 4))
  await post(video)
})

test('a photo in a message needs the signature of one of the two accounts', async () => {
  const [x, receiver] = [await all.x(), await all.receiver()]
  await subscribed(x, receiver, shop)
  x.control.directMessage({ from: customer, to: shop, text: 'Broken', media: { contentType: 'image/jpeg', bytes } })
  await eventually('the message', () => receiver.received.length > 0)
  const delivery: Body = receiver.received[0]?.body
  const { text, attachment, entities } = delivery.direct_message_events[0].message_create.message_data
  expect(text).toMatch(/^Broken https:\/\/t\.co\/\w{10}$/)
  expect(attachment).toMatchObject({ type: 'media', media: { type: 'photo', url: entities.urls[0].url } })
  const address: string = attachment.media.media_url_https
  expect(address).toMatch(/^https:\/\/ton\.twitter\.com\/1\.1\/ton\/data\/dm\/\d+\/\d+\/\w+\.jpg$/)
  const got = await accountAt(x, shop).v1.downloadDmImage(address)
  expect(got.equals(bytes)).toBe(true)
  expect((await refusalOf(accountAt(x, neighbour).v1.downloadDmImage(address))).code).toBe(403)
  expect((await refusalOf(clientAt(x).v1.downloadDmImage(address))).code).toBe(401)
})

test('events of a GIF and a video have URLs that serve the files', async () => {
  const [x, receiver] = [await all.x(), await all.receiver()]
  await subscribed(x, receiver, shop)
  x.control.directMessage({ from: customer, to: shop, text: '', media: { contentType: 'image/gif', bytes } })
  x.control.post({ by: customer, text: '@demo_shop look', media: [{ contentType: 'video/mp4', bytes }] })
  await eventually('both', () => receiver.received.length === 2)
  const bodies = receiver.received.map(({ body }) => body)
  const gif = bodies.find((body) => body.direct_message_events).direct_message_events[0].message_create.message_data
    .attachment.media
  const post = bodies.find((body) => body.tweet_create_events).tweet_create_events[0]
  expect(gif).toMatchObject({ type: 'animated_gif', media_url_https: expect.stringContaining('dm_gif_preview') })
  expect(post.entities.media).toMatchObject([{ type: 'photo' }])
  expect(post.extended_entities.media).toMatchObject([{ type: 'video' }])
  const { variants } = post.extended_entities.media[0].video_info
  expect(variants.map(({ bitrate }: { bitrate?: number }) => bitrate)).toEqual([undefined, 632_000, 2_176_000])
  for (const address of [gif.video_info.variants[0].url, variants[2].url]) {
    const { pathname } = new URL(address)
    const file = await fetch(`${x.url}${pathname}`)
    expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true)
  }
  const preview = await fetch(`${x.url}${new URL(gif.media_url_https).pathname}`)
  expect(preview.headers.get('content-type')).toBe('image/jpeg')
})
