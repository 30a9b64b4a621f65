import { config, requestTokens, revokeTokens, saveTokens } from './session.ts'

/**
 * Sign-in with authorization code and PKCE: only the tab that started can finish.
 * Source: https://www.rfc-editor.org/rfc/rfc7636
 */

const STORAGE_KEY = 'signing-in'
const CALLBACK_PATH = '/signed-in'

type PendingSignIn = { readonly state: string; readonly verifier: string; readonly returnTo: string }

const callbackUrl = (): string => `${location.origin}${CALLBACK_PATH}`

/** Redirects to the sign-in page, which later returns to the current page. */
export async function signIn(): Promise<void> {
  const returnTo = isCallbackPage() ? '/' : location.pathname + location.search
  const pending: PendingSignIn = { state: randomText(), verifier: randomText(), returnTo }
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(pending))
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: config.value.clientId,
    redirect_uri: callbackUrl(),
    scope: 'openid',
    state: pending.state,
    code_challenge: await codeChallengeOf(pending.verifier),
    code_challenge_method: 'S256',
  })
  location.assign(`${config.value.signInUrl}/oauth2/authorize?${query}`)
}

/**
 * Finishes the sign-in on the callback page.
 * @returns path of the page where the person started; null when the person must start again
 * @throws TypeError when the token endpoint does not answer
 */
export async function finishSignIn(): Promise<string | null> {
  const answer = new URLSearchParams(location.search)
  const pending = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null') as PendingSignIn | null
  sessionStorage.removeItem(STORAGE_KEY)
  const code = answer.get('code')
  if (!pending || !code || answer.get('state') !== pending.state) return null
  const tokens = await requestTokens({
    grant_type: 'authorization_code',
    code,
    redirect_uri: callbackUrl(),
    code_verifier: pending.verifier,
  })
  if (!tokens) return null
  saveTokens(tokens)
  return pending.returnTo
}

/**
 * Signs out here and at the sign-in page, and ends what could bring new tokens. What the person wrote and did not send is
 * forgotten.
 */
export function signOut(): void {
  revokeTokens()
  saveTokens(null)
  sessionStorage.clear()
  const query = new URLSearchParams({ client_id: config.value.clientId, logout_uri: `${location.origin}/` })
  location.assign(`${config.value.signInUrl}/logout?${query}`)
}

export const isCallbackPage = (): boolean => location.pathname === CALLBACK_PATH

function randomText(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

async function codeChallengeOf(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))))
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
}
