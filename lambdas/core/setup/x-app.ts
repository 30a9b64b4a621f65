/** What is known of the app at X: its keys, its callback address, and our webhook. */
import { NoAppKeysError } from '../ports/platform.ts'
import { XError, type XWebhook } from '../ports/x.ts'
import { type Asked, done, failedAsking, missing, notKnown, type SetupCheck, trimmed } from './check.ts'

const PUT_IN_KEYS =
  "Copy «API Key» and «API Key Secret» of your app from X's developer console (console.x.com) into our secret: in AWS the one that the output XSecretsArn names, on one machine X_CONSUMER_KEY and X_CONSUMER_SECRET. They are in use within 5 minutes."

/** Whether X accepts the keys. @param webhooks the app's webhooks, which X lists only to who has its keys */
export function keysCheck(webhooks: Asked<readonly XWebhook[]>): SetupCheck {
  if ('value' in webhooks) return done('keys', 'X accepts them.')
  const { error } = webhooks
  if (error instanceof NoAppKeysError) return missing('keys', `${sentence(error.message)}.`, PUT_IN_KEYS)
  if (!(error instanceof XError)) return failedAsking('keys', 'Our secret store', error)
  const { status, detail } = error
  if (status === 401 || /verify your credentials/i.test(detail))
    return missing('keys', 'X does not accept the keys in our secret.', PUT_IN_KEYS)
  if (status === 402)
    return missing('keys', 'X accepts them, but the credits of the app are used up.', 'Buy credits at console.x.com.')
  if (status === null || status === 429 || status >= 500) return failedAsking('keys', 'X', error)
  return missing(
    'keys',
    `X refuses the app (${status}: ${trimmed(detail) || 'no reason given'}).`,
    'Check at console.x.com that the app is active and belongs to a package that may use the API, such as «Pay-per-use».',
  )
}

/** Whether X may send a browser back to us. @param signIn a sign-in that X let begin; nobody finishes it */
export function callbackCheck(signIn: Asked<unknown>, callbackUrl: string): SetupCheck {
  if ('value' in signIn) return done('callback', 'X knows it.')
  const { error } = signIn
  if (error instanceof NoAppKeysError || (error instanceof XError && error.status === 401))
    return notKnown('callback', 'X could not be asked without keys that it accepts.', 'First put in the keys.')
  if (error instanceof XError && error.status === 403 && /\b415\b|callback/i.test(error.detail)) {
    return missing(
      'callback',
      `X does not know ${callbackUrl}.`,
      'At console.x.com, in «User authentication settings» of your app, add exactly this address as a callback URL, to the letter and without a slash at its end.',
    )
  }
  return failedAsking('callback', error instanceof XError ? 'X' : 'Our secret store', error)
}

/** What is known of our webhook. */
export type WebhookFacts = {
  readonly url: string
  /** Why our address does not answer as X wants it, in words; null if it does. */
  readonly flaw: Asked<string | null>
  readonly webhooks: Asked<readonly XWebhook[]>
  /** True if an account is connected, so that X should have the webhook. */
  readonly isConnected: boolean
  /** True if it is the real X, which calls public addresses only. */
  readonly isRealX: boolean
}

/** Whether X delivers to us, or will when the first account is connected. */
export function webhookCheck({ url, flaw, webhooks, isConnected, isRealX }: WebhookFacts): SetupCheck {
  const reason = 'value' in flaw ? flaw.value : null
  if ('value' in webhooks) {
    const ours = webhooks.value.find((one) => one.url === url)
    if (ours?.valid) {
      const warning = reason === null ? '' : ` But when we called it just now, ${reason}.`
      return done('webhook', `X delivers to ${url}.${warning}`)
    }
    if (ours) {
      return missing(
        'webhook',
        `X has stopped delivering to ${url}${reason === null ? ', because its answers were wrong or late' : `: ${reason}`}.`,
        reason === null ? 'Wait 15 minutes: we have X check it again by ourselves.' : MEND_ADDRESS,
      )
    }
  }
  if (isRealX && !isPublic(url)) {
    return missing(
      'webhook',
      `X cannot reach ${url}: it delivers only to public https addresses without a port.`,
      'Let a tunnel lead to this machine, and start with its address as PUBLIC_URL.',
    )
  }
  if (reason !== null) return missing('webhook', `X will not accept ${url}, because ${reason}.`, MEND_ADDRESS)
  if ('error' in flaw)
    return notKnown('webhook', `${url} could not be tried without the keys.`, 'First put in the keys.')
  if ('error' in webhooks)
    return notKnown(
      'webhook',
      `${url} answers as X wants it. Whether X delivers, X could not be asked.`,
      'See the keys.',
    )
  if (isConnected) {
    return missing(
      'webhook',
      `${url} answers as X wants it, but X does not have it.`,
      `Wait 15 minutes: we register it again by ourselves.${others(webhooks.value)}`,
    )
  }
  return missing(
    'webhook',
    `${url} answers as X wants it. X does not have it yet.`,
    `Add the first channel: that registers it.${others(webhooks.value)}`,
  )
}

const MEND_ADDRESS =
  'Check that our secret holds the «API Key Secret» of the X app, and that the address leads to this helpdesk. In AWS, the log of the function «webhook» says more.'

/** A small plan of X has room for one webhook. */
function others(webhooks: readonly XWebhook[]): string {
  return webhooks.length === 0
    ? ''
    : ` The app has ${webhooks.length} other webhook${webhooks.length > 1 ? 's' : ''} at X. If its plan allows no further one, delete one that is not used at console.x.com.`
}

function isPublic(url: string): boolean {
  const { protocol, hostname, port } = new URL(url)
  return protocol === 'https:' && port === '' && hostname !== 'localhost' && !/^127\.|^\[/.test(hostname)
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
