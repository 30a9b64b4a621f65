import { Agent } from 'node:http'
import type {
  ApiPartialResponseError,
  ApiRequestError,
  ApiResponseError,
  ITwitterApiClientPlugin,
  TwitterApi,
} from 'twitter-api-v2'
import type { AppKeys } from '../../core/ports/platform.ts'
import { type AccountTokens, XError } from '../../core/ports/x.ts'

/** twitter-api-v2 has no time-out; the sender gives a reply 10 seconds. */
const TIMEOUT_MS = 8_000

const X_ORIGIN = 'https://api.x.com'

/**
 * A client of X with twitter-api-v2. The library's hosts are fixed, so for a simulator a plugin redirects each request
 * after it was signed. The signature is always one for https://api.x.com. The library is loaded with the first client:
 * it takes a tenth of a start, and many starts never call X.
 */
export async function clientOf(apiUrl: string, app: AppKeys, tokens?: AccountTokens): Promise<TwitterApi> {
  const { TwitterApi } = await import('twitter-api-v2')
  const keys = { appKey: app.key, appSecret: app.secret }
  return new TwitterApi(
    tokens ? { ...keys, accessToken: tokens.token, accessSecret: tokens.secret } : keys,
    settingsFor(apiUrl),
  )
}

/** A client that calls X as the app. */
export async function appClientOf(apiUrl: string, app: AppKeys): Promise<TwitterApi> {
  return (await clientOf(apiUrl, app)).appLogin()
}

function settingsFor(apiUrl: string) {
  const target = new URL(apiUrl)
  const plugin: ITwitterApiClientPlugin = {
    onBeforeRequestConfig({ url, params }) {
      params.timeout = TIMEOUT_MS
      // The library recognises form answers by X's host only.
      if (apiUrl !== X_ORIGIN && url.pathname.startsWith('/oauth/')) params.forceParseMode = 'url'
    },
    onBeforeRequest({ computedParams }) {
      if (apiUrl === X_ORIGIN) return
      computedParams.url.protocol = target.protocol
      computedParams.url.host = target.host
    },
  }
  return { plugins: [plugin], ...(target.protocol === 'http:' ? { httpAgent: new Agent({ keepAlive: true }) } : {}) }
}

type LibraryErrors = {
  /** X answered with an error. */
  readonly response: ApiResponseError
  /** No answer came. */
  readonly request: ApiRequestError
  /** The answer was cut off. */
  readonly 'partial-response': ApiPartialResponseError
}

/** True for an error of the library, by the fields that tell its errors apart: its classes would load it. */
export function isLibraryError<T extends keyof LibraryErrors>(type: T, error: unknown): error is LibraryErrors[T] {
  return error instanceof Error && Reflect.get(error, 'error') === true && Reflect.get(error, 'type') === type
}

/** The XError for an error of the library; any other error as it is. */
export function xErrorFrom(error: unknown): unknown {
  if (isLibraryError('response', error)) return new XError(error.code, detailOf(error))
  if (isLibraryError('request', error)) return new XError(null, causeOf(error).message)
  return error
}

/** Why a call got no answer. The library's getter is broken: it reads another field than the library writes. */
export function causeOf(error: ApiRequestError): { message: string; code: string | null } {
  const options: unknown = Reflect.get(error, '_options')
  const written: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'error') : undefined
  const { message, code } = (error.requestError ?? written ?? {}) as { message?: unknown; code?: unknown }
  return { message: String(message || code || 'no answer'), code: typeof code === 'string' ? code : null }
}

/** All details of X's error in one line. */
export function detailOf({ data }: ApiResponseError): string {
  const body = bodyFrom(data)
  const { title, detail, type, errors } = body as {
    title?: string
    detail?: string
    type?: string
    errors?: { code?: number; message?: string }[]
  }
  const causes = (errors ?? []).map(({ code, message }) => [code, message].filter(Boolean).join(' '))
  const problem = type && type !== 'about:blank' ? `(${type})` : ''
  return [detail ?? title, ...causes, problem].filter(Boolean).join(' ')
}

/** The JSON of an error, which the library may have parsed as a form: then the JSON is the first key. */
function bodyFrom(data: unknown): object {
  if (typeof data !== 'object' || data === null) return { detail: typeof data === 'string' ? data.slice(0, 200) : '' }
  const [key = '', ...more] = Object.keys(data)
  if (more.length > 0 || !key.trim().startsWith('{')) return data
  try {
    return JSON.parse(`${key}${Reflect.get(data, key) ? `=${Reflect.get(data, key)}` : ''}`) as object
  } catch {
    return {}
  }
}
