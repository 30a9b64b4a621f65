import { randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import {
  type AccessToken,
  type ClientCredentials,
  type ClientMetadata,
  type JWTStructured,
  type KoaContextWithOIDC,
  Provider,
  type ResourceServer,
} from 'oidc-provider'
import { consoleClient, type GroupsOf, isPerson, type MachineName, machines, type SignInSecrets } from './clients.ts'
import { errorPage } from './pages.ts'
import { servePeople, signInUrl } from './sign-in.ts'
import { memoryStore } from './store.ts'

export const tokenPath = '/oauth2/token'
export const revocationPath = '/oauth2/revoke'
export const keysPath = '/.well-known/jwks.json'

/** The lifetimes of access tokens, as the stack sets them: of people so short that a lost role is lost within minutes. */
export const tokenLifetimeSeconds = { machine: 3600, person: 300 } as const

/** The resource of every access token. Without a resource, the provider issues opaque tokens instead of JWTs. */
export const apiResource = 'urn:helpdesk-twitter:api'

const scopesOfMachines: readonly string[] = Object.values(machines).flatMap(({ scopes }) => [...scopes])
const allScopes = [...new Set([...consoleClient.scopes, ...scopesOfMachines])]

export type ProviderOptions = {
  readonly issuer: string
  readonly privateKey: JWK
  /** Addresses of the console without a trailing slash. Sign-in and sign-out redirect to these only. */
  readonly consoleUrls: readonly string[]
  readonly secrets: SignInSecrets
  /** The machines that may ask for a token. */
  readonly machineClients: readonly MachineName[]
  readonly groupsOf: GroupsOf
  /** Seconds for which a refresh token that was used works once more: its answer may have been lost. */
  readonly graceSeconds: number
  /** Called with one sentence when a request fails because of an internal error. */
  readonly onWarning: (sentence: string) => void
}

/** Creates an OpenID provider with the endpoints, tokens and errors of Cognito. */
export function createProvider(options: ProviderOptions): Provider {
  const { issuer, privateKey, consoleUrls, secrets, machineClients, groupsOf, graceSeconds, onWarning } = options
  const provider = new Provider(issuer, {
    adapter: memoryStore(graceSeconds),
    clients: clients(consoleUrls, secrets, machineClients),
    // These keys sign session cookies. Sessions are in memory, so new keys at each start are enough.
    cookies: { keys: [randomBytes(32).toString('base64')] },
    jwks: { keys: [privateKey] },
    routes: {
      authorization: '/oauth2/authorize',
      token: tokenPath,
      revocation: revocationPath,
      jwks: keysPath,
      userinfo: '/oauth2/userInfo',
    },
    scopes: allScopes,
    claims: { openid: ['sub', 'cognito:username', 'cognito:groups'] },
    conformIdTokenClaims: false,
    clientBasedCORS: (_, origin) => consoleUrls.some((url) => new URL(url).origin === origin),
    pkce: { required: () => true },
    responseTypes: ['code'],
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => apiResource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => apiServer,
      },
    },
    findAccount: (_, sub) => {
      if (!isPerson(sub)) return undefined
      const claims = { sub, 'cognito:username': sub, 'cognito:groups': [...groupsOf(sub)] }
      return { accountId: sub, claims: () => claims }
    },
    // No consent page: console and API are one product.
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc
      const grantId = session?.grantIdFor(client?.clientId ?? '')
      const existing = grantId ? await provider.Grant.find(grantId) : undefined
      if (existing) return existing
      const grant = new provider.Grant({ clientId: client?.clientId, accountId: session?.accountId })
      grant.addOIDCScope(consoleClient.scopes.join(' '))
      grant.addResourceScope(apiResource, consoleClient.scopes.join(' '))
      await grant.save()
      return grant
    },
    interactions: { url: (_, { uid }) => signInUrl(uid) },
    formats: { customizers: { jwt: (ctx, token, jwt) => asCognito(groupsOf, ctx, token, jwt) } },
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    ttl: {
      AccessToken: tokenLifetimeSeconds.person,
      ClientCredentials: tokenLifetimeSeconds.machine,
      IdToken: tokenLifetimeSeconds.person,
      AuthorizationCode: 5 * 60,
      Interaction: 3600,
      Session: 3600,
      Grant: 12 * 3600,
      // A refresh token ends when the first one of its sign-in would have ended.
      RefreshToken: (ctx) => ctx?.oidc.entities.RotatedRefreshToken?.remainingTTL ?? 12 * 3600,
    },
    renderError(ctx, out) {
      ctx.type = 'html'
      ctx.body = errorPage([out.error, out.error_description].filter(Boolean).join(': '))
    },
  })
  provider.use(answerTokensAsCognito)
  servePeople(
    provider,
    consoleUrls.map((url) => `${url}/`),
    secrets,
  )
  provider.on('server_error', (_, error) => onWarning(`Tokens: ${error.message}`))
  return provider
}

