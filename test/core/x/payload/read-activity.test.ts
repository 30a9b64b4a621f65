import { describe, expect, test } from '@jest/globals'
import type { DirectMessage, Post } from '../../../../lambdas/core/x/activity.ts'
import { readActivity } from '../../../../lambdas/core/x/payload/read-activity.ts'
import { splitWebhookBody } from '../../../../lambdas/core/x/webhook-body.ts'
import { activityOf } from '../../../support/activities.ts'
import { ann, bob, directMessages, postItem, posts, shop, v2Post, xActivity } from '../../../support/x-payloads.ts'

const directMessage = (options: object) =>
  activityOf(directMessages(shop, { id: '1206724334791753732', from: ann, to: shop, ...options })) as DirectMessage
const post = (options: object) =>
  activityOf(
    posts(shop, { id: '1207623566339919872', by: ann, text: '@shop hi', mentions: [shop], ...options }),
  ) as Post

describe('a direct message', () => {
  test('has text, time, and both people by name', () => {
    expect(directMessage({ text: 'é 😀 &amp; more', at: '2026-01-02T03:04:05.678Z' })).toMatchObject({
      kind: 'direct_message',
      externalId: '1206724334791753732',
      createdAt: '2026-01-02T03:04:05.678Z',
      text: 'é 😀 & more',
      sender: { id: ann.id, username: 'ann', name: 'Ann' },
      recipient: { id: shop.id, username: 'shop' },
    })
  })

  test('is the same in both event systems but for who says the names', () => {
    const payload = directMessages(shop, { id: '7', from: ann, to: shop })
    const users = { [ann.id]: { data: { id: ann.id, username: 'ann', name: 'Ann', profile_image_url: 'https://p' } } }
    const inXaa = activityOf(xActivity(shop, 'dm.received', { ...payload, users })) as DirectMessage
    const inAaa = activityOf(payload) as DirectMessage
    expect({ ...inXaa, sender: null, recipient: null }).toEqual({ ...inAaa, sender: null, recipient: null })
    expect(inXaa.sender).toEqual({ id: ann.id, username: 'ann', name: 'Ann', avatarUrl: 'https://p' })
    expect(inXaa.recipient).toEqual({ id: shop.id, username: null, name: null, avatarUrl: null })
  })

  test('has its photo, GIF or video, and not the link to it', () => {
    const attachment = (media: object) => ({
      text: 'See https://t.co/m',
      entities: {
        urls: [{ url: 'https://t.co/m', expanded_url: 'https://twitter.com/messages/media/1', indices: [4, 18] }],
      },
      attachment: {
        type: 'media',
        media: { id_str: '9', url: 'https://t.co/m', media_url_https: 'https://p/1.jpg', ...media },
      },
    })
    const mp4 = (bitrate: number) => ({
      content_type: 'video/mp4',
      bitrate,
      url: `https://video.twimg.com/${bitrate}.mp4`,
    })
    const playlist = { content_type: 'application/x-mpegURL', url: 'https://video.twimg.com/list.m3u8' }

    expect(directMessage(attachment({ type: 'photo' }))).toMatchObject({
      text: 'See',
      media: [{ id: '9', type: 'photo', url: 'https://p/1.jpg' }],
    })
    expect(directMessage(attachment({ type: 'animated_gif', video_info: { variants: [mp4(0)] } })).media).toEqual([
      { id: '9', type: 'animated_gif', url: 'https://video.twimg.com/0.mp4', previewUrl: 'https://p/1.jpg' },
    ])
    const variants = [mp4(320000), playlist, mp4(2176000), mp4(832000)]
    expect(directMessage(attachment({ type: 'video', video_info: { variants } })).media).toEqual([
      { id: '9', type: 'video', url: 'https://video.twimg.com/2176000.mp4', previewUrl: 'https://p/1.jpg' },
    ])
  })

  test('loses neither text nor sender to an odd picture, odd entities or a wrong map of users', () => {
    const odd = directMessage({ text: 'Still here', entities: null, attachment: { media: [{ type: 'hologram' }] } })
    expect(odd).toMatchObject({ text: 'Still here', media: [], entities: [] })
    const wrong = {
      ...directMessages(shop, { id: '1', from: ann, to: shop }),
      users: { [ann.id]: { id: shop.id, name: 'X' } },
    }
    expect((activityOf(wrong) as DirectMessage).sender).toEqual({
      id: ann.id,
      username: null,
      name: null,
      avatarUrl: null,
    })
  })
})

