import { createHash, randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { decodeJwt } from 'jose'
import { type PersonName, secretsBy } from '../../../local/identity/clients.ts'
import { createTokenIssuer, type TokenIssuer } from '../../../local/identity/tokens.ts'
import { browser, type Served, served, temporaryFolder } from '../support.ts'

const folder = temporaryFolder()
let issuer: TokenIssuer
let server: Served
let warnings: string[] = []

const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')

beforeAll(async () => {
  server = await served((request, response) => issuer.serve(request, response))
})
beforeEach(async () => {
  const onWarning = (sentence: string) => void warnings.push(sentence)
  issuer = await createTokenIssuer(folder.path, { consoleUrls: [server.url], onWarning })
})
afterEach(() => {
  expect(warnings).toEqual([])
  warnings = []
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

/** The address to which the console sends a browser to sign in. A null omits a parameter. */
function authorizeUrl(changed: Record<string, string | null> = {}): string {
  const parameters = {
    client_id: 'console',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: `${server.url}/signed-in`,
    state: 'of the console',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changed,
  }
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null)
  return `${server.url}/oauth2/authorize?${new URLSearchParams(given)}`
}

/** Signs in on the page and returns the console's address to which the browser is redirected. */
async function signIn(person: PersonName, window = browser(server.url)): Promise<URL> {
  const { to: page } = await window.go(authorizeUrl())
  expect((await window.go(page)).text).toContain('<form method="post">')
  const { status, to: back } = await window.go(page, { username: person, password: 'local' })
  expect(status).toBe(303)
  return new URL((await window.go(back)).to)
}

async function exchange(form: Record<string, string>) {
  const body = new URLSearchParams({ client_id: 'console', ...form })
  const headers = { origin: server.url }
  const response = await fetch(`${server.url}/oauth2/token`, { method: 'POST', headers, body })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

const refresh = (token: string | undefined) => exchange({ grant_type: 'refresh_token', refresh_token: token ?? '' })

const codeForm = (code: string | null) => ({
  grant_type: 'authorization_code',
  code: code ?? '',
  redirect_uri: `${server.url}/signed-in`,
  code_verifier: verifier,
})

describe('a person who signs in', () => {
  test.each([
    ['administrator', 'administrators'],
    ['agent', 'agents'],
  ] as const)('as %s gets a token of the group %s, as Cognito writes it', async (person, group) => {
    const back = await signIn(person)
    expect(back.origin + back.pathname).toBe(`${server.url}/signed-in`)
    expect(back.searchParams.get('state')).toBe('of the console')
    const { status, body } = await exchange(codeForm(back.searchParams.get('code')))
    expect({ status, ...body }).toEqual({
      status: 200,
      access_token: expect.any(String),
      id_token: expect.any(String),
      refresh_token: expect.any(String),
      expires_in: 300,
      token_type: 'Bearer',
    })
    const claims = await issuer.verify(body.access_token ?? '')
    expect(claims).toMatchObject({
      sub: person,
      username: person,
      'cognito:groups': [group],
      client_id: 'console',
      scope: 'openid',
      token_use: 'access',
    })
    expect(decodeJwt(body.id_token ?? '')).toMatchObject({ 'cognito:username': person, 'cognito:groups': [group] })
    // `issueTo` issues the same token without a sign-in.
    const short = decodeJwt(await issuer.issueTo(person))
    const { iat: _, exp: _e, auth_time: _a, jti: _j, ...rest } = claims
    expect(short).toMatchObject(rest)
    expect(Object.keys(short).sort()).toEqual(Object.keys(claims).sort())
  })

  test('stays signed in, by the browser and by a refresh token, until signing out', async () => {
    const window = browser(server.url)
    const { body } = await exchange(codeForm((await signIn('agent', window)).searchParams.get('code')))
    const refreshed = await refresh(body.refresh_token)
    expect((await issuer.verify(refreshed.body.access_token ?? '')).username).toBe('agent')
    expect((await window.go(authorizeUrl())).to).toContain(`${server.url}/signed-in?code=`)
    const out = `/logout?client_id=console&logout_uri=${encodeURIComponent(`${server.url}/`)}`
    expect(await window.go(out)).toMatchObject({ status: 302, to: `${server.url}/` })
    expect((await window.go(authorizeUrl())).to).toMatch(/^\/sign-in\//)
  })

  test('gets another refresh token with each use, and the old one works no more', async () => {
    issuer = await createTokenIssuer(folder.path, { consoleUrls: [server.url], graceSeconds: 0 })
    const { body: first } = await exchange(codeForm((await signIn('agent')).searchParams.get('code')))
    const { body: second } = await refresh(first.refresh_token)
    expect(second.refresh_token).not.toBe(first.refresh_token)
    const signedInAt = (token: string | undefined) => decodeJwt(token ?? '').auth_time
    expect(signedInAt(second.access_token)).toBe(signedInAt(first.access_token))
    expect(await refresh(first.refresh_token)).toEqual({ status: 400, body: { error: 'invalid_grant' } })
    // Whoever used the old one may have stolen it: the whole sign-in has ended.
    expect((await refresh(second.refresh_token)).status).toBe(400)
  })

  test('may ask once more with the old refresh token when the answer was lost', async () => {
    const { body: first } = await exchange(codeForm((await signIn('agent')).searchParams.get('code')))
    await refresh(first.refresh_token)
    const again = await refresh(first.refresh_token)
    expect(again.status).toBe(200)
    expect((await refresh(again.body.refresh_token)).status).toBe(200)
  })

  test('who signs out gets no token any more, also by a refresh token that somebody copied', async () => {
    const { body: first } = await exchange(codeForm((await signIn('agent')).searchParams.get('code')))
    const { body: copied } = await refresh(first.refresh_token)
    const body = new URLSearchParams({ client_id: 'console', token: copied.refresh_token ?? '' })
    expect((await fetch(`${server.url}/oauth2/revoke`, { method: 'POST', body })).status).toBe(200)
    for (const token of [copied.refresh_token, first.refresh_token]) {
      expect(await refresh(token)).toEqual({ status: 400, body: { error: 'invalid_grant' } })
    }
  })

  test('who loses a group has none in the next token', async () => {
    let groups: readonly string[] = ['administrators']
    issuer = await createTokenIssuer(folder.path, { consoleUrls: [server.url], groupsOf: () => groups })
    const { body } = await exchange(codeForm((await signIn('administrator')).searchParams.get('code')))
    expect(decodeJwt(body.access_token ?? '')['cognito:groups']).toEqual(['administrators'])
    groups = []
    const { body: next } = await refresh(body.refresh_token)
    expect(decodeJwt(next.access_token ?? '')).not.toHaveProperty('cognito:groups')
  })

  test('keeps an access token over a restart', async () => {
    const { body } = await exchange(codeForm((await signIn('agent')).searchParams.get('code')))
    const again = await createTokenIssuer(folder.path)
    expect((await again.verify(body.access_token ?? '')).username).toBe('agent')
  })

  test.each([
    ['a wrong password', 'agent', 'wrong'],
    ['no password', 'agent', ''],
    ['an unknown name', '"><script>', 'local'],
    ['a name of the language', 'toString', 'local'],
  ])('with %s sees the page again', async (_, username, password) => {
    const window = browser(server.url)
    const { to: page } = await window.go(authorizeUrl())
    const { status, text } = await window.go(page, { username, password })
    expect([status, text]).toEqual([401, expect.stringContaining('Wrong name or password.')])
    expect(text).not.toContain('<script>')
  })

  test('in another browser gets an error page', async () => {
    const { to: page } = await browser(server.url).go(authorizeUrl())
    const { status, text } = await browser(server.url).go(page, { username: 'agent', password: 'local' })
    expect([status, text]).toEqual([400, expect.stringContaining('you started it in another browser')])
  })
})

test('the page shows no password that was made, and no other lets in', async () => {
  const secrets = { of: secretsBy(() => 'made'), file: '/data/sign-in.json' }
  issuer = await createTokenIssuer(folder.path, { consoleUrls: [server.url], secrets })
  const window = browser(server.url)
  const { to: page } = await window.go(authorizeUrl())
  const shown = (await window.go(page)).text
  expect(shown).toContain('The passwords are in /data/sign-in.json.')
  expect(shown).not.toContain('<b>made</b>')
  expect((await window.go(page, { username: 'agent', password: 'local' })).status).toBe(401)
  expect((await window.go(page, { username: 'agent', password: 'made' })).status).toBe(303)
})

describe('nobody gets a token', () => {
  test('with a used code, or with a code of another client', async () => {
    const code = (await signIn('agent')).searchParams.get('code')
    expect((await exchange({ ...codeForm(code), code_verifier: verifier.replace(/^./, '_') })).body).toEqual({
      error: 'invalid_grant',
    })
    const other = (await signIn('agent')).searchParams.get('code')
    expect((await exchange(codeForm(other))).status).toBe(200)
    expect(await exchange(codeForm(other))).toEqual({ status: 400, body: { error: 'invalid_grant' } })
  })

  test.each([
    ['PKCE', { code_challenge: null, code_challenge_method: null }],
    ['a plain challenge', { code_challenge_method: 'plain' }],
  ])('without a valid PKCE verifier: %s', async (_, changed) => {
    expect((await browser(server.url).go(authorizeUrl(changed))).to).toMatch(/\/signed-in\?error=invalid_request/)
  })

  test.each(['helpdesk-twitter/admin', 'openid helpdesk-twitter/tickets'])(
    'with more than its groups: the scope %s is refused',
    async (scope) => {
      expect((await browser(server.url).go(authorizeUrl({ scope }))).to).toMatch(/\/signed-in\?error=invalid_scope/)
    },
  )

  test.each([
    ['redirect_uri', { redirect_uri: 'https://elsewhere.example/signed-in' }],
    ['client_id', { client_id: 'helpdesk' }],
  ])('to be redirected elsewhere: an invalid %s gets an error page', async (_, changed) => {
    const { status, text } = await browser(server.url).go(authorizeUrl(changed))
    expect([status, text]).toEqual([400, expect.stringContaining('Sign-in failed')])
  })
})

test.each([
  ['client_id=console&logout_uri=https%3A%2F%2Felsewhere.example%2F'],
  ['client_id=console'],
  ['client_id=helpdesk&logout_uri=http%3A%2F%2Flocalhost%2F'],
])('signing out redirects nowhere else: %s', async (query) => {
  const { status, to } = await browser(server.url).go(`/logout?${query}`)
  expect([status, to]).toEqual([400, ''])
})
