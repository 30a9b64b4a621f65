import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { polledEvents, splitWebhookBody } from '../../../lambdas/core/x/webhook-body.ts'
import { ann, bob, directMessages, encodedChatEvent, posts, shop, v2Post, xActivity } from '../../support/x-payloads.ts'

const at = '2026-01-01T00:00:00.000Z'
const split = (body: unknown) => splitWebhookBody(typeof body === 'string' ? body : JSON.stringify(body), at)

describe('a delivery is taken apart', () => {
  test('into every item of every key', () => {
    const delivery = {
      ...directMessages(shop, { id: '1', from: ann, to: shop }, { id: '2', from: bob, to: shop }),
      ...posts(shop, { id: '3', by: ann, text: '@shop hi', mentions: [shop] }),
      tweet_delete_events: [{ status: { id: '4', user_id: shop.id }, timestamp_ms: '1432228155593' }],
    }
    const { events } = split(delivery)
    expect(events.map(({ kind, externalId, customerId }) => [kind, externalId, customerId])).toEqual([
      ['direct_message', '1', ann.id],
      ['direct_message', '2', bob.id],
      ['post', '3', ann.id],
      ['post_deletion', '4', null],
    ])
    expect(events.every((event) => event.channelUserId === shop.id && event.receivedAt === at)).toBe(true)
  })

  test('with the users of each direct message beside it and nobody else', () => {
    const { events } = split(directMessages(shop, { id: '1', from: ann, to: shop }, { id: '2', from: bob, to: shop }))
    expect(events.map((event) => Object.keys(event.includes as object).sort())).toEqual([
      [ann.id, shop.id].sort(),
      [bob.id, shop.id].sort(),
    ])
  })

  test("an account's own message goes with the person it is sent to, so that both stay in one order", () => {
    const [own] = split(directMessages(shop, { id: '1', from: shop, to: ann })).events
    const [answer] = split(
      posts(shop, { id: '2', by: shop, text: '@ann hi', mentions: [ann], answers: { id: '1', by: ann } }),
    ).events
    expect([own?.customerId, answer?.customerId]).toEqual([ann.id, ann.id])
  })

  test('of the X Activity API, one event or several', () => {
    const one = xActivity(shop, 'post.mention.create', v2Post({ id: '5', by: ann, text: '@shop hi', mentions: [shop] }))
    expect(split(one).events).toMatchObject([{ kind: 'post', externalId: '5', channelUserId: shop.id }])
    expect(split({ data: [one.data, one.data] }).events).toHaveLength(2)
  })

  test('with encrypted messages by their signed id and the person on the other side, in either form of the conversation', () => {
    const chat = (conversation: string, sender: string, more: object = {}) =>
      xActivity(shop, 'chat.received', { id: 'event-1', sender_id: sender, conversation_id: conversation, ...more })
    const encoded = encodedChatEvent({ 2: 'message-1' }, 1)
    for (const separator of ['-', ':']) {
      const conversation = `${shop.id}${separator}${ann.id}`
      expect(split(chat(conversation, ann.id, { encoded_event: encoded })).events).toMatchObject([
        { kind: 'encrypted_chat', externalId: 'message-1', customerId: ann.id },
      ])
      expect(split(chat(conversation, shop.id)).events).toMatchObject([{ externalId: 'event-1', customerId: ann.id }])
    }
  })

  test('with a damaged encrypted event by what it consists of: a list names it by another id than a delivery', () => {
    const damaged = (text: string) => ({
      sender_id: ann.id,
      conversation_id: `${shop.id}-${ann.id}`,
      encoded_event: text,
    })
    const delivered = (text: string) =>
      split(xActivity(shop, 'chat.received', { id: 'event-1', ...damaged(text) })).events
    const listed = { id: '2085', ...damaged('cut') }
    const polled = polledEvents('chat_events', shop.id, { items: [listed], includes: {} }, at)
    expect(polled[0]?.externalId).toMatch(/^[0-9a-f]{64}$/)
    expect(delivered('cut')[0]?.externalId).toBe(polled[0]?.externalId)
    expect(delivered('cut elsewhere')[0]?.externalId).not.toBe(polled[0]?.externalId)
  })

  test('but for a change of keys, which is only counted', () => {
    const change = { id: '1', sender_id: ann.id, encoded_event: encodedChatEvent({ 2: 'message-1' }, 3) }
    expect(split(xActivity(shop, 'chat.received', change))).toEqual({
      events: [],
      counted: ['chat.received.key_change'],
      replay: null,
    })
  })

  test('with encrypted messages that are longer than any of X, but without what nobody can read', () => {
    const encoded_event = `${encodedChatEvent({ 2: 'message-1' }, 1)}${'A'.repeat(5_000_000)}`
    const item = { id: 'event-1', sender_id: ann.id, conversation_id: `${ann.id}:${shop.id}` }
    expect(split(xActivity(shop, 'chat.received', { ...item, encoded_event })).events).toMatchObject([
      { kind: 'encrypted_chat', externalId: 'message-1', customerId: ann.id, item },
    ])
    expect(JSON.stringify(split(xActivity(shop, 'chat.received', { ...item, encoded_event }))).length).toBeLessThan(
      1_000,
    )
  })

  test('of both revocations', () => {
    const aaa = { user_event: { revoke: { target: { app_id: '1' }, source: { user_id: shop.id } } } }
    const xaa = { data: { event_uuid: '1', filter: {}, event_type: 'oauth.revoke', payload: { user_id: shop.id } } }
    for (const body of [aaa, xaa]) {
      expect(split(body).events).toMatchObject([{ kind: 'revoke', channelUserId: shop.id }])
    }
  })

  test('the end of a replay job is told beside what is counted, but only one that we can know', () => {
    const ended = (fields: object) => split({ replay_job_status: fields })
    const known = { job_id: '2', job_state: 'Incomplete', webhook_id: '1', job_state_description: 'please retry' }
    expect(ended(known)).toEqual({
      events: [],
      counted: ['replay_job_status'],
      replay: { jobId: '2', end: 'Incomplete' },
    })
    for (const odd of [{ job_state: 'Running' }, { job_id: 2 }, { job_id: '../../2' }, { job_id: 'x'.repeat(65) }]) {
      expect(ended({ ...known, ...odd })).toEqual({ events: [], counted: ['replay_job_status'], replay: null })
    }
  })

  test('what can never concern a ticket is only counted, item by item', () => {
    const typing = { for_user_id: shop.id, direct_message_indicate_typing_events: [{}, {}], users: {} }
    expect(split(typing)).toEqual({
      events: [],
      counted: ['direct_message_indicate_typing_events', 'direct_message_indicate_typing_events'],
      replay: null,
    })
    expect(split({ replay_job_status: { job_state: 'Complete' } }).counted).toEqual(['replay_job_status'])
    expect(split(xActivity(shop, 'like.create', {})).counted).toEqual(['like.create'])
    expect(split({ something_new: 1 }).counted).toEqual(['unknown'])
  })

  test('by names that fit the log, whatever X puts in their place', () => {
    const item = { id: '1', type: { toString: 1, valueOf: 1 } }
    const delivery = { for_user_id: shop.id, direct_message_events: [item] }
    expect(split(delivery).counted).toEqual(['direct_message_events.unknown'])
    expect(split(xActivity(shop, 'a'.repeat(100_000), {})).counted).toEqual(['a'.repeat(64)])
    expect(split({ like_events: Array(100_000).fill(0) }).counted).toHaveLength(1_000)
  })
})

