/**
 * Optimistic concurrency: read, decide, write on condition that nothing changed. After a conflict the whole attempt
 * runs again, because the decision may differ.
 */

/** What an attempt resolves to when somebody else changed what it had read. */
export const conflict = Symbol('conflict')

/** Every attempt met a conflict. */
export class ConflictError extends Error {}

/** More conflicts in a row than this are no coincidence. */
export const MAX_ATTEMPTS = 20

/**
 * Runs an attempt until it meets no conflict.
 * @param subject what changes, for the error: `ticket 7`
 * @throws ConflictError after `MAX_ATTEMPTS` conflicts, and whatever the attempt throws
 */
export async function retryOnConflict<T>(subject: string, attempt: () => Promise<T | typeof conflict>): Promise<T> {
  for (let n = 0; n < MAX_ATTEMPTS; n++) {
    const result = await attempt()
    if (result !== conflict) return result
  }
  throw new ConflictError(`${subject} changed during each of ${MAX_ATTEMPTS} attempts`)
}
