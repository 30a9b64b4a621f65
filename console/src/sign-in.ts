import { config, keep, tokensFor } from './session.ts'

/** Signing in with a code and PKCE (RFC 7636): only the tab that began can finish. */

const BEGUN = 'signing-in'

type Begun = { readonly state: string; readonly verifier: string; readonly back: string }

/** Sends the browser to the sign-in page; afterwards it comes back to where it is now. */
export async function signIn(): Promise<void> {
  const begun: Begun = { state: random(), verifier: random(), back: isSignedInPage() ? '/' : here() }
  sessionStorage.setItem(BEGUN, JSON.stringify(begun))
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: config.value.clientId,
    redirect_uri: `${location.origin}/signed-in`,
    scope: 'openid profile email',
    state: begun.state,
    code_challenge: await challengeOf(begun.verifier),
    code_challenge_method: 'S256',
  })
  location.assign(`${config.value.signInUrl}/oauth2/authorize?${query}`)
}

/**
 * Finishes at `/signed-in`.
 * @returns where the person was before; null when it cannot be finished and has to begin again
 */
export async function finishSigningIn(): Promise<string | null> {
  const answer = new URLSearchParams(location.search)
  const begun = JSON.parse(sessionStorage.getItem(BEGUN) ?? 'null') as Begun | null
  sessionStorage.removeItem(BEGUN)
  const code = answer.get('code')
  if (!begun || !code || answer.get('state') !== begun.state) return null
  const redirectUri = `${location.origin}/signed-in`
  const tokens = await tokensFor({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: begun.verifier,
  })
  if (!tokens) return null
  keep(tokens)
  return begun.back
}

/** Forgets the person here and at the sign-in page. */
export function signOut(): void {
  keep(null)
  const query = new URLSearchParams({ client_id: config.value.clientId, logout_uri: `${location.origin}/` })
  location.assign(`${config.value.signInUrl}/logout?${query}`)
}

export const isSignedInPage = (): boolean => location.pathname === '/signed-in'

const here = (): string => location.pathname + location.search

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

async function challengeOf(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))))
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
}
