/**
 * Entity tags with which callers poll: a tag names a state and the time at which it was read. It is weak, because what
 * it does not cover, such as the name of a channel, may change while it stays the same; so it is good for minutes only.
 * https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3
 */

/** How long an answer may be said to be unchanged without being read anew. */
export const TAG_MAX_AGE_MS = 5 * 60_000

const TAG = /W\/"(\w+)-(\d{1,15})"/g

/**
 * The tag of an answer, for the header `ETag`.
 * @param state what tells the answer from others under the same path; letters, digits and `_`
 */
export function entityTag(state: string, readAt: Date): string {
  return `W/"${state}-${readAt.getTime()}"`
}

/** A tag that the caller has, and when the answer to which it belongs was read. */
export type KnownTag = { readonly tag: string; readonly readAt: Date }

/**
 * The tag of a state among those in the header `If-None-Match`; null if there is none that is still good. What is no tag
 * of ours matches nothing.
 */
export function knownTag(ifNoneMatch: string | undefined, state: string, now: Date): KnownTag | null {
  for (const [tag, named, milliseconds] of ifNoneMatch?.matchAll(TAG) ?? []) {
    const ageMs = now.getTime() - Number(milliseconds)
    if (named === state && ageMs >= 0 && ageMs < TAG_MAX_AGE_MS) return { tag, readAt: new Date(Number(milliseconds)) }
  }
  return null
}
