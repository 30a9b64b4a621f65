import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  jwtVerify,
} from 'jose'
import { readFileIfAny, writePrivateFile } from '../files.ts'
import {
  consoleClient,
  isClient,
  type MachineName,
  machines,
  type PersonName,
  publicSecrets,
  type SignInSecrets,
} from './clients.ts'
import { apiResource, apiServer, createProvider, keysPath } from './provider.ts'
import { isForPeople } from './sign-in.ts'

/** Without a port, because tokens stay valid after a restart on another port. */
const issuer = 'http://localhost/helpdesk-twitter'

/** Issues and verifies the tokens of machines and people. In AWS, Cognito does this. */
export type TokenIssuer = {
  /** True for the paths of a Cognito domain: `/oauth2/…`, `/logout`, the sign-in page, the keys. */
  serves(path: string): boolean
  readonly serve: RequestListener
  issue(client: MachineName, scopes?: readonly string[]): Promise<string>
  /** Issues the access token that a person gets by signing in. */
  issueTo(person: PersonName): Promise<string>
  /** @throws Error when the token has another issuer, is not an access token of the API, or has expired (`ERR_JWT_EXPIRED`) */
  verify(token: string): Promise<JWTPayload>
  /** The public key, as served under `/.well-known/jwks.json`. */
  readonly jwks: { keys: JWK[] }
}

export type TokenIssuerOptions = {
  /** The clock for verifying tokens, in milliseconds. */
  readonly now?: () => number
  /** Addresses of the console without a trailing slash. Sign-in and sign-out redirect to these only. */
  readonly consoleUrls?: readonly string[]
  /** Default: the public ones. */
  readonly secrets?: SignInSecrets
  readonly onWarning?: (sentence: string) => void
}

/** Creates a token issuer. Its key is a file under `dataDir`, so tokens stay valid after a restart. */
export async function createTokenIssuer(dataDir: string, options: TokenIssuerOptions = {}): Promise<TokenIssuer> {
  const { now = Date.now, consoleUrls = ['http://localhost'], secrets = publicSecrets, onWarning = () => {} } = options
  const { privateJwk, publicJwk } = await readKey(join(dataDir, 'token-key.json'))
  const provider = createProvider({ issuer, privateKey: privateJwk, consoleUrls, secrets, onWarning })
  const jwks = { keys: [publicJwk] }
  const findKey = createLocalJWKSet(jwks)
  const resourceServer = new provider.ResourceServer(apiResource, apiServer)
  const client = async (id: string) => {
    const found = await provider.Client.find(id)
    if (!found) throw new Error(`no client ${id}`)
    return found
  }
  return {
    jwks,
    serves: (path) => path.startsWith('/oauth2/') || path === keysPath || isForPeople(path),
    serve: provider.callback(),
    async issue(id, scopes = machines[id].scopes) {
      const properties = { client: await client(id), scope: scopes.join(' '), resourceServer }
      return new provider.ClientCredentials(properties).save()
    },
    async issueTo(person) {
      const token = new provider.AccessToken({
        accountId: person,
        client: await client(consoleClient.id),
        grantId: 'without a sign-in',
        gty: 'authorization_code',
        scope: 'openid',
        resourceServer,
      })
      return token.save()
    },
    async verify(token) {
      const options = { issuer, algorithms: ['RS256'], requiredClaims: ['exp'], currentDate: new Date(now()) }
      const { payload } = await jwtVerify(token, findKey, options)
      // An id token has the same signature, but gives no access. Cognito's access tokens have `client_id` instead of `aud`.
      if (payload.token_use !== 'access') throw new Error('no access token')
      if (!isClient(payload.client_id)) throw new Error(`unknown client_id ${payload.client_id}`)
      return payload
    },
  }
}

async function readKey(path: string): Promise<{ privateJwk: JWK; publicJwk: JWK }> {
  const kept = readFileIfAny(path)
  const key = kept ? (JSON.parse(kept) as JWK) : await newKey(path)
  const { kty = 'RSA', n = '', e = '' } = key
  const identity = { kid: await calculateJwkThumbprint(key), alg: 'RS256', use: 'sig' }
  return { privateJwk: { ...key, ...identity }, publicJwk: { kty, n, e, ...identity } }
}

async function newKey(path: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  writePrivateFile(path, JSON.stringify(jwk))
  return jwk
}
