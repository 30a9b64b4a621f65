import { describe, expect, test } from '@jest/globals'
import type { Post } from '../../../../lambdas/core/x/activity.ts'
import { activityOf } from '../../../support/activities.ts'
import { ann, bob, posts, shop, type User, v2Post, xActivity } from '../../../support/x-payloads.ts'

const entry = { id: '100', by: ann }
const v1 = (text: string, mentions: User[], more: object = {}, answers: typeof entry | undefined = entry) =>
  activityOf(posts(shop, { id: '200', by: bob, text, mentions, ...(answers ? { answers } : {}), more })) as Post
const v2 = (text: string, mentions: User[], more: object = {}, by = bob) =>
  activityOf(
    xActivity(shop, 'post.reply.create', v2Post({ id: '200', by, text, mentions, answers: entry, more })),
  ) as Post
const seen = ({ text, addressees, entities }: Post) => ({
  text,
  to: addressees.map((one) => one.username),
  marked: entities.map((one) => text.slice(one.start, one.end)),
})

describe('the handles that X puts before an answer', () => {
  test('stand apart from the text, which begins with the words of the person', () => {
    const read = v1('@ann @shop Is it, @shop?', [ann, shop], { display_text_range: [11, 24] })
    expect(seen(read)).toEqual({ text: 'Is it, @shop?', to: ['ann', 'shop'], marked: [] })
    expect(read.addressees).toEqual([
      { username: 'ann', userId: ann.id },
      { username: 'shop', userId: shop.id },
    ])
  })

  test('are still mentions to the rules', () => {
    expect(v1('@ann @shop hi', [ann, shop], { display_text_range: [11, 13] }).mentions.map((one) => one.id)).toEqual([
      ann.id,
      shop.id,
    ])
  })

  test('of a long post are those of its whole text', () => {
    const words = `${'word '.repeat(60)}end`
    const mark = { screen_name: 'shop', id_str: shop.id, indices: [0, 5] }
    const whole = { full_text: `@shop ${words}`, display_text_range: [6, 309], entities: { user_mentions: [mark] } }
    const read = v1(`@shop ${words.slice(0, 100)}…`, [shop], { truncated: true, extended_tweet: whole })
    expect(seen(read)).toEqual({ text: words, to: ['shop'], marked: [] })
  })

  test('are not those that a person typed: before a new post, in an answer that hides none, or further on', () => {
    expect(seen(v1('@shop hi', [shop], {}, undefined))).toEqual({ text: '@shop hi', to: [], marked: ['@shop'] })
    expect(seen(v1('@shop hi', [shop]))).toEqual({ text: '@shop hi', to: [], marked: ['@shop'] })
    expect(seen(v1('@ann @shop hi', [ann, shop], { display_text_range: [5, 13] }))).toEqual({
      text: '@shop hi',
      to: ['ann'],
      marked: ['@shop'],
    })
  })

  test('may name somebody whom X no longer marks, and may end the whole text', () => {
    expect(seen(v1('@gone @ann', [ann], { display_text_range: [10, 10] }))).toEqual({
      text: '',
      to: ['gone', 'ann'],
      marked: [],
    })
  })

  test('of the X Activity API follow its range, whether or not it fits to the letter', () => {
    const display_text_range = [12, 30]
    expect(seen(v2('@ann @shop Great post', [ann, shop], { display_text_range }))).toEqual({
      text: 'Great post',
      to: ['ann', 'shop'],
      marked: [],
    })
    expect(seen(v2('@ann @shop hi', [ann, shop], { display_text_range: [0, 13] })).to).toEqual([])
  })

  test('without a range are the leading mentions of an answer, if whom it answers is among them', () => {
    expect(seen(v2('@ann @shop hi @bob', [ann, shop, bob]))).toEqual({
      text: 'hi @bob',
      to: ['ann', 'shop'],
      marked: ['@bob'],
    })
    expect(seen(v2('@shop hi', [shop])).text).toBe('@shop hi')
    expect(seen(v2('@nobody hi', []))).toEqual({ text: '@nobody hi', to: [], marked: [] })
    expect(seen(v2("@ann's order", [ann])).text).toBe("@ann's order")
  })

  test('of an answer to oneself are those of the others', () => {
    expect(seen(v2('@shop and blue', [shop], {}, ann))).toEqual({ text: 'and blue', to: ['shop'], marked: [] })
  })
})
