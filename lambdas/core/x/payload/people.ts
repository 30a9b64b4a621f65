import * as z from 'zod/mini'
import type { Facts, Person } from '../activity.ts'
import { isoTime } from './schema.ts'

const optionalText = z.catch(z.optional(z.string()), undefined)
const nullishText = z.catch(z.nullish(z.string()), null)
const user = z.object({
  id: optionalText,
  id_str: optionalText,
  name: nullishText,
  username: nullishText,
  screen_name: nullishText,
  profile_image_url: nullishText,
  profile_image_url_https: nullishText,
})

/** A person of whom we know only the id. */
function unknownPerson(id: string): Person {
  return { id, username: null, name: null, avatarUrl: null }
}

/**
 * A person from a user object of X: v1.1, v2, or v2 under `data`.
 * An object with another id is ignored: no name is better than somebody else's.
 */
export function personFrom(id: string, value: unknown): Person {
  const read = user.safeParse(unwrapped(value))
  if (!read.success) return unknownPerson(id)
  const { id: plain, id_str, name, username, screen_name, profile_image_url, profile_image_url_https } = read.data
  if ((id_str ?? plain ?? id) !== id) return unknownPerson(id)
  return {
    id,
    username: username ?? screen_name ?? null,
    name: name ?? null,
    avatarUrl: profile_image_url_https ?? profile_image_url ?? null,
  }
}

function unwrapped(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'data' in value ? value.data : value
}

const count = z.catch(z.optional(z.int().check(z.nonnegative())), undefined)
const profile = z.object({
  id: optionalText,
  id_str: optionalText,
  created_at: z.optional(z.unknown()),
  created_timestamp: z.optional(z.unknown()),
  followers_count: count,
  verified: z.catch(z.optional(z.boolean()), undefined),
  verified_type: optionalText,
  public_metrics: z.catch(z.optional(z.object({ followers_count: count })), undefined),
})

/** What a user object of X tells of a person; nothing if it is of somebody else. */
export function factsFrom(id: string, value: unknown): Facts {
  const read = profile.safeParse(unwrapped(value))
  if (!read.success || (read.data.id_str ?? read.data.id) !== id) return {}
  const { created_at, created_timestamp, followers_count, verified, verified_type, public_metrics } = read.data
  const followers = public_metrics?.followers_count ?? followers_count
  const since = isoTime(created_timestamp) ?? isoTime(created_at)
  // In v1.1, `false` only says that the account has no badge of the old kind.
  const isKnown = verified === true || verified_type !== undefined || public_metrics !== undefined
  return {
    ...(followers !== undefined && { followers }),
    ...(verified !== undefined && isKnown && { verified }),
    ...(since !== null && { accountSince: since.slice(0, 10) }),
  }
}

/** What the included users of an event tell of a person. */
export function includedFacts(id: string, includes: unknown): Facts {
  if (typeof includes !== 'object' || includes === null) return {}
  if (!('users' in includes && Array.isArray(includes.users))) return factsFrom(id, Reflect.get(includes, id))
  const all = includes.users.map((one) => factsFrom(id, one))
  return all.find((one) => Object.keys(one).length > 0) ?? {}
}

/**
 * The code of a language without its region; null where X could tell none. X writes some languages by codes that have been
 * replaced (`in`, `iw`), and by `und`, `zxx` and codes from `qaa` to `qtz` that it is none.
 */
export function languageOf(code: unknown): string | null {
  if (typeof code !== 'string' || !/^[a-z]{2,3}(-|$)/i.test(code)) return null
  const language = code.slice(0, 3).replace('-', '').toLowerCase()
  if (/^(und|zxx|mul|mis|art|q[a-t][a-z])$/.test(language)) return null
  return replacedCodes[language] ?? language
}

const replacedCodes: Readonly<Record<string, string>> = { in: 'id', iw: 'he', ji: 'yi' }

/** A person from the included users of an event: a map by id (direct messages) or `includes.users` (v2 posts). */
export function includedPerson(id: string, includes: unknown): Person {
  if (typeof includes !== 'object' || includes === null) return unknownPerson(id)
  if ('users' in includes && Array.isArray(includes.users)) {
    const known = includes.users.map((one) => personFrom(id, one)).find((person) => person.username !== null)
    return known ?? unknownPerson(id)
  }
  return id in includes ? personFrom(id, Reflect.get(includes, id)) : unknownPerson(id)
}
