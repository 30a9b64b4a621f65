import * as z from 'zod'
import type { Person } from '../activity.ts'

const user = z.object({
  id: z.string().optional().catch(undefined),
  id_str: z.string().optional().catch(undefined),
  name: z.string().nullish().catch(null),
  username: z.string().nullish().catch(null),
  screen_name: z.string().nullish().catch(null),
  profile_image_url: z.string().nullish().catch(null),
  profile_image_url_https: z.string().nullish().catch(null),
})

/** A person of whom we know only the id. */
export function unknownPerson(id: string): Person {
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
