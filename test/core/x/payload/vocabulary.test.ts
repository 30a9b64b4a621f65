import { describe, expect, test } from '@jest/globals'
import type { Post } from '../../../../lambdas/core/x/activity.ts'
import { quotedPostFrom } from '../../../../lambdas/core/x/payload/post.ts'
import { includedPosts, inNewNames } from '../../../../lambdas/core/x/payload/vocabulary.ts'
import { activityOf } from '../../../support/activities.ts'
import { ann, bob, inNewVocabulary, shop, v2Post, xActivity } from '../../../support/x-payloads.ts'

const received = (item: object, includes: object = {}) =>
  activityOf(xActivity(shop, 'post.mention.create', item, includes)) as Post

describe("both of X's vocabularies say the same", () => {
  const quoted = v2Post({ id: '3', by: bob, text: 'Quoted' })
  const long = 'The whole text, for @shop'
  const noteEntities = { mentions: [{ start: 20, end: 25, username: 'shop', id: shop.id }] }
  const cases: Record<string, object> = {
    'an answer': v2Post({ id: '9', by: ann, text: '@shop hi', mentions: [shop], answers: { id: '8', by: bob } }),
    'a repost': v2Post({ id: '9', by: ann, text: 'RT', more: { referenced_tweets: [{ type: 'retweeted', id: '2' }] } }),
    'a quote': v2Post({ id: '9', by: ann, text: '@shop', more: { referenced_tweets: [{ type: 'quoted', id: '3' }] } }),
    'a long post': v2Post({
      id: '9',
      by: ann,
      text: 'The whole…',
      more: { note_tweet: { text: long, entities: noteEntities } },
    }),
    'an edited post': v2Post({ id: '9', by: ann, text: 'x', more: { edit_history_tweet_ids: ['7', '9'] } }),
  }
  for (const [title, item] of Object.entries(cases)) {
    test(`of ${title}`, () => {
      const inOld = received(item, { tweets: [quoted] })
      expect(received(inNewVocabulary(item), inNewVocabulary({ tweets: [quoted] }))).toEqual(inOld)
      expect({ ...inOld }).not.toEqual(received(v2Post({ id: '9', by: ann, text: (item as { text: string }).text })))
    })
  }

  test('in an answer of X to a look-up', () => {
    const long = v2Post({ id: '9', by: ann, text: 'The…', more: { note_tweet: { text: 'The whole' } } })
    expect(quotedPostFrom(inNewVocabulary(long), {})).toEqual(quotedPostFrom(long, {}))
    expect(quotedPostFrom(long, {})?.text).toBe('The whole')
  })
})

test('where X sends both names, the one that says something counts', () => {
  const references = [{ type: 'retweeted', id: '2' }]
  const post = v2Post({ id: '9', by: ann, text: 'RT' })
  for (const both of [
    { referenced_posts: [], referenced_tweets: references },
    { referenced_posts: references, referenced_tweets: [] },
    { referenced_posts: references, referenced_tweets: null },
  ]) {
    expect(received({ ...post, ...both }).isRepost).toBe(true)
  }
  expect(includedPosts({ posts: [1], tweets: [2] })).toEqual([1, 2])
})

test('an answer is known by the id of its parent alone, where X names no references', () => {
  const post = v2Post({ id: '9', by: ann, text: '@shop hi', mentions: [shop] })
  for (const name of ['in_reply_to_tweet_id', 'in_reply_to_post_id']) {
    expect(received({ ...post, [name]: '8' }).inReplyTo).toMatchObject({ postId: '8', userId: null })
  }
})

test('what is no post stays as it is', () => {
  for (const odd of [null, undefined, 'text', 7, []]) expect(inNewNames(odd)).toBe(odd)
  for (const odd of [null, undefined, 'text', { posts: 'none' }]) expect(includedPosts(odd)).toEqual([])
})
