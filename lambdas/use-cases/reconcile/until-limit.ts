import { SubscriptionLimitError, XError } from '../../core/ports/x.ts'

/** Makes a call to X, unless X has refused one before because of a limit. */
export type UntilLimit = <T>(call: () => Promise<T>) => Promise<T>

/**
 * Guards the calls of one run that change subscriptions: X allows 500 in 15 minutes, and a number of subscriptions. After
 * such a refusal every further call is refused with the same XError and without asking X. The next run goes on.
 */
export function createUntilLimit(): UntilLimit {
  let refusal: XError | null = null
  return async (call) => {
    if (refusal) throw refusal
    try {
      return await call()
    } catch (error) {
      const isLimit = error instanceof SubscriptionLimitError || (error instanceof XError && error.status === 429)
      if (isLimit) refusal = error
      throw error
    }
  }
}
