import * as z from 'zod/mini'
import type { Person } from '../activity.ts'

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
  const inner = typeof value === 'object' && value !== null && 'data' in value ? value.data : value
  const read = user.safeParse(inner)
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

/** A person from the included users of an event: a map by id (direct messages) or `includes.users` (v2 posts). */
export function includedPerson(id: string, includes: unknown): Person {
  if (typeof includes !== 'object' || includes === null) return unknownPerson(id)
  if ('users' in includes && Array.isArray(includes.users)) {
    const known = includes.users.map((one) => personFrom(id, one)).find((person) => person.username !== null)
    return known ?? unknownPerson(id)
  }
  return id in includes ? personFrom(id, Reflect.get(includes, id)) : unknownPerson(id)
}
