import { computed, signal } from '@preact/signals'
import type { Config } from './config.ts'

/** Tokens of the person who signed in, stored for this tab only. docs/decisions/console.md gives the reason. */
export type Tokens = {
  readonly access: string
  readonly refresh: string | null
}

export type Role = 'administrator' | 'agent'

const STORAGE_KEY = 'session'

/** Set once, before the first page renders. */
export const config = signal<Config>({ signInUrl: '', clientId: '', hasSearch: false })
export const tokens = signal<Tokens | null>(storedTokens())
/** True when the tokens expired and could not be refreshed. The page stays and shows a notice. */
export const sessionExpired = signal(false)

/** Role of the person; null without a group. It decides what the console offers; the API enforces it. */
export const role = computed<Role | null>(() => {
  const groups = claimsOf(tokens.value?.access)['cognito:groups']
  const names: readonly unknown[] = Array.isArray(groups) ? groups : []
  if (names.includes('administrators')) return 'administrator'
  return names.includes('agents') ? 'agent' : null
})

/** User name of the person, as replies and the audit trail show it to others; empty without a token. */
export const personName = computed<string>(() => {
  const { username } = claimsOf(tokens.value?.access)
  return typeof username === 'string' ? username : ''
})

/** Identifies the person; empty when nobody is signed in. */
export const personId = computed<string>(() => {
  const { sub } = claimsOf(tokens.value?.access)
  return typeof sub === 'string' ? sub : ''
})

/** Stores the tokens; null forgets them. */
export function saveTokens(next: Tokens | null): void {
  tokens.value = next
  sessionExpired.value = false
  if (next) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(next))
  else sessionStorage.removeItem(STORAGE_KEY)
}

let refreshing: Promise<boolean> | null = null

/**
 * Gets a new access token with the refresh token. Concurrent calls share one request.
 * @returns false when the person must sign in again
 * @throws TypeError when the token endpoint does not answer
 */
export function refreshTokens(): Promise<boolean> {
  refreshing ??= refreshNow().finally(() => {
    refreshing = null
  })
  return refreshing
}

async function refreshNow(): Promise<boolean> {
  const before = tokens.value
  if (!before?.refresh) return false
  const next = await requestTokens({ grant_type: 'refresh_token', refresh_token: before.refresh })
  // The person may have signed out meanwhile.
  if (tokens.value !== before) return false
  if (next) saveTokens({ ...next, refresh: next.refresh ?? before.refresh })
  return next !== null
}

/**
 * Exchanges a grant (a code or a refresh token) for tokens.
 * @returns null when the grant is expired or invalid
 * @throws TypeError when the token endpoint does not answer, or is out of order
 */
export async function requestTokens(grant: Readonly<Record<string, string>>): Promise<Tokens | null> {
  const { signInUrl, clientId } = config.value
  const body = new URLSearchParams({ ...grant, client_id: clientId })
  const response = await fetch(`${signInUrl}/oauth2/token`, { method: 'POST', body })
  if (response.status >= 500 || response.status === 429) throw new TypeError(`The sign-in answers ${response.status}.`)
  if (!response.ok) return null
  const answer = (await response.json()) as { access_token: string; refresh_token?: string }
  return { access: answer.access_token, refresh: answer.refresh_token ?? null }
}

/**
 * Ends the session at the issuer: no refresh token of this sign-in works any more. The request is sent also when the page
 * is left at once; its answer is not waited for.
 * Source: https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html
 */
export function revokeTokens(): void {
  const { signInUrl, clientId } = config.value
  const token = tokens.value?.refresh
  if (!token) return
  const body = new URLSearchParams({ token, client_id: clientId })
  fetch(`${signInUrl}/oauth2/revoke`, { method: 'POST', body, keepalive: true, mode: 'no-cors' }).catch(() => {})
}

/** Claims of a JWT. The signature is not verified here: the API does that for every call. */
function claimsOf(token: string | null | undefined): Record<string, unknown> {
  try {
    const payload = (token ?? '').split('.')[1] ?? ''
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
  } catch {
    return {}
  }
}

function storedTokens(): Tokens | null {
  try {
    return JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null') as Tokens | null
  } catch {
    return null
  }
}
