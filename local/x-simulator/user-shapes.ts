import type { User } from './state.ts'
import type { Names } from './vocabulary.ts'
import { integer, type World } from './world.ts'

const avatar = 'https://abs.twimg.com/sticky/default_profile_images/default_profile_normal.png'

/** The user in a v1.1 post. */
export function v1User(user: User) {
  return {
    id: integer(user.id),
    id_str: user.id,
    name: user.name,
    screen_name: user.username,
    location: null,
    url: null,
    description: null,
    translator_type: 'none',
    protected: user.protected,
    verified: false,
    followers_count: 0,
    friends_count: 0,
    listed_count: 0,
    favourites_count: 0,
    statuses_count: 0,
    created_at: v1Time(user.createdAt),
    utc_offset: null,
    time_zone: null,
    geo_enabled: false,
    lang: null,
    profile_image_url: avatar.replace('https:', 'http:'),
    profile_image_url_https: avatar,
    default_profile: true,
    default_profile_image: true,
    following: null,
    follow_request_sent: null,
    notifications: null,
  }
}

/** A user in the `users` of a direct message event of the Account Activity API. */
export function messageUser(user: User) {
  return {
    id: user.id,
    created_timestamp: String(Date.parse(user.createdAt)),
    name: user.name,
    screen_name: user.username,
    protected: user.protected,
    verified: false,
    followers_count: 0,
    friends_count: 0,
    statuses_count: 0,
    profile_image_url: avatar.replace('https:', 'http:'),
    profile_image_url_https: avatar,
  }
}

/** A user in an event of the X Activity API. */
export function activityUser(user: User, names: Names) {
  return {
    ...v2User(user),
    url: '',
    location: '',
    description: '',
    is_identity_verified: false,
    public_metrics: withNumberTexts({
      followers_count: 0,
      following_count: 0,
      [names === 'old' ? 'tweet_count' : 'post_count']: 0,
      listed_count: 0,
      like_count: 0,
    }),
  }
}

/** A user of the v2 API with all fields. */
export function v2User({ id, name, username, createdAt, followers, protected: isProtected }: User) {
  return {
    id,
    name,
    username,
    profile_image_url: avatar,
    created_at: createdAt,
    protected: isProtected,
    verified: false,
    verified_type: 'none',
    description: `${name} on the simulated X`,
    location: '',
    public_metrics: {
      followers_count: followers.length,
      following_count: 0,
      post_count: 0,
      listed_count: 0,
      like_count: 0,
    },
  }
}

/** Adds a copy of every number as text, named `NAME_str`, as the X Activity API does. */
export function withNumberTexts(object: object): Record<string, unknown> {
  const entries = Object.entries(object).flatMap(([name, value]) =>
    typeof value === 'number'
      ? [
          [name, value],
          [`${name}_str`, String(value)],
        ]
      : [[name, value]],
  )
  return Object.fromEntries(entries)
}

/** The time format of v1.1: `Mon Dec 23 13:12:50 +0000 2019`. */
export function v1Time(iso: string): string {
  const [, day, month, year, time] =
    /^(\w{3}), (\d\d \w{3}) (\d{4}) ([\d:]{8})/.exec(new Date(iso).toUTCString())?.map(String) ?? []
  const [date, name] = month !== undefined ? month.split(' ') : []
  return [day, name, date, time, '+0000', year].join(' ')
}

/**
 * Returns the user with this id.
 * @throws Error when there is none
 */
export function userOf({ state }: World, id: string): User {
  const user = state.users.find((one) => one.id === id)
  if (!user) throw new Error(`There is no user ${id}.`)
  return user
}
