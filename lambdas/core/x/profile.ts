import * as z from 'zod/mini'

/** What a person says of themselves on X, and how X marks them, when we asked. */
export type Profile = {
  readonly bio: string | null
  readonly location: string | null
  /** Null if X did not say. */
  readonly followers: number | null
  readonly following: number | null
  /** The mark beside the name; null for none. */
  readonly verified: 'blue' | 'business' | 'government' | null
  /** ISO time at which they joined X; null if X did not say. */
  readonly joinedAt: string | null
  /** ISO time at which we asked. */
  readonly readAt: string
}

const text = z.catch(z.nullish(z.string()), null)
const count = z.catch(z.nullish(z.int().check(z.minimum(0))), null)
const user = z.object({
  id: z.string(),
  description: text,
  location: text,
  verified: z.catch(z.nullish(z.boolean()), null),
  verified_type: text,
  created_at: z.catch(z.nullish(z.iso.datetime({ offset: true })), null),
  public_metrics: z.catch(z.nullish(z.object({ followers_count: count, following_count: count })), null),
})

/** X's texts have at most 160 characters; so much is kept of one that has more. */
const MAX_CHARACTERS = 500

/** The profile in a user object of X; null if it is of somebody else or no user object. @param readAt ISO time */
export function profileFrom(id: string, value: unknown, readAt: string): Profile | null {
  const read = user.safeParse(value)
  if (!read.success || read.data.id !== id) return null
  const { description, location, verified, verified_type: mark, created_at, public_metrics } = read.data
  return {
    bio: kept(description),
    location: kept(location),
    followers: public_metrics?.followers_count ?? null,
    following: public_metrics?.following_count ?? null,
    verified: mark === 'business' || mark === 'government' || mark === 'blue' ? mark : verified ? 'blue' : null,
    joinedAt: created_at ? new Date(created_at).toISOString() : null,
    readAt,
  }
}

function kept(text: string | null | undefined): string | null {
  return text?.slice(0, MAX_CHARACTERS).toWellFormed().trim() || null
}
