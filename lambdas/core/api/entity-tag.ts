/**
 * Entity tags: a tag names a state and the time at which it was read. Callers poll with them (`If-None-Match`), and change
 * only what they have seen (`If-Match`). A tag does not cover everything that is shown, such as the name of a ticket's
 * channel, which may change while it stays the same; so for polling it is good for minutes only.
 * https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3
 */

/** How long an answer may be said to be unchanged without being read anew. */
export const TAG_MAX_AGE_MS = 5 * 60_000

const TAG = /(W\/)?"(\w+)-(\d{1,15})"/g

/**
 * The tag of an answer, for the header `ETag`.
 * @param state what tells the answer from others under the same path, such as a version; letters, digits and `_`
 */
export function entityTag(state: string | number, readAt: Date): string {
  return `"${state}-${readAt.getTime()}"`
}

/** The same for an answer that cannot be changed under its path, such as a list: a weak tag never matches `If-Match`. */
export function weakEntityTag(state: string, readAt: Date): string {
  return `W/${entityTag(state, readAt)}`
}

/** A tag that the caller has, and when the answer to which it belongs was read. */
export type KnownTag = { readonly tag: string; readonly readAt: Date }

/**
 * The tag of a state among those in the header `If-None-Match`; null if there is none that is still good. What is no tag
 * of ours matches nothing.
 */
export function knownTag(ifNoneMatch: string | undefined, state: string | number, now: Date): KnownTag | null {
  for (const [tag, , named, milliseconds] of ifNoneMatch?.matchAll(TAG) ?? []) {
    const ageMs = now.getTime() - Number(milliseconds)
    if (named === String(state) && ageMs >= 0 && ageMs < TAG_MAX_AGE_MS) {
      return { tag, readAt: new Date(Number(milliseconds)) }
    }
  }
  return null
}

/**
 * True if a change is allowed by its header `If-Match`: it is not there, it is `*`, or one of its tags names the present
 * state, whenever that was read. A weak tag allows nothing: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
 */
export function mayChange(ifMatch: string | undefined, state: string | number): boolean {
  if (ifMatch === undefined || ifMatch.trim() === '*') return true
  return [...ifMatch.matchAll(TAG)].some(([, weak, named]) => weak === undefined && named === String(state))
}
