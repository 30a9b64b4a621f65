import type { Channel } from './channel.ts'
import type { Backfill, Outage, Replay } from './outage.ts'

/** A failure that `reconcile` cannot repair. */
export type Fault = {
  /** What is wrong and what an administrator can do, in plain words. */
  readonly advice: string
  /** ISO time at which we found it. */
  readonly since: string
  /** True if administrators were notified of it. */
  readonly notified: boolean
}

/** What `reconcile` remembers of our webhook at X. */
export type WebhookHealth = {
  /** ISO time at which it last worked; null before the first check. */
  readonly healthyAt: string | null
  readonly fault: Fault | null
  /** An outage that the backfill of some channel does not cover yet. */
  readonly outageForChannels: Outage | null
  /** An outage for which we have not requested a replay yet. */
  readonly outageForReplay: Outage | null
  /** True if we found it broken and do not know that our repair succeeded. */
  readonly repairFailed: boolean
  /** The last replay that we requested. */
  readonly replay: Replay | null
}

/** What `reconcile` remembers of a channel. */
export type ChannelHealth = {
  /** ISO time at which its subscription last worked; null before the first check. */
  readonly healthyAt: string | null
  readonly fault: Fault | null
  /** What we still read from X's lists; null when nothing is left. */
  readonly backfill: Backfill | null
  /** ISO time at which its key for encrypted messages was last compared with X's; left out before. */
  readonly keyCheckedAt?: string | undefined
}

export const unknownWebhookHealth: WebhookHealth = {
  healthyAt: null,
  fault: null,
  outageForChannels: null,
  outageForReplay: null,
  repairFailed: false,
  replay: null,
}
export const unknownChannelHealth: ChannelHealth = {
  healthyAt: null,
  fault: null,
  backfill: null,
}

/**
 * True if a channel, whose subscription X lists, was found in order within a time and nothing of it is left to do.
 * @param restMs milliseconds
 */
export function isInOrder(
  { healthyAt, fault, backfill }: ChannelHealth,
  { connectedAt }: Pick<Channel, 'connectedAt'>,
  restMs: number,
  now: Date,
): boolean {
  if (healthyAt === null || healthyAt < connectedAt || fault !== null || backfill !== null) return false
  return now.getTime() - Date.parse(healthyAt) < restMs
}

/**
 * The fault to store. Known advice keeps its fault; new advice keeps the time of the first failure and is to be
 * notified.
 * @param at ISO time
 */
export function faultOf(advice: string, known: Fault | null, at: string): Fault {
  return known?.advice === advice ? known : { advice, since: known?.since ?? at, notified: false }
}

/** Advice for a subscription that X accepts, or says exists, and does not list in the next run. */
export const UNLISTED_ADVICE =
  "X accepts the subscription of the account, but does not list it. We read X's lists every 15 minutes meanwhile. Disconnect the channel and connect it again; if that does not help, ask X's developer support."

/**
 * Advice for refusals of X that an administrator can resolve; the first pattern that matches counts.
 * Source: recorded answers of X, and https://docs.x.com/x-api/fundamentals/response-codes-and-errors.
 */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /WebhookLimitExceeded/i,
    "X allows the app no further webhook. Delete an unused one in X's developer console, or choose a plan that allows more.",
  ],
  [
    /CrcValidationFailed/i,
    'X sent our address a challenge (CRC) and got a wrong answer. Check that our secret store holds the consumer secret of the X app, and that the function «webhook» runs.',
  ],
  [/UrlValidationFailed/i, 'X does not accept our address. It must be a public HTTPS address without a port.'],
  [
    /SubscriptionLimitExceeded/i,
    'X allows the app no further subscription. Disconnect an unused channel, or choose a plan that allows more.',
  ],
  [
    /oauth1-permissions|app permissions/i,
    "The X app lacks the permission «Read, Write and Direct Messages». Grant it in X's developer console, then connect the channel again.",
  ],
]

/**
 * What an administrator can do about a refusal of X; null if `reconcile` only has to retry.
 * @param status null when X did not answer
 */
export function adviceFor({ status, detail }: { status: number | null; detail: string }): string | null {
  if (status === null || status >= 500 || status === 429) return null
  const known = ADVICE.find(([pattern]) => pattern.test(detail))
  if (known) return known[1]
  if (status === 401 || /verify your credentials/i.test(detail))
    return 'X does not accept the keys of the X app. Check consumerKey and consumerSecret in our secret store.'
  if (status === 402) return "The credits of the X app are used up. Buy more in X's developer console."
  return `X refused the call (${status}): ${detail || 'no reason given'}. Check the X app in X's developer console.`
}