/** The API as a resource server: the scopes and the format of its access tokens. */
export const apiServer: ResourceServer = {
  scope: allScopes.join(' '),
  accessTokenFormat: 'jwt',
  jwt: { sign: { alg: 'RS256' } },
}

function clients(
  consoleUrls: readonly string[],
  secrets: SignInSecrets,
  names: readonly MachineName[],
): ClientMetadata[] {
  const ofMachines = names.map((id) => ({
    client_id: id,
    client_secret: secrets.of[id],
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    scope: machines[id].scopes.join(' '),
  }))
  const ofPeople: ClientMetadata = {
    client_id: consoleClient.id,
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: consoleUrls.map((url) => `${url}/signed-in`),
    response_types: ['code'],
    scope: consoleClient.scopes.join(' '),
  }
  return [...ofMachines, ofPeople]
}

/**
 * Gives a token the claims of Cognito, and `aud`, which the provider requires.
 * `auth_time` is when the person signed in, also in the tokens that a refresh brings.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
function asCognito(
  groupsOf: GroupsOf,
  ctx: KoaContextWithOIDC | undefined,
  token: AccessToken | ClientCredentials,
  jwt: JWTStructured,
): void {
  const { sub, iss, iat, exp, jti, client_id, scope } = jwt.payload
  const isPersons = token.kind === 'AccessToken' && isPerson(sub)
  const groups = isPersons ? groupsOf(sub) : []
  const { AuthorizationCode: code, RefreshToken: refresh } = ctx?.oidc.entities ?? {}
  jwt.payload = {
    sub,
    // Cognito omits the claim if a person has no group.
    ...(groups.length > 0 && { 'cognito:groups': [...groups] }),
    iss,
    version: 2,
    client_id,
    aud: client_id,
    token_use: 'access',
    // A machine that asks for no scope gets all its allowed scopes.
    scope: scope ?? token.client?.scope,
    auth_time: code?.authTime ?? refresh?.authTime ?? iat,
    exp,
    iat,
    jti,
    ...(isPersons && { username: sub }),
  }
}

/**
 * `POST /oauth2/token`: answers 400 to every refused request, with the fields of Cognito only.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html
 */
async function answerTokensAsCognito(ctx: KoaContextWithOIDC, next: () => Promise<unknown>): Promise<void> {
  if (ctx.path !== tokenPath) {
    await next()
    return
  }
  if (ctx.method !== 'POST' && ctx.method !== 'OPTIONS') {
    ctx.status = 405
    ctx.set('allow', 'POST')
    ctx.body = { error: 'method_not_allowed' }
    return
  }
  // Without this header the provider may answer with an HTML page.
  ctx.req.headers.accept = 'application/json'
  await next()
  const body = ctx.body as Record<string, unknown> | undefined
  if (!body) return
  if (body.error === undefined) {
    delete body.scope
    return
  }
  ctx.remove('www-authenticate')
  if (ctx.status < 500) ctx.status = 400
  // Cognito answers `invalid_client` to every error before it knows the client.
  ctx.body = { error: ctx.oidc.client ? body.error : 'invalid_client' }
}
