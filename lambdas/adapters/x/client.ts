import { Agent } from 'node:http'
import type {
  ApiPartialResponseError,
  ApiRequestError,
  ApiResponseError,
  ITwitterApiClientPlugin,
  TwitterApi,
  TwitterResponse,
} from 'twitter-api-v2'
import type { AppKeys } from '../../core/ports/platform.ts'
import { type AccountTokens, XError } from '../../core/ports/x.ts'
import { isDeep } from '../../core/x/depth.ts'
import { answered, fieldsOf, objectsOf, required, textOf } from './shapes.ts'

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
    onBeforeRequestConfig({ params }) {
      params.timeout = TIMEOUT_MS
      // What the library parses itself may end the process: it reads the errors of an answer outside its promise.
      params.forceParseMode = 'text'
    },
    onAfterRequest({ url, response }) {
      const { pathname } = url
      const data = parsed(response, pathname.startsWith('/oauth/'))
      if (pathname === '/oauth2/token') required(textOf(answered(data).access_token), 'a bearer token')
      response.data = data
    },
    onBeforeRequest({ computedParams }) {
      if (apiUrl === X_ORIGIN) return
      computedParams.url.protocol = target.protocol
      computedParams.url.host = target.host
    },
  }
  // A compressed answer that is damaged would end the process: the library does not listen for that error.
  return {
    plugins: [plugin],
    compression: 'identity' as const,
    ...(target.protocol === 'http:' ? { httpAgent: new Agent({ keepAlive: true }) } : {}),
  }
}

/**
 * The JSON or form of a success; undefined if it is empty.
 * @throws XError if it is neither, was cut off, or is nested deeper than any of X
 */
function parsed({ data, headers }: TwitterResponse<unknown>, isForm: boolean): unknown {
  const text = String(data)
  const isWhole = text === '' || Buffer.byteLength(text) >= Number(headers['content-length'] ?? 0)
  if (isWhole && isForm) return Object.fromEntries(new URLSearchParams(text))
  const json = isWhole && !isDeep(text) ? jsonIn(text) : null
  if (json === null) throw new XError(null, 'the answer was cut off, is no JSON or is nested too deeply')
  return json
}

/** The value of a text in JSON; undefined if it is empty, null if it is no JSON. */
function jsonIn(text: string): unknown {
  try {
    return text.trim() === '' ? undefined : JSON.parse(text)
  } catch {
    return null
  }
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
  if (isLibraryError('partial-response', error)) return new XError(null, 'the answer was cut off')
  return error
}

/** Why a call got no answer. The library's getter is broken: it reads another field than the library writes. */
export function causeOf(error: ApiRequestError): { message: string; code: string | null } {
  const options: unknown = Reflect.get(error, '_options')
  const written: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'error') : undefined
  const { message, code } = (error.requestError ?? written ?? {}) as { message?: unknown; code?: unknown }
  return { message: String(message || code || 'no answer'), code: typeof code === 'string' ? code : null }
}

/** X's details are a sentence or two; they are stored with a reply and shown. */
const MAX_DETAIL_CHARACTERS = 500

/** All details of X's error in one line. */
export function detailOf({ data }: ApiResponseError): string {
  const text = String(data ?? '')
  const body = jsonIn(text)
  if (typeof body !== 'object' || body === null) return text.slice(0, MAX_DETAIL_CHARACTERS).toWellFormed()
  const { title, detail, type, errors } = fieldsOf(body)
  const causes = objectsOf(errors).map(({ code, message }) =>
    [typeof code === 'number' ? code || null : textOf(code), textOf(message)].filter(Boolean).join(' '),
  )
  const problem = textOf(type) && type !== 'about:blank' ? `(${type})` : ''
  const all = [textOf(detail) ?? textOf(title), ...causes, problem]
  return all.filter(Boolean).join(' ').slice(0, MAX_DETAIL_CHARACTERS).toWellFormed()
}
