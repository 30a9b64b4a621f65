/**
 * Called by administrators to connect and disconnect X accounts, and by X's redirect of the browser (OAuth 1.0a). The
 * channel is written last, so a failure leaves no half-connected channel; the console shows what to do.
 */
import { createHash, randomBytes } from 'node:crypto'
import { paths } from '../../core/api/paths.ts'
import { Problem } from '../../core/api/problem.ts'
import { callbackQuery, connectQuery, noQuery } from '../../core/api/requests.ts'
import type { Actor } from '../../core/audit/entry.ts'
import type { AuditTrail } from '../../core/ports/audit.ts'
import type { Connecting, OwnWebhook } from '../../core/ports/channels.ts'
import type { Clock, Encryption, Log } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import {
  type Account,
  type AccountTokens,
  SubscriptionLimitError,
  type XAccounts,
  XError,
  type XSubscriptions,
} from '../../core/ports/x.ts'
import { channelIdOf } from '../../core/x/ids.ts'
import { tokensOf } from '../account-tokens.ts'
import { ensureWebhook } from '../ensure-webhook.ts'
import { consolePage, type Failure, failureOf, type Outcome } from './connect-outcome.ts'
import { Answer, notFound, type Route, route } from './route.ts'
import { toApiChannel } from './shapes.ts'

export type ConnectDependencies = Pick<Stores, 'channels' | 'connecting'> & {
  accounts: XAccounts
  subscriptions: XSubscriptions
  encryption: Encryption
  trail: AuditTrail
  /** The address under which X and browsers reach us, without a trailing slash. */
  publicUrl: string
  now: Clock
  log: Log
}

/** The design keeps a request token for 15 minutes. */
const REQUEST_TOKEN_TTL_SECONDS = 15 * 60
const COOKIE = 'connecting'