describe('a post', () => {
  test('keeps ids beyond 2^53 to the digit', () => {
    const read = post({ id: '1924465506158878979', answers: { id: '1924465506158878977', by: ann } })
    expect([read.externalId, read.inReplyTo?.postId]).toEqual(['1924465506158878979', '1924465506158878977'])
  })

  test('of more than 140 characters is whole, with the mentions that stand only there', () => {
    const whole = `${'long '.repeat(50)}@shop`
    const more = {
      text: `${whole.slice(0, 130)}… https://t.co/x`,
      truncated: true,
      entities: {
        user_mentions: [],
        urls: [{ url: 'https://t.co/x', expanded_url: 'https://twitter.com/i/web/status/1' }],
      },
      extended_tweet: {
        full_text: whole,
        entities: { user_mentions: [{ screen_name: 'shop', id_str: shop.id, indices: [250, 255] }], urls: [] },
      },
    }
    expect(post({ more })).toMatchObject({ text: whole, mentions: [{ id: shop.id, username: 'shop' }] })
  })

  test('lists all its photos, which share one link', () => {
    const media = ['a', 'b', 'c'].map((name) => ({
      id_str: name,
      type: 'photo',
      url: 'https://t.co/p',
      media_url_https: `https://pbs.twimg.com/media/${name}.jpg`,
    }))
    const read = post({ text: '@shop look https://t.co/p', more: { extended_entities: { media } } })
    expect(read.text).toBe('@shop look')
    expect(read.media.map((one) => one.id)).toEqual(['a', 'b', 'c'])
  })

  test('is a repost, or quotes, or answers', () => {
    expect(post({ more: { retweeted_status: postItem({ id: '1', by: shop, text: 'x' }) } }).isRepost).toBe(true)
    expect(post({ more: { is_quote_status: true, quoted_status_id_str: '77' } }).quoted?.id).toBe('77')
    expect(post({ answers: { id: '78', by: shop } }).inReplyTo).toMatchObject({ postId: '78', userId: shop.id })
    expect(post({})).toMatchObject({ isRepost: false, quoted: null, inReplyTo: null })
  })

  test('of the X Activity API reads alike, whole and with its media', () => {
    const whole = `${'long '.repeat(60)}@shop https://t.co/v`
    const item = v2Post({
      id: '42',
      by: ann,
      text: 'long…',
      more: {
        note_tweet: {
          text: whole,
          entities: {
            mentions: [{ start: 300, end: 305, username: 'shop', id: shop.id }],
            urls: [
              { start: 306, end: 321, url: 'https://t.co/v', expanded_url: 'https://x.com/ann/status/42/video/1' },
            ],
          },
        },
        attachments: { media_keys: ['7_1'] },
        referenced_tweets: [{ type: 'quoted', id: '41' }],
      },
    })
    const variants = [{ bit_rate: 1, content_type: 'video/mp4', url: 'https://v/1.mp4' }]
    const media = [{ media_key: '7_1', type: 'video', preview_image_url: 'https://p.jpg', variants }]
    const users = [{ id: ann.id, username: 'ann', name: 'Ann' }]
    expect(activityOf(xActivity(shop, 'post.mention.create', item, { users, media }))).toMatchObject({
      text: `${'long '.repeat(60)}@shop`,
      author: { id: ann.id, username: 'ann' },
      mentions: [{ id: shop.id, username: 'shop' }],
      quoted: { id: '41', url: 'https://x.com/i/status/41', text: null },
      media: [{ id: '7_1', type: 'video', url: 'https://v/1.mp4', previewUrl: 'https://p.jpg' }],
    })
  })
})

describe('what X tells of a message and its author', () => {
  const item = (more: object) => v2Post({ id: '42', by: ann, text: '@shop hi', mentions: [shop], more })
  const user = {
    id: ann.id,
    username: 'ann',
    name: 'Ann',
    created_at: '2026-04-20T19:55:59.000Z',
    verified: false,
    verified_type: 'none',
    public_metrics: { followers_count: 97 },
  }
  const facts = { followers: 97, verified: false, accountSince: '2026-04-20' }
  const read = (more: object, users: object[]) =>
    (activityOf(xActivity(shop, 'post.mention.create', item(more), { users })) as Post).facts

  test('is read from a post of the X Activity API, and only of its author', () => {
    expect(read({ lang: 'en' }, [{ ...user, id: bob.id }, user])).toEqual({ language: 'en', ...facts })
    expect(read({}, [{ ...user, id: bob.id }])).toEqual({})
    expect((activityOf(xActivity(shop, 'post.reply.create', item({}), {})) as Post).facts).toEqual({})
  })

  test.each([
    ['pt-BR', 'pt'],
    ['in', 'id'],
    ['iw', 'he'],
    ['und', undefined],
    ['zxx', undefined],
    ['qme', undefined],
    [7, undefined],
  ])('a language of %j is %j', (lang, language) => expect(read({ lang }, []).language).toBe(language))

  test('is read from a direct message of the X Activity API', () => {
    const payload = directMessages(shop, { id: '7', from: ann, to: shop })
    const users = { [ann.id]: { data: user }, [shop.id]: { data: { ...user, id: shop.id, verified: true } } }
    expect((activityOf(xActivity(shop, 'dm.received', { ...payload, users })) as DirectMessage).facts).toEqual(facts)
  })

  test('is read from the Account Activity API, whose «not verified» says nothing of the badges of today', () => {
    const known = { followers_count: 5, verified: false }
    const created = { created_at: 'Fri Dec 13 00:56:10 +0000 2019' }
    const author = { ...postItem({ id: '1', by: ann, text: '' }).user, ...known, ...created }
    expect(post({ more: { lang: 'fi', user: author } }).facts).toEqual({
      language: 'fi',
      followers: 5,
      accountSince: '2019-12-13',
    })
    expect(post({ more: { user: { ...author, verified: true } } }).facts.verified).toBe(true)
    const delivery = directMessages(shop, { id: '7', from: ann, to: shop })
    const users = { [ann.id]: { id: ann.id, ...known, created_timestamp: '1576198570797' } }
    const message = activityOf({ ...delivery, users }) as DirectMessage
    expect(message.facts).toEqual({ followers: 5, accountSince: '2019-12-13' })
  })

  test('is left out where it is odd', () => {
    const odd = { ...user, created_at: 'soon', verified: 'no', public_metrics: { followers_count: -1 } }
    expect(read({}, [odd])).toEqual({})
  })
})

