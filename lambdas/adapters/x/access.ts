import type { TwitterApi } from 'twitter-api-v2'
import type { XSecrets } from '../../core/ports/platform.ts'
import { type AccountTokens, XError } from '../../core/ports/x.ts'
import { appClientOf, clientOf, xErrorFrom } from './client.ts'

/** Where X is (`https://api.x.com`, or another X), and the keys of our app. */
export type XAccess = { readonly apiUrl: string; readonly secrets: Pick<XSecrets, 'app'> }

/** A client that calls X in an account's name. */
export async function asAccount({ apiUrl, secrets }: XAccess, tokens: AccountTokens): Promise<TwitterApi> {
  return clientOf(apiUrl, await secrets.app(), tokens)
}

/** A client that calls X as the app itself, with a Bearer token. */
export async function asApp({ apiUrl, secrets }: XAccess): Promise<TwitterApi> {
  return appClientOf(apiUrl, await secrets.app())
}

/** @throws XError for what X refused or left unanswered */
export async function asked<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw xErrorFrom(error)
  }
}

/** As `asked`; null for what is not there or not visible to the account, which X says in several ways. */
export async function visible<T>(call: () => Promise<T | null>): Promise<T | null> {
  try {
    return await asked(call)
  } catch (error) {
    if (error instanceof XError && (error.status === 403 || error.status === 404)) return null
    throw error
  }
}