export function connectRoutes({
  channels,
  connecting,
  accounts,
  subscriptions,
  encryption,
  trail,
  publicUrl,
  now,
  log,
}: ConnectDependencies): Route[] {
  const callbackUrl = `${publicUrl}${paths.callback}`

  async function startSignIn({ id, name }: Actor, channelId: string | undefined): Promise<Answer> {
    if (channelId !== undefined && !(await channels.get(channelId))) throw notFound('channel', channelId)
    if (!(await channels.extension()).enabled) {
      throw new Problem(409, 'the Twitter extension is disabled: enable it first')
    }
    const request = await callX(() => accounts.requestToken(callbackUrl))
    const cookie = randomBytes(32).toString('base64url')
    await connecting.begin({
      requestToken: request.token,
      encryptedSecret: await encryption.encrypt(request.secret, request.token),
      browser: sha256(cookie),
      by: { id, name },
      channelId: channelId ?? null,
      expiresAt: new Date(now().getTime() + REQUEST_TOKEN_TTL_SECONDS * 1000).toISOString(),
      usedAt: null,
    })
    return new Answer(
      { authorizeUrl: request.authorizeUrl },
      { cookies: [cookieOf(publicUrl, cookie, REQUEST_TOKEN_TTL_SECONDS)] },
    )
  }

  async function finishSignIn(
    query: { oauth_token?: string | undefined; oauth_verifier?: string | undefined; denied?: string | undefined },
    cookie: string | null,
    address: string | null,
  ): Promise<Outcome> {
    const requestToken = query.denied ?? query.oauth_token ?? ''
    if (!cookie) return { failure: 'missing_cookie', channelId: null }
    const signIn = requestToken ? await connecting.get(requestToken) : null
    if (!signIn) return { failure: 'stale', channelId: null }
    if (signIn.browser !== sha256(cookie)) return { failure: 'foreign', channelId: null }
    const { channelId } = signIn
    const failure = await whyNot(signIn, query)
    if (failure) return { failure, channelId }
    const secret = await encryption.decrypt(signIn.encryptedSecret, requestToken)
    try {
      return await connect({ token: requestToken, secret }, query.oauth_verifier ?? '', signIn, address)
    } catch (error) {
      if (!(error instanceof XError)) throw error
      log({ event: 'connecting_failed', status: error.status, detail: error.detail })
      return error instanceof SubscriptionLimitError
        ? { failure: 'subscription_limit', channelId, use: error.use }
        : { failure: failureOf(error), channelId }
    }
  }

  /** Marks the sign-in as used; what keeps it from being finished, if anything does. */
  async function whyNot(
    { requestToken, usedAt, expiresAt }: Connecting,
    query: { oauth_verifier?: string | undefined; denied?: string | undefined },
  ): Promise<Failure | null> {
    const at = now().toISOString()
    if (usedAt !== null) return 'repeated'
    if (expiresAt <= at) return 'stale'
    if (!(await connecting.use(requestToken, at))) return 'repeated'
    if (query.denied !== undefined || !query.oauth_verifier) return 'cancelled'
    return (await channels.extension()).enabled ? null : 'extension_disabled'
  }

  /** Writes the channel last and in one write, so that a failure leaves no half-connected channel. */
  async function connect(
    request: AccountTokens,
    verifier: string,
    { by, channelId: expected }: Connecting,
    address: string | null,
  ): Promise<Outcome> {
    const tokens = await accounts.accessToken(request, verifier)
    const account = await accounts.me(tokens)
    const channelId = channelIdOf(account.id)
    if (expected !== null && expected !== channelId) {
      // The tokens are not given back: if that account is a channel too, X would end its access.
      return { failure: 'other_account', channelId: expected, username: account.username }
    }
    const webhook = await ensureWebhook(subscriptions, channels, `${publicUrl}${paths.webhook}`)
    await subscribe(tokens, account, webhook)
    const encryptedTokens = await encryption.encrypt(JSON.stringify(tokens), channelId)
    const known = await channels.get(channelId)
    await trail.record(
      { ...by, address },
      {
        kind: 'channel_connected',
        object: channelId,
        before: known && { status: known.status, username: known.username },
        after: { status: 'connected', username: account.username },
      },
    )
    const at = now().toISOString()
    await channels.connect({ twitterUserId: account.id, username: account.username, at, encryptedTokens })
    log({ event: 'connected', channelId })
    return { channelId }
  }

  /**
   * Subscribes an account. X's list may show that only minutes later, so a list without it fails nothing: `reconcile` looks
   * again, and mails if X still does not show it.
   */
  async function subscribe(tokens: AccountTokens, account: Account, webhook: OwnWebhook): Promise<void> {
    const before = await subscriptions.listSubscriptions(webhook.id)
    await subscriptions.subscribe(tokens, account, webhook, before)
    const after = await subscriptions.listSubscriptions(webhook.id)
    const repointed = await subscriptions.repoint(account, webhook, after)
    await subscriptions.subscribeToRevocations(webhook, after)
    if (repointed === 0 && !after.accounts.has(account.id)) {
      log({ event: 'subscription_unlisted', channelId: channelIdOf(account.id) })
    }
  }

  async function disconnect(id: string | undefined, actor: Actor) {
    const channel = id ? await channels.get(id) : null
    if (!channel) throw notFound('channel', id)
    await trail.record(actor, {
      kind: 'channel_disconnected',
      object: channel.id,
      before: { status: channel.status },
      after: { status: 'disconnected' },
    })
    const tokens = await tokensOf({ channels, encryption }, channel.id)
    if (tokens) {
      const account = { id: channel.twitterUserId, username: channel.username }
      await revokeAtX(account, tokens, await channels.ownWebhook())
    }
    await channels.disconnect(channel.id)
    log({ event: 'disconnected', channelId: channel.id })
    return toApiChannel({ ...channel, status: 'disconnected' })
  }

  /** Ends subscription and access at X. Throws only if X cannot be reached or fails; the channel is unchanged then. */
  async function revokeAtX(account: Account, tokens: AccountTokens, webhook: OwnWebhook | null): Promise<void> {
    if (webhook) await callX(() => unlessGone(subscriptions.unsubscribe(account, webhook)))
    await callX(() => unlessGone(accounts.invalidate(tokens)))
  }

  return [
    route({
      method: 'POST',
      path: '/api/channels/twitter/connect',
      operation: 'connectChannel',
      summary: 'Start to connect an X account; the same browser must open `authorizeUrl`',
      access: 'administrator',
      query: connectQuery,
      body: null,
      answer: 'connectAnswer',
      status: 201,
      answerHeaders: { 'Set-Cookie': 'Binds the sign-in to this browser' },
      problems: [404, 409, 502],
      handle: ({ actor, query }) => startSignIn(actor, query.channelId),
    }),
    route({
      method: 'GET',
      path: paths.callback,
      operation: 'finishConnecting',
      summary: 'The address to which X redirects the browser after the sign-in',
      access: 'anyone',
      query: callbackQuery,
      body: null,
      answer: 'nothing',
      status: 302,
      problems: [],
      isDescribed: false,
      handle: async ({ query, cookies, actor }) => {
        const result = await finishSignIn(query, cookieIn(cookies), actor.address)
        return new Answer(null, {
          headers: { location: `${publicUrl}${consolePage(result)}` },
          cookies: [cookieOf(publicUrl, '', 0)],
        })
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/channels/{id}',
      operation: 'disconnectChannel',
      summary: 'Disconnect the account: ends the subscription and our access at X; tickets stay',
      access: 'administrator',
      query: noQuery,
      body: null,
      answer: 'channel',
      problems: [404, 502],
      handle: async ({ params, actor }) => disconnect(params.id, actor),
    }),
  ]
}

/** @throws Problem 502 with what to do if X refuses */
async function callX<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof XError) throw new Problem(502, advice(error))
    throw error
  }
}

function advice({ status, detail }: XError): string {
  if (status === null || status >= 500) return 'X does not answer: try again in a few minutes'
  if (/\b415\b|callback/i.test(detail)) {
    return "X does not know our callback address: add the output CallbackUrl to the X app's settings, character by character"
  }
  if (status === 401)
    return 'X does not accept the keys of the X app: check consumerKey and consumerSecret in the secret'
  if (status === 429) return 'X limits our calls: try again in 15 minutes'
  return `X refused the call (${status}): ${detail}`
}

/** Ignores a refusal that says that X has no such subscription or token any more. */
async function unlessGone(call: Promise<void>): Promise<void> {
  try {
    await call
  } catch (error) {
    const isGone = error instanceof XError && error.status !== null && [400, 401, 403, 404].includes(error.status)
    if (!isGone) throw error
  }
}

/** Binds a sign-in to its browser. `Lax` because the browser must send the cookie when X redirects it to us. */
function cookieOf(publicUrl: string, value: string, seconds: number): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
  return `${COOKIE}=${value}; Path=${paths.callback}; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`
}

function cookieIn(cookies: readonly string[]): string | null {
  const found = cookies.find((one) => one.startsWith(`${COOKIE}=`))
  return found?.slice(COOKIE.length + 1) || null
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
