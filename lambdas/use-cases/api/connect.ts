import { createHash, randomBytes } from 'node:crypto'
import { paths } from '../../core/api/paths.ts'
import { Problem } from '../../core/api/problem.ts'
import { callbackQuery, channel as channelSchema, connectAnswer, noQuery } from '../../core/api/schemas.ts'
import type { OwnWebhook } from '../../core/ports/channels.ts'
import type { Clock, Encryption, Log } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { type Account, type AccountTokens, type XAccounts, XError, type XSubscriptions } from '../../core/ports/x.ts'
import { channelIdOf } from '../../core/x/ids.ts'
import { tokensOf } from '../account-tokens.ts'
import { ensureWebhook } from '../ensure-webhook.ts'
import { channelForPeople } from './channels.ts'
import { Answer, type Route, route } from './route.ts'

export type ConnectDependencies = Pick<Stores, 'channels' | 'connecting'> & {
  accounts: XAccounts
  subscriptions: XSubscriptions
  encryption: Encryption
  /** How X and browsers reach us, without a slash at its end. */
  publicUrl: string
  now: Clock
  log: Log
}

/** Design: a request token is kept for 15 minutes. Seconds. */
const HOLDS = 15 * 60
const COOKIE = 'connecting'

/** Why a connecting did not come to its end, as the console is told it. */
type Failure =
  | 'cancelled'
  | 'stale'
  | 'repeated'
  | 'foreign'
  | 'missing_cookie'
  | 'extension_disabled'
  | 'refused_by_x'
  | 'x_unreachable'
  | 'webhook_limit'
  | 'webhook_unreachable'
  | 'subscription_limit'
  | 'app_permissions'

/** Connecting and disconnecting X accounts. */
export function connectRoutes({
  channels,
  connecting,
  accounts,
  subscriptions,
  encryption,
  publicUrl,
  now,
  log,
}: ConnectDependencies): Route[] {
  const callbackUrl = `${publicUrl}${paths.callback}`

  async function begin(): Promise<Answer> {
    if (!(await channels.extension()).enabled) {
      throw new Problem(409, 'the Twitter extension is disabled: enable it first')
    }
    const request = await askX(() => accounts.requestToken(callbackUrl))
    const cookie = randomBytes(32).toString('base64url')
    await connecting.begin({
      requestToken: request.token,
      encryptedSecret: await encryption.encrypt(request.secret, request.token),
      browser: hash(cookie),
      expiresAt: new Date(now().getTime() + HOLDS * 1000).toISOString(),
      usedAt: null,
    })
    return new Answer({ authorizeUrl: request.authorizeUrl }, { cookies: [cookieOf(publicUrl, cookie, HOLDS)] })
  }

  async function comeBack(
    query: { oauth_token?: string | undefined; oauth_verifier?: string | undefined; denied?: string | undefined },
    cookie: string | null,
  ): Promise<{ channelId: string } | { failure: Failure }> {
    const requestToken = query.denied ?? query.oauth_token ?? ''
    const at = now().toISOString()
    if (!cookie) return { failure: 'missing_cookie' }
    const begun = requestToken ? await connecting.get(requestToken) : null
    if (!begun) return { failure: 'stale' }
    if (begun.browser !== hash(cookie)) return { failure: 'foreign' }
    if (begun.usedAt !== null) return { failure: 'repeated' }
    if (begun.expiresAt <= at) return { failure: 'stale' }
    if (!(await connecting.use(requestToken, at))) return { failure: 'repeated' }
    if (query.denied !== undefined || !query.oauth_verifier) return { failure: 'cancelled' }
    if (!(await channels.extension()).enabled) return { failure: 'extension_disabled' }
    const secret = await encryption.decrypt(begun.encryptedSecret, requestToken)
    try {
      return await connect({ token: requestToken, secret }, query.oauth_verifier)
    } catch (error) {
      if (!(error instanceof XError)) throw error
      log({ event: 'connecting_failed', status: error.status, detail: error.detail })
      return { failure: failureOf(error) }
    }
  }

  /** The channel is written last and whole: what fails before leaves no half channel. */
  async function connect(request: AccountTokens, verifier: string): Promise<{ channelId: string }> {
    const tokens = await accounts.accessToken(request, verifier)
    const account = await accounts.me(tokens)
    const webhook = await ensureWebhook(subscriptions, channels, `${publicUrl}${paths.webhook}`)
    await subscriptions.subscribe(tokens, account, webhook.id)
    const channelId = channelIdOf(account.id)
    const encryptedTokens = await encryption.encrypt(JSON.stringify(tokens), channelId)
    const at = now().toISOString()
    await channels.connect({ twitterUserId: account.id, username: account.username, at, encryptedTokens })
    log({ event: 'connected', channelId })
    return { channelId }
  }

  async function disconnect(id: string | undefined) {
    const channel = id ? await channels.get(id) : null
    if (!channel) throw new Problem(404, `there is no channel ${id}`)
    const tokens = await tokensOf({ channels, encryption }, channel.id)
    if (tokens) {
      const account = { id: channel.twitterUserId, username: channel.username }
      await leave(account, tokens, await channels.ownWebhook())
    }
    await channels.disconnect(channel.id)
    log({ event: 'disconnected', channelId: channel.id })
    return channelForPeople({ ...channel, status: 'disconnected' })
  }

  /** What X no longer knows of is left already; only where X cannot be asked is nothing changed here. */
  async function leave(account: Account, tokens: AccountTokens, webhook: OwnWebhook | null): Promise<void> {
    if (webhook) await askX(() => unlessGone(subscriptions.unsubscribe(account, webhook.id)))
    await askX(() => unlessGone(accounts.invalidate(tokens)))
  }

  return [
    route({
      method: 'POST',
      path: '/api/channels/twitter/connect',
      summary: 'Begin to connect an X account: send this browser to `authorizeUrl`',
      access: 'administrator',
      query: noQuery,
      body: null,
      answer: connectAnswer,
      status: 201,
      problems: [409, 502],
      handle: begin,
    }),
    route({
      method: 'GET',
      path: paths.callback,
      summary: 'Where X sends the browser back to',
      access: 'anyone',
      query: callbackQuery,
      body: null,
      answer: noQuery,
      status: 302,
      problems: [],
      handle: async ({ query, cookies }) => {
        const result = await comeBack(query, cookieIn(cookies))
        const place = 'failure' in result ? `/channels?error=${result.failure}` : `/channels/${result.channelId}`
        return new Answer(null, {
          headers: { location: `${publicUrl}${place}` },
          cookies: [cookieOf(publicUrl, '', 0)],
        })
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/channels/{id}',
      summary: 'Disconnect: unsubscribed and forgotten at X, tickets stay',
      access: 'administrator',
      query: noQuery,
      body: null,
      answer: channelSchema,
      problems: [404, 502],
      handle: async ({ params }) => disconnect(params.id),
    }),
  ]
}

/** @throws Problem 502 that says what to do when X does not go along */
async function askX<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof XError) throw new Problem(502, advice(error))
    throw error
  }
}

