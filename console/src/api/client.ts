import { signal } from '@preact/signals'
import { type CallInit, createClient, Problem } from '../../../client/src/client.ts'
import { refreshTokens, sessionExpired, tokens } from '../session/session.ts'

/** Result of the last request: `offline` when this device has no network, `unreachable` when no answer came. */
export const connection = signal<'online' | 'offline' | 'unreachable'>('online')

const token = () => tokens.value?.access ?? ''

/** Calls of the API as the person who signed in. The status of a Problem is 0 when no answer came. */
export const { call, callTagged, readAgain, pages } = createClient({ url: '', token, fetch: send })

/** Makes a Problem (status -1) of any other error, so that pages show both in the same way. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  console.error(error)
  return new Problem(-1, { detail: error instanceof Error ? error.message : String(error) })
}

/** Uploads a file to a presigned URL. @throws Problem */
export async function upload(url: string, file: Blob): Promise<void> {
  const response = await request(url, { method: 'PUT', body: file, headers: { 'content-type': file.type } })
  if (!response.ok) throw new Problem(response.status)
}

/** Sends a call. An expired access token is refreshed, and the call sent again. */
async function send(url: string, init: CallInit): Promise<Response> {
  let response = await request(url, init)
  if (response.status === 401 && (await tryRefreshTokens())) {
    response = await request(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${token()}` } })
  }
  if (response.status === 401) sessionExpired.value = true
  return response
}

async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, init)
    connection.value = 'online'
    return response
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    connection.value = navigator.onLine ? 'unreachable' : 'offline'
    throw new Problem(0)
  }
}

async function tryRefreshTokens(): Promise<boolean> {
  try {
    return await refreshTokens()
  } catch {
    throw new Problem(0)
  }
}
