import { signal } from '@preact/signals'
import { refreshTokens, sessionExpired, tokens } from '../session/session.ts'

/** Result of the last request: `offline` when this device has no network, `unreachable` when no answer came. */
export const connection = signal<'online' | 'offline' | 'unreachable'>('online')

export type FieldError = { readonly field: string; readonly detail: string }

/** An answer of the API other than success; status 0 when no answer came. */
export class ApiError extends Error {
  readonly status: number
  readonly detail: string
  readonly fields: readonly FieldError[]
  /** What is there now, if somebody else has changed what was to be changed (412). */
  readonly current: Tagged<object> | undefined
  constructor(status: number, detail: string, fields: readonly FieldError[] = [], current?: Tagged<object>) {
    super(`${status} ${detail}`)
    this.status = status
    this.detail = detail
    this.fields = fields
    this.current = current
  }
}

/** Makes an ApiError (status -1) of any other error, so that pages show both in the same way. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  console.error(error)
  return new ApiError(-1, error instanceof Error ? error.message : String(error))
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** Parameters of a query; one with several values is given several times. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>
export type CallOptions = {
  readonly query?: Query
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

/** Appends the query to the path; empty values are left out. */
export function withQuery(path: string, query: Query = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((one) => (one ? [[name, one]] : [])),
  )
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path
}

export const ticketPath = (id: string): string => `/api/tickets/${encodeURIComponent(id)}`
export const channelPath = (id: string): string => `/api/channels/${encodeURIComponent(id)}`

/**
 * Calls the API as the person who signed in. An expired access token is refreshed first.
 * @throws ApiError for every answer but success, and when no answer comes
 */
export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  return (await callTagged<T>(method, path, options)).value
}

/** What the API answered, and its entity tag; null if it has none. */
export type Tagged<T> = { readonly value: T; readonly tag: string | null }

/** The same as `call`, with the entity tag of the answer. @throws ApiError */
export async function callTagged<T>(method: Method, path: string, options: CallOptions = {}): Promise<Tagged<T>> {
  const response = await answerTo(method, path, options)
  if (!response.ok) throw await errorOf(response)
  return taggedIn<T>(response)
}

async function taggedIn<T>(response: Response): Promise<Tagged<T>> {
  return { value: (await response.json()) as T, tag: response.headers.get('etag') }
}

/**
 * Reads as `call` does, but nothing if the answer is the known one still: then it returns that very object.
 * @throws ApiError
 */
export async function read<T>(
  path: string,
  options: Pick<CallOptions, 'query' | 'signal'> = {},
  known?: Tagged<T>,
): Promise<Tagged<T>> {
  const response = await answerTo('GET', path, {
    ...options,
    ...(known?.tag && { headers: { 'if-none-match': known.tag } }),
  })
  if (known && response.status === 304) return known
  if (!response.ok) throw await errorOf(response)
  return taggedIn<T>(response)
}

/**
 * Reads a CSV file and those to which its `Link` headers lead, as one file with one line of headings.
 * @throws ApiError
 */
export async function readCsv(path: string, query: Query): Promise<string> {
  let csv = ''
  for (let next: string | undefined = withQuery(path, query); next; ) {
    const response: Response = await answerTo('GET', next, {})
    if (!response.ok) throw await errorOf(response)
    const text = await response.text()
    csv += csv === '' ? text : text.slice(text.indexOf('\n') + 1)
    next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
  }
  return csv
}

async function answerTo(method: string, path: string, options: CallOptions): Promise<Response> {
  let response = await send(method, path, options)
  if (response.status === 401 && (await tryRefreshTokens())) response = await send(method, path, options)
  if (response.status === 401) sessionExpired.value = true
  return response
}

/** Uploads a file to a presigned URL. @throws ApiError */
export async function upload(url: string, file: Blob): Promise<void> {
  const response = await request(url, { method: 'PUT', body: file, headers: { 'content-type': file.type } })
  if (!response.ok) throw new ApiError(response.status, '')
}

function send(method: string, path: string, { query, body, headers, signal: abort }: CallOptions): Promise<Response> {
  return request(withQuery(path, query), {
    method,
    headers: {
      authorization: `Bearer ${tokens.value?.access ?? ''}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    ...(abort && { signal: abort }),
  })
}

async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, init)
    connection.value = 'online'
    return response
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    connection.value = navigator.onLine ? 'unreachable' : 'offline'
    throw new ApiError(0, '')
  }
}

async function tryRefreshTokens(): Promise<boolean> {
  try {
    return await refreshTokens()
  } catch {
    throw new ApiError(0, '')
  }
}

async function errorOf(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as { detail?: unknown; errors?: unknown; current?: object }
  const fields = Array.isArray(problem.errors) ? (problem.errors as FieldError[]) : []
  const current = problem.current && { value: problem.current, tag: response.headers.get('etag') }
  return new ApiError(response.status, typeof problem.detail === 'string' ? problem.detail : '', fields, current)
}
