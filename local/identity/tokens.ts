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
import { consoleClient, isClient, type MachineName, machines, type PersonName } from './clients.ts'
import { apiResource, apiServer, createProvider, keysPath } from './provider.ts'
import { isForPeople } from './sign-in.ts'

/** Not an address: tokens outlive a restart on another port. */
const issuer = 'http://localhost/helpdesk-twitter'

/** Issues and checks the tokens of machines and people, as Cognito does in AWS. */
export type TokenIssuer = {
  /** Whether the path is one that Cognito's domain would serve: `/oauth2/…`, `/logout`, the sign-in page, the keys. */
  serves(path: string): boolean
  readonly serve: RequestListener
  issue(client: MachineName, scopes?: readonly string[]): Promise<string>
  /** An access token as a person gets it by signing in. */
  issueTo(person: PersonName): Promise<string>
  /** @throws Error of jose when the token is not one of ours, not meant for the API, or no longer valid */
  verify(token: string): Promise<JWTPayload>
  /** The public key, as under `/.well-known/jwks.json`. */
  readonly jwks: { keys: JWK[] }
}

export type TokenIssuerOptions = {
  /** By which tokens are checked. */
  readonly now?: () => number
  /** Addresses of the console, without a slash at their end: people are sent there, and nowhere else. */
  readonly consoleUrls?: readonly string[]
  readonly onTrouble?: (sentence: string) => void
}

/** An issuer whose key stays under `dataDir`, so that its tokens survive a restart. */
export async function createTokenIssuer(dataDir: string, options: TokenIssuerOptions = {}): Promise<TokenIssuer> {
  const { now = Date.now, consoleUrls = ['http://localhost'], onTrouble = () => {} } = options
  const { privateJwk, publicJwk } = await readKey(join(dataDir, 'token-key.json'))
  const provider = createProvider({ issuer, privateKey: privateJwk, consoleUrls, onTrouble })
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
      // An id token is signed by the same key and opens nothing. Access tokens name the client where others have an audience.
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