describe('a quoted post', () => {
  const inner = postItem({ id: '77', by: bob, text: 'Fish &amp; chips', at: '2026-01-02T03:04:05.000Z' })
  const quoting = (status: object) =>
    post({ more: { is_quote_status: true, quoted_status_id_str: '77', quoted_status: status } }).quoted

  test('is there with words, author and time where X sent it along', () => {
    const seen = {
      id: '77',
      url: 'https://x.com/i/status/77',
      text: 'Fish & chips',
      author: { id: bob.id, username: 'bob', name: 'Bob' },
      createdAt: '2026-01-02T03:04:05.000Z',
      media: [],
    }
    expect(quoting(inner)).toMatchObject(seen)
    const whole = { full_text: 'long '.repeat(60), entities: {} }
    expect(quoting({ ...inner, truncated: true, extended_tweet: whole })?.text).toBe('long '.repeat(60))
    const item = v2Post({
      id: '42',
      by: ann,
      text: '@shop',
      more: { referenced_tweets: [{ type: 'quoted', id: '77' }] },
    })
    const tweets = [v2Post({ id: '77', by: bob, text: 'Fish &amp; chips', at: '2026-01-02T03:04:05.000Z' })]
    const includes = { tweets, users: [{ id: bob.id, username: 'bob', name: 'Bob' }] }
    expect((activityOf(xActivity(shop, 'post.mention.create', item, includes)) as Post).quoted).toMatchObject(seen)
  })

  test('is a link where X sent no more, sent another one, or withholds it', () => {
    const link = { id: '77', url: 'https://x.com/i/status/77', text: null, author: null, createdAt: null, media: [] }
    for (const status of [{}, { ...inner, id_str: '78' }, { ...inner, withheld_in_countries: ['XY'] }]) {
      expect(quoting(status)).toEqual(link)
    }
    const referenced_tweets = [{ type: 'quoted', id: '77' }]
    const item = v2Post({ id: '42', by: ann, text: '@shop', more: { referenced_tweets } })
    const withheld = v2Post({ id: '77', by: bob, text: 'no', more: { withheld: { country_codes: ['XY'] } } })
    for (const includes of [{}, { tweets: [null, withheld] }]) {
      expect((activityOf(xActivity(shop, 'post.mention.create', item, includes)) as Post).quoted).toEqual(link)
    }
  })
})

describe('the versions of a post', () => {
  test('are named by X in either form, oldest first, and none is invented', () => {
    const edit_history = { initial_tweet_id: '98', edit_tweet_ids: ['101', '98', 99, 'odd', '99'] }
    expect(post({ id: '101', more: { edit_history } }).versionIds).toEqual(['98', '99', '101'])
    const item = v2Post({ id: '101', by: ann, text: '@shop', more: { edit_history_tweet_ids: ['99', '101'] } })
    expect((activityOf(xActivity(shop, 'post.mention.create', item)) as Post).versionIds).toEqual(['99', '101'])
    expect(post({ id: '101' }).versionIds).toEqual(['101'])
    expect(post({ id: '101', more: { edit_history: 'odd' } }).versionIds).toEqual(['101'])
  })
})

describe('what does not fit', () => {
  test('is unreadable by the field at fault, without its value', () => {
    const [event] = splitWebhookBody(
      JSON.stringify({
        for_user_id: shop.id,
        direct_message_events: [{ id: '1', message_create: { sender_id: 'secret text' } }],
      }),
      '2026-01-01T00:00:00.000Z',
    ).events
    if (!event) throw new Error('one event was meant')
    const reading = readActivity(event)
    expect(reading).toEqual({ unreadable: expect.stringContaining('message_create.sender_id') })
    expect(JSON.stringify(reading)).not.toContain('secret text')
  })

  test('a message between two strangers belongs to nobody here', () => {
    const delivery = { ...directMessages(shop, { id: '1', from: ann, to: { id: '5', username: 'eve' } }) }
    const [event] = splitWebhookBody(JSON.stringify(delivery), '2026-01-01T00:00:00.000Z').events
    expect(event && readActivity(event)).toEqual({
      unreadable: 'neither message_create.sender_id nor target.recipient_id is the account',
    })
  })
})
