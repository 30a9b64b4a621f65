import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createLocalJWKSet, decodeJwt, importJWK, type JSONWebKeySet, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { createTokenIssuer, type TokenIssuer } from '../../../local/identity/tokens.ts'
import { type Served, served, temporaryFolder } from '../support.ts'

const folder = temporaryFolder()
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const grant = 'grant_type=client_credentials'
let now = Date.now()
let issuer: TokenIssuer
let server: Served

beforeAll(async () => {
  issuer = await createTokenIssuer(folder.path, { now: () => now })
  server = await served(issuer.serve)
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

/** Requests a token as a machine. */
async function ask(authorization: string | undefined, form: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/oauth2/token`, {
    method: 'POST',
    headers: { ...(authorization && { authorization }), ...headers },
    body: new URLSearchParams(form),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}

describe('a token', () => {
  test.each([
    ['helpdesk', 'helpdesk-twitter/tickets'],
    ['admin', 'helpdesk-twitter/tickets helpdesk-twitter/admin'],
  ])('of %s has the claims that Cognito writes', async (client, scope) => {
    const { status, body, headers } = await ask(basic(`${client}:local`), grant)
    expect({ status, ...body }).toEqual({
      status: 200,
      access_token: expect.any(String),
      expires_in: 3600,
      token_type: 'Bearer',
    })
    expect(headers.get('cache-control')).toBe('no-store')
    const claims = decodeJwt(String(body.access_token))
    expect(claims).toMatchObject({ sub: client, client_id: client, scope, token_use: 'access', version: 2 })
    expect(claims).toMatchObject({ iss: expect.any(String), jti: expect.any(String), auth_time: claims.iat })
    expect(claims.exp).toBe(Number(claims.iat) + 3600)
    expect(await issuer.verify(String(body.access_token))).toEqual(claims)
  })

  test('has only the requested scopes', async () => {
    const { body } = await ask(basic('admin:local'), `${grant}&scope=helpdesk-twitter%2Fadmin`)
    expect(body).not.toHaveProperty('scope')
    expect(decodeJwt(String(body.access_token)).scope).toBe('helpdesk-twitter/admin')
  })

  test('can be verified with the published key, also after a restart', async () => {
    const token = await issuer.issue('helpdesk')
    await jwtVerify(token, createLocalJWKSet(issuer.jwks))
    const published = (await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as JSONWebKeySet
    await jwtVerify(token, createLocalJWKSet(published))
    expect(JSON.stringify([issuer.jwks, published])).not.toContain('"d"')
    const again = await createTokenIssuer(folder.path, { now: () => now })
    expect((await again.verify(token)).client_id).toBe('helpdesk')
  })

  test('is refused after it has expired', async () => {
    const token = await issuer.issue('helpdesk')
    now += 7200_000
    await expect(issuer.verify(token)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' })
    now -= 7200_000
    expect((await issuer.verify(token)).client_id).toBe('helpdesk')
  })

  test('of another issuer is refused', async () => {
    const elsewhere = temporaryFolder()
    const stranger = await createTokenIssuer(elsewhere.path, { now: () => now })
    await expect(issuer.verify(await stranger.issue('admin'))).rejects.toThrow()
    elsewhere.remove()
  })

  test('with a valid signature is refused for another client, or without an expiry', async () => {
    const key = await importJWK(JSON.parse(readFileSync(join(folder.path, 'token-key.json'), 'utf8')), 'RS256')
    const claims = decodeJwt(await issuer.issue('admin'))
    const sign = (changed: JWTPayload) =>
      new SignJWT({ ...claims, ...changed }).setProtectedHeader({ alg: 'RS256' }).sign(key)
    expect(await issuer.verify(await sign({}))).toEqual(claims)
    for (const changed of [
      { aud: 'other' },
      { aud: undefined, client_id: 'other' },
      { iss: 'http://localhost/other' },
      { exp: undefined },
    ]) {
      await expect(issuer.verify(await sign(changed))).rejects.toThrow()
    }
  })

  test('of a machine is neither issued nor accepted where that machine is not asked for', async () => {
    const token = await issuer.issue('admin')
    const less = await createTokenIssuer(folder.path, { now: () => now, machineClients: ['helpdesk'] })
    await expect(less.issue('admin')).rejects.toThrow('no client admin')
    await expect(less.verify(token)).rejects.toThrow('unknown client admin')
    expect((await less.verify(await less.issue('helpdesk'))).client_id).toBe('helpdesk')
  })

  test('without a signature is refused', async () => {
    const [, payload] = (await issuer.issue('admin')).split('.')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    await expect(issuer.verify(`${none}.${payload}.`)).rejects.toThrow()
    const shared = new TextEncoder().encode(JSON.stringify(issuer.jwks.keys[0]))
    const forged = await new SignJWT(decodeJwt(await issuer.issue('admin')))
      .setProtectedHeader({ alg: 'HS256' })
      .sign(shared)
    await expect(issuer.verify(forged)).rejects.toThrow()
  })
})

test.each([
  ['no credentials', undefined, grant, 'invalid_client'],
  ['a wrong password', basic('admin:wrong'), grant, 'invalid_client'],
  ['an unknown client', basic('toString:local'), grant, 'invalid_client'],
  ['another grant', basic('admin:local'), 'grant_type=password', 'unsupported_grant_type'],
  ['no grant', basic('admin:local'), '', 'invalid_request'],
  [
    'a scope that is not the client’s',
    basic('helpdesk:local'),
    `${grant}&scope=helpdesk-twitter/admin`,
    'invalid_scope',
  ],
  ['a scope of people', basic('admin:local'), `${grant}&scope=openid`, 'invalid_scope'],
  ['the client of people', basic('console:'), grant, 'invalid_client'],
])('%s gets the error of Cognito', async (_, authorization, form, error) => {
  for (const accept of ['*/*', 'text/html']) {
    const { status, body, headers } = await ask(authorization, form, { accept })
    expect({ status, body }).toEqual({ status: 400, body: { error } })
    expect(headers.get('www-authenticate')).toBeNull()
  }
})

test('the token endpoint accepts only POST', async () => {
  const response = await fetch(`${server.url}/oauth2/token`)
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
})

test('a page of another origin cannot request a token in a browser', async () => {
  const { status, headers } = await ask(basic('admin:local'), grant, { origin: 'https://elsewhere.example' })
  expect([status, headers.get('access-control-allow-origin')]).toEqual([400, null])
})