describe('what cannot be understood is unreadable, with the reason', () => {
  const reasons = (body: unknown) => split(body).events.map(({ kind, reason }) => [kind, reason])

  test('no JSON, no object', () => {
    expect(reasons('{"for_user_id":')).toEqual([['unreadable', 'the body is not JSON']])
    expect(reasons('[]')).toEqual([['unreadable', 'the body is not a JSON object']])
    expect(reasons('null')).toEqual([['unreadable', 'the body is not a JSON object']])
  })

  test('no account', () => {
    const { for_user_id: _, ...withoutAccount } = directMessages(shop, { id: '1', from: ann, to: shop })
    expect(reasons(withoutAccount)).toEqual([['unreadable', 'for_user_id is missing or not an id of X']])
    expect(reasons({ ...withoutAccount, for_user_id: 2244994945 })).toHaveLength(1)
  })

  test('an id that is a number, because JSON has rounded it', () => {
    const delivery = {
      for_user_id: shop.id,
      tweet_create_events: [{ id: 1924465506158879000, user: { id_str: ann.id } }],
    }
    expect(reasons(delivery)).toEqual([['unreadable', 'the id of the post is missing or not a string of digits']])
  })

  test('a list that is none: the other lists of the delivery still count', () => {
    const delivery = { ...directMessages(shop, { id: '1', from: ann, to: shop }), tweet_create_events: 'none' }
    expect(split(delivery).events.map((event) => event.kind)).toEqual(['direct_message', 'unreadable'])
  })

  test('a body that is nested too deeply, before anything walks it', () => {
    const body = `{"for_user_id":"${shop.id}","direct_message_events":[{"id":"1","a":${'['.repeat(50_000)}${']'.repeat(50_000)}}]}`
    expect(reasons(body)).toEqual([['unreadable', 'the body is nested deeper than any of X']])
    expect(() => JSON.stringify(split(body))).not.toThrow()
    expect(reasons(`{"data":"${'[{'.repeat(200)}\\"[["}`)).toEqual([['unreadable', 'data.event_type is missing']])
  })

  test('and whatever it is, taking apart never throws and loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const bodies = [a, { for_user_id: shop.id, direct_message_events: a, tweet_create_events: b }, { data: a }]
        for (const body of bodies) {
          const { events, counted } = split(body)
          expect(events.length + counted.length).toBeGreaterThan(0)
        }
      }),
    )
  })
})
