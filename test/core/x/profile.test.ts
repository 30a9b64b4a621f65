import { expect, test } from '@jest/globals'
import { profileFrom } from '../../../lambdas/core/x/profile.ts'

const readAt = '2026-03-01T12:00:00.000Z'
const nothing = {
  bio: null,
  location: null,
  followers: null,
  following: null,
  verified: null,
  joinedAt: null,
  readAt,
}

test('a profile is what X says of a person', () => {
  const user = {
    id: '12',
    description: ' I sell shoes. ',
    location: 'Graz',
    verified: true,
    verified_type: 'business',
    created_at: '2013-12-14T04:35:55.000Z',
    public_metrics: { followers_count: 570_842, following_count: 2_048, tweet_count: 14_052 },
  }
  expect(profileFrom('12', user, readAt)).toEqual({
    bio: 'I sell shoes.',
    location: 'Graz',
    followers: 570_842,
    following: 2_048,
    verified: 'business',
    joinedAt: '2013-12-14T04:35:55.000Z',
    readAt,
  })
})

test('what X leaves out or gives in another shape is null, and half a character is cut', () => {
  expect(profileFrom('12', { id: '12' }, readAt)).toEqual(nothing)
  const rotten = {
    id: '12',
    description: 7,
    verified: 'yes',
    created_at: 'once',
    public_metrics: { followers_count: -1 },
  }
  expect(profileFrom('12', rotten, readAt)).toEqual(nothing)
  expect(profileFrom('12', { id: '12', verified: true, verified_type: 'none' }, readAt)).toMatchObject({
    verified: 'blue',
  })
  expect(profileFrom('12', { id: '12', description: `${'x'.repeat(499)}😀` }, readAt)?.bio).toBe(
    `${'x'.repeat(499)}\ufffd`,
  )
})

test.each([[null], ['text'], [[]], [{}], [{ id: '13', description: 'somebody else' }]])('%j is none', (value) => {
  expect(profileFrom('12', value, readAt)).toBeNull()
})
