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
  type GroupsOf,
  type MachineName,
  machines,
  machinesBehind,
  type PersonName,
  people,
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
  /**
   * Checks what the JWT authorizer of API Gateway checks. ID tokens pass it: the API refuses them.
   * @throws Error when the token has another issuer or client, or has expired (`ERR_JWT_EXPIRED`)
   */
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
  /** The machines that may ask for a token. Default: `machinesBehind`. */
  readonly machineClients?: readonly MachineName[] | undefined
  /** Default: those of `people`. They are asked for at each token. */
  readonly groupsOf?: GroupsOf
  /** Seconds for which a refresh token that was used works once more. Default: a minute, as the stack sets it. */
  readonly graceSeconds?: number
  readonly onWarning?: (sentence: string) => void
}

/** Creates a token issuer. Its key is a file under `dataDir`, so tokens stay valid after a restart. */
export async function createTokenIssuer(dataDir: string, options: TokenIssuerOptions = {}): Promise<TokenIssuer> {
  const { now = Date.now, consoleUrls = ['http://localhost'], secrets = publicSecrets, onWarning = () => {} } = options
  const { machineClients = machinesBehind(secrets), groupsOf = (person) => people[person].groups } = options
  const { graceSeconds = 60 } = options
  const { privateJwk, publicJwk } = await readKey(join(dataDir, 'token-key.json'))
  const identity = { consoleUrls, secrets, machineClients, groupsOf, graceSeconds, onWarning }
  const provider = createProvider({ issuer, privateKey: privateJwk, ...identity })
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
      // API Gateway compares `aud`, and without it `client_id`. Cognito writes `aud` into ID tokens only.
      const client = payload.aud ?? payload.client_id
      if (![...machineClients, consoleClient.id].some((id) => id === client))
        throw new Error(`unknown client ${client}`)
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
