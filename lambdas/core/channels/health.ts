import type { Gap, Missed, Replay } from './outage.ts'

/** Something that upkeep could not mend. */
export type Fault = {
  /** What is wrong and what an administrator can do, in words. */
  readonly advice: string
  /** ISO time at which it was found. */
  readonly since: string
  /** Whether administrators were told. */
  readonly told: boolean
}

/** What upkeep knows of our webhook at X. */
export type WebhookHealth = {
  /** ISO time at which it was last found in order; null before the first time. */
  readonly healthyAt: string | null
  readonly fault: Fault | null
  /** A gap of which not every channel knows yet. */
  readonly untold: Gap | null
  /** What X is still to be asked to deliver again. */
  readonly gap: Gap | null
  /** The last job that X was asked for. */
  readonly replay: Replay | null
}

/** What upkeep knows of a channel. */
export type ChannelHealth = {
  /** ISO time at which its subscription was last found in order; null before the first time. */
  readonly healthyAt: string | null
  readonly fault: Fault | null
  /** What is still to be asked for. */
  readonly missed: Missed | null
  /** ISO time up to which its mentions were asked for, where that is done all the time. */
  readonly mentionsAskedTo: string | null
}

export const unknownWebhook: WebhookHealth = {
  healthyAt: null,
  fault: null,
  untold: null,
  gap: null,
  replay: null,
}
export const unknownChannel: ChannelHealth = { healthyAt: null, fault: null, missed: null, mentionsAskedTo: null }

/** The fault as it stands now: a new one, or the known one with its time and whether it was told. */
export function faultOf(advice: string, known: Fault | null, at: string): Fault {
  return known?.advice === advice ? known : { advice, since: known?.since ?? at, told: false }
}

/** What X's refusals mean where an administrator has to act, the first that fits. Source: X's docs and recorded answers. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /WebhookLimitExceeded/i,
    "X lets the app have no further webhook. Delete one that is no longer used in X's developer console, or choose a plan with more.",
  ],
  [
    /CrcValidationFailed/i,
    'X asked our address to prove itself and did not get the right answer. Check that the consumer secret in our secret store is that of the X app, and that the function «webhook» runs.',
  ],
  [/UrlValidationFailed/i, 'X does not accept our address: it must be public HTTPS, without a port.'],
  [
    /SubscriptionLimitExceeded/i,
    'X lets the app have no further subscription. Disconnect a channel that is no longer used, or choose a plan with more.',
  ],
  [
    /oauth1-permissions|app permissions/i,
    "The X app lacks the permission «Read, Write and Direct Messages». Give it in X's developer console and connect the channel again.",
  ],
]

/** What an administrator can do about a refusal of X; null when X only has to be asked again later. */
export function adviceFor({ status, detail }: { status: number | null; detail: string }): string | null {
  if (status === null || status >= 500 || status === 429) return null
  const known = ADVICE.find(([pattern]) => pattern.test(detail))
  if (known) return known[1]
  if (status === 401 || /verify your credentials/i.test(detail))
    return 'X does not accept the keys of the X app. Check consumerKey and consumerSecret in our secret store.'
  if (status === 402) return "The credits of the X app are used up. Buy more in X's developer console."
  return `X refused it (${status}): ${detail || 'without a reason'}. Look at the X app in X's developer console.`
}
