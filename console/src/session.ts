import { computed, signal } from '@preact/signals'
import type { Config } from './config.ts'

/** Tokens of the person who signed in. Kept for this tab only: docs/decisions/console.md says why. */
export type Tokens = {
  readonly access: string
  readonly refresh: string | null
  /** Says who it is, where the pool gives one. */
  readonly id: string | null
}

export type Role = 'administrator' | 'agent'

const KEPT = 'session'

/** Where people sign in; set once, before anything is shown. */
export const config = signal<Config>({ signInUrl: '', clientId: '' })
export const tokens = signal<Tokens | null>(kept())
/** The session has ended and could not be renewed: the page says so and keeps what is on it. */
export const isOver = signal(false)

/** What the person may do; null without a group. The API decides in any case: this decides what is offered. */
export const role = computed<Role | null>(() => {
  const groups = claimsIn(tokens.value?.access)['cognito:groups']
  const names: readonly unknown[] = Array.isArray(groups) ? groups : []
  if (names.includes('administrators')) return 'administrator'
  return names.includes('agents') ? 'agent' : null
})

/** What to call the person. */
export const personName = computed<string>(() => {
  const { email, name } = claimsIn(tokens.value?.id)
  const { username } = claimsIn(tokens.value?.access)
  return [name, email, username].find((one): one is string => typeof one === 'string' && one !== '') ?? ''
})

export function keep(next: Tokens | null): void {
  tokens.value = next
  isOver.value = false
  if (next) sessionStorage.setItem(KEPT, JSON.stringify(next))
  else sessionStorage.removeItem(KEPT)
}

let renewing: Promise<boolean> | null = null

/** Signs in again without a page, once for however many ask; false when that is over. */
export function renew(): Promise<boolean> {
  renewing ??= renewNow().finally(() => {
    renewing = null
  })
  return renewing
}

async function renewNow(): Promise<boolean> {
  const before = tokens.value
  if (!before?.refresh) return false
  const next = await tokensFor({ grant_type: 'refresh_token', refresh_token: before.refresh })
  if (next) keep({ ...next, refresh: next.refresh ?? before.refresh, id: next.id ?? before.id })
  return next !== null
}

/**
 * Exchanges what the person has for tokens.
 * @returns null when it holds no longer
 * @throws TypeError when the token endpoint cannot be reached
 */
export async function tokensFor(grant: Readonly<Record<string, string>>): Promise<Tokens | null> {
  const { signInUrl, clientId } = config.value
  const body = new URLSearchParams({ ...grant, client_id: clientId })
  const response = await fetch(`${signInUrl}/oauth2/token`, { method: 'POST', body })
  if (!response.ok) return null
  const answer = (await response.json()) as { access_token: string; refresh_token?: string; id_token?: string }
  return { access: answer.access_token, refresh: answer.refresh_token ?? null, id: answer.id_token ?? null }
}

/** The claims of a token, unchecked: whoever answers calls has checked it. */
function claimsIn(token: string | null | undefined): Record<string, unknown> {
  try {
    const part = (token ?? '').split('.')[1] ?? ''
    const bytes = Uint8Array.from(atob(part.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
  } catch {
    return {}
  }
}

function kept(): Tokens | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as Tokens | null
  } catch {
    return null
  }
}
