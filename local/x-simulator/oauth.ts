import { randomBytes } from 'node:crypto'
import { parseHeader } from './authentication.ts'
import { authorizePage, cancelledPage, invalidTokenPage, pinPage } from './authorize-page.ts'
import { type Answer, type Call, formBody, type Route, v1Error, XError } from './http.ts'
import type { AccessToken, RequestToken } from './state.ts'
import type { World } from './world.ts'

/** Issuing tokens: 3-legged OAuth 1.0a, the authorize page, and the bearer token of the app. */
export const oauthRoutes: readonly Route[] = [
  { method: 'POST', path: '/oauth/request_token', access: 'consumer', handle: requestToken },
  { method: 'GET', path: '/oauth/authorize', access: 'open', handle: showPage },
  { method: 'GET', path: '/oauth/authenticate', access: 'open', handle: showPage },
  { method: 'POST', path: '/oauth/authorize', access: 'open', handle: decide },
  { method: 'POST', path: '/oauth/access_token', access: 'consumer', handle: accessToken },
  { method: 'POST', path: '/oauth2/token', access: 'open', handle: bearerToken },
  { method: 'POST', path: '/1.1/oauth/invalidate_token', access: 'user', handle: invalidateToken },
  { method: 'POST', path: '/1.1/oauth/invalidate_token.json', access: 'user', handle: invalidateToken },
]

/** Returns the access token of an account. X issues the same one again until it is revoked. */
export function tokenFor(world: World, userId: string): AccessToken {
  const known = world.state.accessTokens.find((one) => one.userId === userId)
  if (known) return known
  const token = { token: `${userId}-${randomText(30)}`, secret: randomText(45), userId }
  world.state.accessTokens.push(token)
  world.changed()
  return token
}

/**
 * Deletes the access token of an account, its subscription of the Account Activity API, and the subscriptions of the
 * X Activity API that the token made. Those that the app made stay.
 */
export function deleteToken({ state, changed }: World, userId: string): void {
  state.accessTokens = state.accessTokens.filter((one) => one.userId !== userId)
  state.subscriptions = state.subscriptions.filter((one) => one.userId !== userId)
  if (state.settings.revocationDeletes) {
    state.activitySubscriptions = state.activitySubscriptions.filter((one) => one.madeBy !== userId)
  }
  changed()
}

function requestToken(world: World, call: Call): Answer {
  const callback = formBody(call).get('oauth_callback') ?? headerField(call, 'oauth_callback') ?? ''
  if (!isApproved(callback, world.state.settings.approvedCallbacks)) {
    throw v1Error(
      403,
      415,
      'Callback URL not approved for this client application. Approved callback URLs can be adjusted in your application settings',
    )
  }
  const token: RequestToken = {
    token: randomText(27),
    secret: randomText(32),
    callback,
    userId: null,
    verifier: null,
  }
  world.state.requestTokens.push(token)
  world.changed()
  return form({ oauth_token: token.token, oauth_token_secret: token.secret, oauth_callback_confirmed: 'true' })
}

function isApproved(callback: string, approved: readonly string[] | null): boolean {
  if (approved) return approved.includes(callback)
  if (callback === 'oob') return true
  return URL.canParse(callback) && ['localhost', '127.0.0.1'].includes(new URL(callback).hostname)
}

function showPage({ state }: World, call: Call): Answer {
  const token = state.requestTokens.find((one) => one.token === call.query.get('oauth_token') && one.verifier === null)
  if (!token) return invalidTokenPage()
  const accountId = /(?:^|; )x_account=(\d+)/.exec(call.headers.cookie ?? '')?.[1]
  const signedIn = state.users.find((user) => user.id === accountId)
  const users = signedIn && call.query.get('force_login') !== 'true' ? [signedIn] : state.users
  return authorizePage(token.token, users)
}

function decide(world: World, call: Call): Answer {
  const fields = formBody(call)
  const index = world.state.requestTokens.findIndex((one) => one.token === fields.get('oauth_token') && !one.verifier)
  const token = world.state.requestTokens[index]
  if (!token) return invalidTokenPage()
  world.changed()
  if (fields.get('decision') !== 'allow') {
    world.state.requestTokens.splice(index, 1)
    return redirect(token.callback, { denied: token.token })
  }
  const user = world.state.users.find((one) => one.id === fields.get('user_id'))
  if (!user) return authorizePage(token.token, world.state.users, 'Choose an account.')
  token.userId = user.id
  token.verifier = token.callback === 'oob' ? String(randomBytes(4).readUInt32BE() % 10_000_000) : randomText(32)
  const cookie = { 'set-cookie': `x_account=${user.id}; Path=/oauth; HttpOnly; SameSite=Lax` }
  if (token.callback === 'oob') {
    const answer = pinPage(token.verifier)
    return { ...answer, headers: { ...answer.headers, ...cookie } }
  }
  return redirect(token.callback, { oauth_token: token.token, oauth_verifier: token.verifier }, cookie)
}

function accessToken(world: World, call: Call): Answer {
  const fields = formBody(call)
  const field = (name: string) => fields.get(name) ?? headerField(call, name)
  const index = world.state.requestTokens.findIndex((one) => one.token === field('oauth_token'))
  const request = world.state.requestTokens[index]
  const user = world.state.users.find((one) => one.id === request?.userId)
  if (!request || !user || !request.verifier || field('oauth_verifier') !== request.verifier) {
    throw new XError({ status: 401, body: 'Error processing your OAuth request: Invalid oauth_verifier parameter' })
  }
  world.state.requestTokens.splice(index, 1)
  world.changed()
  const { token, secret } = tokenFor(world, user.id)
  return form({ oauth_token: token, oauth_token_secret: secret, user_id: user.id, screen_name: user.username })
}

function bearerToken(world: World, call: Call): Answer {
  const [, encoded = ''] = /^basic (.+)$/i.exec(call.headers.authorization ?? '') ?? []
  const [key = '', secret = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':').map(decodeURIComponent)
  if (key !== world.consumerKey || secret !== world.consumerSecret) {
    throw v1Error(403, 99, 'Unable to verify your credentials')
  }
  if (formBody(call).get('grant_type') !== 'client_credentials') {
    throw v1Error(403, 170, 'Missing required parameter: grant_type')
  }
  if (world.state.bearer === null) {
    world.state.bearer = `AAAAAAAAAAAAAAAAAAAAA${randomText(90)}`
    world.changed()
  }
  return { status: 200, body: { token_type: 'bearer', access_token: world.state.bearer } }
}

function invalidateToken(world: World, call: Call): Answer {
  const token = world.state.accessTokens.find((one) => one.userId === call.userId)?.token
  deleteToken(world, call.userId ?? '')
  return { status: 200, body: { access_token: token } }
}

const headerField = (call: Call, name: string) => parseHeader(call.headers.authorization ?? '')[name] ?? null

const randomText = (length: number) =>
  randomBytes(length * 2)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, length)

function form(fields: Record<string, string>): Answer {
  return { status: 200, body: new URLSearchParams(fields).toString() }
}

function redirect(callback: string, parameters: Record<string, string>, headers: Record<string, string> = {}): Answer {
  if (callback === 'oob') return cancelledPage()
  const url = new URL(callback)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return { status: 302, headers: { ...headers, location: url.href } }
}
