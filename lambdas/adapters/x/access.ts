import type { TwitterApi } from 'twitter-api-v2'
import type { AppKeys, XSecrets } from '../../core/ports/platform.ts'
import { type AccountTokens, XError } from '../../core/ports/x.ts'
import { appClientOf, clientOf, xErrorFrom } from './client.ts'

/** Address of X's API (`https://api.x.com` or a simulator), and the keys of our app. */
export type XAccess = { readonly apiUrl: string; readonly secrets: Pick<XSecrets, 'app'> }

/** A client that calls X in the name of an account. */
export async function asAccount({ apiUrl, secrets }: XAccess, tokens: AccountTokens): Promise<TwitterApi> {
  return clientOf(apiUrl, await secrets.app(), tokens)
}

type AppClient = { readonly app: AppKeys; readonly client: Promise<TwitterApi> }

/** The client that calls X as the app, one for each access: X gives its bearer token once, not for each call. */
const appClients = new WeakMap<XAccess, AppClient>()

/**
 * Calls X as the app. The bearer token is asked for once in a process; if X refuses it with 401, the call is made again
 * with a new one, so it must bear to be repeated.
 */
export async function asApp<T>(access: XAccess, call: (client: TwitterApi) => Promise<T>): Promise<T> {
  const client = await appClient(access)
  try {
    return await call(client)
  } catch (error) {
    const refusal = xErrorFrom(error)
    if (!(refusal instanceof XError) || refusal.status !== 401) throw error
    // Unless another call has renewed it meanwhile.
    if ((await appClients.get(access)?.client) === client) appClients.delete(access)
    return call(await appClient(access))
  }
}

async function appClient(access: XAccess): Promise<TwitterApi> {
  const app = await access.secrets.app()
  const known = appClients.get(access)
  if (known && known.app.key === app.key && known.app.secret === app.secret) return known.client
  const made = { app, client: appClientOf(access.apiUrl, app) }
  appClients.set(access, made)
  try {
    return await made.client
  } catch (error) {
    if (appClients.get(access) === made) appClients.delete(access)
    throw error
  }
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