function advice({ status, detail }: XError): string {
  if (status === null || status >= 500) return 'X cannot be reached now: try again in a few minutes'
  if (/\b415\b|callback/i.test(detail)) {
    return "X does not know our callback address: add the output CallbackUrl to the X app's settings, to the letter"
  }
  if (status === 401)
    return 'X does not accept the keys of the X app: check consumerKey and consumerSecret in the secret'
  if (status === 429) return 'X asks to wait: try again in a quarter of an hour'
  return `X refused it (${status}): ${detail}`
}

function failureOf({ status, detail }: XError): Failure {
  if (status === null || status >= 500) return 'x_unreachable'
  if (/WebhookLimitExceeded/i.test(detail)) return 'webhook_limit'
  if (/CrcValidationFailed|UrlValidationFailed/i.test(detail)) return 'webhook_unreachable'
  if (/SubscriptionLimitExceeded/i.test(detail)) return 'subscription_limit'
  if (/oauth1-permissions|app permissions/i.test(detail)) return 'app_permissions'
  return 'refused_by_x'
}

async function unlessGone(call: Promise<void>): Promise<void> {
  try {
    await call
  } catch (error) {
    const isGone = error instanceof XError && error.status !== null && [400, 401, 403, 404].includes(error.status)
    if (!isGone) throw error
  }
}

/** The cookie that binds a connecting to its browser; Lax lets it come along when X sends the browser back. */
function cookieOf(publicUrl: string, value: string, seconds: number): string {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
  return `${COOKIE}=${value}; Path=${paths.callback}; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`
}

function cookieIn(cookies: readonly string[]): string | null {
  const found = cookies.find((one) => one.startsWith(`${COOKIE}=`))
  return found?.slice(COOKIE.length + 1) || null
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
