import { signal } from '@preact/signals'
import { isOver, renew, tokens } from './session.ts'

/** How the last call went on its way: `offline` when this device has no network, `unreachable` when nobody answered. */
export const connection = signal<'fine' | 'offline' | 'unreachable'>('fine')

export type FieldProblem = { readonly field: string; readonly detail: string }

/** An answer other than success, as the API words it; status 0 when there was none. */
export class ApiError extends Error {
  readonly status: number
  readonly detail: string
  readonly fields: readonly FieldProblem[]
  constructor(status: number, detail: string, fields: readonly FieldProblem[] = []) {
    super(`${status} ${detail}`)
    this.status = status
    this.detail = detail
    this.fields = fields
  }
}

type Query = Readonly<Record<string, string | undefined>>
export type CallOptions = {
  readonly query?: Query
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** The address with what the query has; empty values are left out. */
export function withQuery(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter((one): one is [string, string] => Boolean(one[1]))
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path
}

/**
 * Calls the API as the person who signed in; a token that has run out is renewed on the way.
 * @throws ApiError for every answer but success, and for none
 */
export async function call<T>(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  options: CallOptions = {},
): Promise<T> {
  let response = await ask(method, path, options)
  if (response.status === 401 && (await renewed())) response = await ask(method, path, options)
  if (response.status === 401) isOver.value = true
  if (!response.ok) throw await errorIn(response)
  return (await response.json()) as T
}

/** Puts the bytes of a file where the API said. @throws ApiError */
export async function upload(url: string, file: Blob): Promise<void> {
  const response = await reach(url, { method: 'PUT', body: file, headers: { 'content-type': file.type } })
  if (!response.ok) throw new ApiError(response.status, '')
}

function ask(method: string, path: string, { query, body, headers, signal: abort }: CallOptions): Promise<Response> {
  return reach(withQuery(path, query), {
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

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, init)
    connection.value = 'fine'
    return response
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    connection.value = navigator.onLine ? 'unreachable' : 'offline'
    throw new ApiError(0, '')
  }
}

async function renewed(): Promise<boolean> {
  try {
    return await renew()
  } catch {
    throw new ApiError(0, '')
  }
}

async function errorIn(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as { detail?: unknown; errors?: unknown }
  const fields = Array.isArray(problem.errors) ? (problem.errors as FieldProblem[]) : []
  return new ApiError(response.status, typeof problem.detail === 'string' ? problem.detail : '', fields)
}
