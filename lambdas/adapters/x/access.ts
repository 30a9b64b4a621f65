import type { TwitterApi } from 'twitter-api-v2'
import type { XSecrets } from '../../core/ports/platform.ts'
import { type AccountTokens, XError } from '../../core/ports/x.ts'
import { appClientOf, clientOf, xErrorFrom } from './client.ts'

/** Address of X's API (`https://api.x.com` or a simulator), and the keys of our app. */
export type XAccess = { readonly apiUrl: string; readonly secrets: Pick<XSecrets, 'app'> }

/** A client that calls X in the name of an account. */
export async function asAccount({ apiUrl, secrets }: XAccess, tokens: AccountTokens): Promise<TwitterApi> {
  return clientOf(apiUrl, await secrets.app(), tokens)
}

/** A client that calls X as the app, with a bearer token. */
export async function asApp({ apiUrl, secrets }: XAccess): Promise<TwitterApi> {
  return appClientOf(apiUrl, await secrets.app())
}

/**
 * Calls X.
 * @throws XError if X refuses or does not answer
 */
export async function callX<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw xErrorFrom(error)
  }
}

/**
 * Looks something up at X; null if it does not exist or is not visible to the account.
 * @throws XError if X refuses for another reason or does not answer
 */
export async function lookUpAtX<T>(call: () => Promise<T | null>): Promise<T | null> {
  try {
    return await callX(call)
  } catch (error) {
    if (error instanceof XError && (error.status === 403 || error.status === 404)) return null
    throw error
  }
}
