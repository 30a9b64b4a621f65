import { Agent } from 'node:http'
import { ApiRequestError, ApiResponseError, type ITwitterApiClientPlugin, TwitterApi } from 'twitter-api-v2'
import type { AppKeys } from '../../core/ports/platform.ts'
import { type AccountTokens, XError } from '../../core/ports/x.ts'

/** The library has no time-out of its own; the sender gives a reply 10 seconds. Milliseconds. */
const TIMEOUT = 8_000

const ITSELF = 'https://api.x.com'

/**
 * A client of X. The library's hosts are fixed: for another X, a plugin turns each request to it after it was signed,
 * so that the signature is always one for https://api.x.com.
 */
export function clientOf(apiUrl: string, app: AppKeys, tokens?: AccountTokens): TwitterApi {
  const keys = { appKey: app.key, appSecret: app.secret }
  return new TwitterApi(
    tokens ? { ...keys, accessToken: tokens.token, accessSecret: tokens.secret } : keys,
    settingsFor(apiUrl),
  )
}

/** A client that asks as the app itself. */
export async function appClientOf(apiUrl: string, app: AppKeys): Promise<TwitterApi> {
  return clientOf(apiUrl, app).appLogin()
}

function settingsFor(apiUrl: string) {
  const elsewhere = new URL(apiUrl)
  const plugin: ITwitterApiClientPlugin = {
    onBeforeRequestConfig({ url, params }) {
      params.timeout = TIMEOUT
      // The library knows by the host alone that these answers are forms.
      if (apiUrl !== ITSELF && url.pathname.startsWith('/oauth/')) params.forceParseMode = 'url'
    },
    onBeforeRequest({ computedParams }) {
      if (apiUrl === ITSELF) return
      computedParams.url.protocol = elsewhere.protocol
      computedParams.url.host = elsewhere.host
    },
  }
  return { plugins: [plugin], ...(elsewhere.protocol === 'http:' ? { httpAgent: new Agent({ keepAlive: true }) } : {}) }
}

/** An error of the library in the product's words; anything else as it is. */
export function xErrorFrom(error: unknown): unknown {
  if (error instanceof ApiResponseError) return new XError(error.code, detailOf(error))
  if (error instanceof ApiRequestError) return new XError(null, causeOf(error).message)
  return error
}

/** What kept a call from being answered. The library's own getter reads a name under which it never wrote it. */
export function causeOf(error: ApiRequestError): { message: string; code: string | null } {
  const options: unknown = Reflect.get(error, '_options')
  const written: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'error') : undefined
  const { message, code } = (error.requestError ?? written ?? {}) as { message?: unknown; code?: unknown }
  return { message: String(message || code || 'no answer'), code: typeof code === 'string' ? code : null }
}

/** Everything that X said of why, in one line. */
export function detailOf({ data }: ApiResponseError): string {
  const said = fromForm(data)
  const { title, detail, type, errors } = said as {
    title?: string
    detail?: string
    type?: string
    errors?: { code?: number; message?: string }[]
  }
  const listed = (errors ?? []).map(({ code, message }) => [code, message].filter(Boolean).join(' '))
  const problem = type && type !== 'about:blank' ? `(${type})` : ''
  return [detail ?? title, ...listed, problem].filter(Boolean).join(' ')
}

/** An error as JSON that the library took for a form. */
function fromForm(data: unknown): object {
  if (typeof data !== 'object' || data === null) return { detail: typeof data === 'string' ? data.slice(0, 200) : '' }
  const [key = '', ...more] = Object.keys(data)
  if (more.length > 0 || !key.trim().startsWith('{')) return data
  try {
    return JSON.parse(`${key}${Reflect.get(data, key) ? `=${Reflect.get(data, key)}` : ''}`) as object
  } catch {
    return {}
  }
}
