import { randomUUID, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose'
import { access } from '../lambdas/runtime/resources.ts'
import { readFileIfAny, writePrivateFile } from './files.ts'

/**
 * Who may ask for a token, with which password, and the scopes they may have at most.
 * The passwords are public: tokens of this issuer open nothing but the machine on which it runs.
 */
export const clients = {
  helpdesk: { secret: 'local', scopes: [scope('tickets')] },
  admin: { secret: 'local', scopes: (Object.keys(access.scopes) as (keyof typeof access.scopes)[]).map(scope) },
} as const

export type ClientName = keyof typeof clients

/** Not an address: tokens outlive a restart on another port. */
const issuer = 'http://localhost/helpdesk-twitter'

const lifetimeSeconds = 3600

/** The answer to a request for a token: status and JSON, as Cognito's token endpoint gives them. */
export type TokenAnswer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> }

/** Issues and checks the tokens of machines, as Cognito does in AWS. */
export type TokenIssuer = {
  /** `POST /oauth2/token`, given its Authorization header and form body. */
  answer(authorization: string | undefined, form: string): Promise<TokenAnswer>
  issue(client: ClientName, scopes?: readonly string[]): Promise<string>
  /** @throws Error of jose when the token is not one of ours, not meant for the API, or no longer valid */
  verify(token: string): Promise<JWTPayload>
  /** The public key, for `/.well-known/jwks.json`. */
  readonly jwks: { keys: JWK[] }
}

/** An issuer whose key stays under `dataDir`, so that its tokens survive a restart. */
export async function createTokenIssuer(dataDir: string, now: () => number = Date.now): Promise<TokenIssuer> {
  const { privateJwk, publicJwk } = await readKey(join(dataDir, 'token-key.json'))
  const privateKey = await importJWK(privateJwk, 'RS256')
  const jwks = { keys: [publicJwk] }
  const findKey = createLocalJWKSet(jwks)

  const issue = (client: ClientName, scopes: readonly string[] = clients[client].scopes) => {
    const seconds = Math.floor(now() / 1000)
    return new SignJWT({
      sub: client,
      token_use: 'access',
      scope: scopes.join(' '),
      auth_time: seconds,
      iss: issuer,
      exp: seconds + lifetimeSeconds,
      iat: seconds,
      version: 2,
      jti: randomUUID(),
      client_id: client,
    })
      .setProtectedHeader({ alg: 'RS256', kid: publicJwk.kid })
      .sign(privateKey)
  }

  return {
    jwks,
    issue,
    async verify(token) {
      const options = { issuer, algorithms: ['RS256'], requiredClaims: ['exp'], currentDate: new Date(now()) }
      const { payload } = await jwtVerify(token, findKey, options)
      // Access tokens of Cognito have no audience: API Gateway takes the client's id for it.
      if (!isClient(payload.client_id)) throw new Error(`unknown client_id ${payload.client_id}`)
      return payload
    },
    async answer(authorization, form) {
      const client = authenticate(authorization)
      if (!client) return refuse('invalid_client')
      const parameters = new URLSearchParams(form)
      const grant = parameters.get('grant_type')
      if (grant !== 'client_credentials') return refuse(grant ? 'unsupported_grant_type' : 'invalid_request')
      const allowed: readonly string[] = clients[client].scopes
      const asked = parameters.get('scope')?.split(' ').filter(Boolean) ?? []
      if (asked.some((name) => !allowed.includes(name))) return refuse('invalid_scope')
      const token = await issue(client, asked.length > 0 ? asked : allowed)
      return { status: 200, body: { access_token: token, expires_in: lifetimeSeconds, token_type: 'Bearer' } }
    },
  }
}

function scope(name: keyof typeof access.scopes): string {
  return `${access.resourceServer}/${name}`
}

const isClient = (name: unknown): name is ClientName => typeof name === 'string' && Object.hasOwn(clients, name)

const refuse = (error: string): TokenAnswer => ({ status: 400, body: { error } })

function authenticate(authorization: string | undefined): ClientName | undefined {
  const [, encoded = ''] = /^basic +(\S+)$/i.exec(authorization ?? '') ?? []
  const [name, ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  if (!isClient(name)) return undefined
  const given = Buffer.from(secret.join(':'))
  const wanted = Buffer.from(clients[name].secret)
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? name : undefined
}

async function readKey(path: string): Promise<{ privateJwk: JWK; publicJwk: JWK }> {
  const kept = readFileIfAny(path)
  const privateJwk = kept ? (JSON.parse(kept) as JWK) : await newKey(path)
  const { kty, n, e } = privateJwk
  const kid = await calculateJwkThumbprint(privateJwk)
  return { privateJwk, publicJwk: { kty: kty ?? 'RSA', n: n ?? '', e: e ?? '', kid, alg: 'RS256', use: 'sig' } }
}

async function newKey(path: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  writePrivateFile(path, JSON.stringify(jwk))
  return jwk
}
