import { budgetLooksAgainAt, budgetReason, isBudgetUsedUp } from '../channels/budget.ts'
import type { Channel } from '../channels/channel.ts'
import { readyMedia, type UploadedMedia } from '../tickets/attachment.ts'
import { laterOf } from '../time.ts'
import type { LimitOf } from './quota.ts'
import { CLAIM_MS, type Reply } from './reply.ts'

/** ISO times at which X's used-up limits of the account and of the app reset; null for one that X does not call used up. */
export type Resets = Readonly<Record<LimitOf, string | null>>

/** X's answer to a call that sends a reply. `sequenceId`: X's number of an encrypted one, by which its edits name it. */
export type XAnswer =
  | { readonly is: 'sent'; readonly externalId: string; readonly sequenceId?: string | null; readonly resets: Resets }
  /** X refused it with an HTTP status. `detail` is X's text. */
  | {
      readonly is: 'refused'
      readonly status: number
      readonly detail: string
      readonly resets: Resets
    }
  /** The call never reached X, so X does not have the reply. */
  | { readonly is: 'unreached'; readonly detail: string }
  /** No answer came, so X may have the reply. */
  | { readonly is: 'unanswered'; readonly detail: string }

/** X calls no limit used up. */
export const noResets: Resets = { account: null, app: null }

/** The next step of sending a reply. Times are ISO times. */
export type Step =
  | { readonly do: 'leave'; readonly reason: string }
  | { readonly do: 'fail'; readonly reason: string }
  /** X may have it and we cannot find out: an agent decides. */
  | { readonly do: 'mark_unknown'; readonly reason: string }
  /** `isTold`: the agent reads the reason. */
  | { readonly do: 'wait'; readonly until: string; readonly reason: string; readonly isTold?: true }
  | { readonly do: 'verify' }
  /** Its files must be uploaded to X first; it is due again at `until`. */
  | { readonly do: 'upload'; readonly until: string }
  | { readonly do: 'send'; readonly mediaIds: readonly string[] }

/** Delay before we verify an attempt at X: usually its echo comes first. */
export const VERIFY_AFTER_MS = 30_000
/** X's limits of looking back are of 15 minutes; a third of that brings it soon after the reset. */
const VERIFY_LIMIT_MS = 5 * 60_000
/** A claim that lasts shorter would end while the function may still run. */
const MIN_CLAIM_MS = 65_000
/** After this many failed verifications an agent decides. */
export const MAX_VERIFICATIONS = 5
/** After this many attempts that X does not have, the reply fails. */
export const MAX_ATTEMPTS = 5

/** A reply whose files are being uploaded is due again after this time. */
const UPLOAD_DUE_AFTER_MS = 60_000
/** X's limit of uploads is one of 15 minutes. */
const UPLOAD_LIMIT_MS = 15 * 60_000
/** After this many uploads that failed because X was unavailable, the reply fails. */
export const MAX_UPLOADS = 8

/**
 * The next step of sending a reply.
 * @param earlierDueAt ISO time at which an earlier pending reply of the ticket is due; null if there is none
 */
export function nextStep(reply: Reply, channel: Channel | null, earlierDueAt: string | null, now: Date): Step {
  const at = now.toISOString()
  const { delivery, sending } = reply
  if (delivery.status !== 'pending') return { do: 'leave', reason: `the reply is ${delivery.status}` }
  if (sending.claimedUntil && sending.claimedUntil > at) return { do: 'leave', reason: 'another worker has the reply' }
  if (sending.attemptedAt && channel?.status !== 'connected') return { do: 'mark_unknown', reason: UNKNOWN }
  if (!channel || channel.status === 'disconnected') {
    return { do: 'fail', reason: 'The X account is disconnected. An administrator must connect it again. Then retry.' }
  }
  if (channel.status === 'needs_reconnection') return { do: 'fail', reason: RECONNECT }
  if (sending.attemptedAt) {
    const verifyAt = new Date(Date.parse(sending.attemptedAt) + VERIFY_AFTER_MS).toISOString()
    return verifyAt > at
      ? { do: 'wait', until: verifyAt, reason: 'X is asked a little later whether it has the reply' }
      : { do: 'verify' }
  }
  if (earlierDueAt)
    return {
      do: 'wait',
      until: atLeast(earlierDueAt, at, 1_000),
      reason: 'an earlier reply of the ticket is not sent yet',
    }
  if (isBudgetUsedUp(channel, now)) {
    return { do: 'wait', until: budgetLooksAgainAt(now), reason: budgetReason, isTold: true }
  }
  const mediaIds = readyMedia(reply.media, sending.uploadedMedia, now)
  if (mediaIds === null) return { do: 'upload', until: new Date(now.getTime() + UPLOAD_DUE_AFTER_MS).toISOString() }
  return { do: 'send', mediaIds }
}

/** What an answer of X means for the reply. Times are ISO times. */
export type Verdict =
  | { readonly do: 'sent'; readonly externalId: string; readonly sequenceId?: string }
  | { readonly do: 'fail'; readonly reason: string; readonly reconnect: boolean }
  /** The reply waits; all replies of the account, or of the app, wait until a time in `pauses`. */
  | { readonly do: 'wait'; readonly until: string; readonly reason: string; readonly pauses: Resets }
  /**
   * X may have it: verify that first. `ifMissing` is why the reply fails if X does not have it; null: it is sent again.
   */
  | { readonly do: 'outcome_unknown'; readonly reason: string; readonly ifMissing: string | null }

const UNKNOWN = 'We could not find out whether X has it. Check on X; retry only if it is not there.'

const RECONNECT =
  'X no longer accepts our access to the account. An administrator must connect the channel again. Then retry.'

/**
 * What an answer of X means for a reply; a reason tells an agent what to do.
 * Source: recorded answers of X, and https://docs.x.com/x-api/fundamentals/response-codes-and-errors.
 */
export function judge(answer: XAnswer, now: Date): Verdict {
  if (answer.is === 'sent') {
    const { externalId, sequenceId } = answer
    return { do: 'sent', externalId, ...(sequenceId && { sequenceId }) }
  }
  if (answer.is === 'unreached') {
    const until = atLeast(null, now.toISOString(), 30_000)
    return { do: 'wait', until, reason: 'We cannot reach X. We retry.', pauses: noResets }
  }
  const outcomeUnknown = (what: string): Verdict => ({
    do: 'outcome_unknown',
    reason: `${what}. We are finding out whether it has the reply.`,
    ifMissing: null,
  })
  if (answer.is === 'unanswered') return outcomeUnknown('X did not answer')
  const { status, detail, resets } = answer
  const fail = (reason: string, reconnect = false): Verdict => ({ do: 'fail', reason, reconnect })
  if (status === 429) return judgeLimit(resets, now)
  if (status >= 500) return outcomeUnknown(`X answered ${status}`)
  if (status === 401) return fail(RECONNECT, true)
  if (status === 402) {
    return fail(
      "The credits of the X app are used up. An administrator must buy more in X's developer console. Then retry.",
    )
  }
  if (status === 403) return judgeForbidden(detail, fail)
  return fail(`X refused the reply (${status}): ${sentence(detail)} Change it, or answer on X.`)
}

/** What an agent reads about a reply that waits for one of X's limits. */
export const limitReasons: Readonly<Record<LimitOf, string>> = {
  account: "X's limit for the account is used up. We send the reply when X allows it.",
  app: "X's limit for the X app, all channels together, is used up. We send the reply when X allows it.",
}

/** The account's limit is used up, unless X says that it is only the app's. Without a time, we wait a minute. */
function judgeLimit(resets: Resets, now: Date): Verdict {
  const of = resets.app && !resets.account ? 'app' : 'account'
  const until = atLeast(laterOf(resets.account ?? '', resets.app ?? ''), now.toISOString(), 60_000)
  return { do: 'wait', until, reason: limitReasons[of], pauses: { ...resets, [of]: until } }
}

/** Reasons for what X forbids; the first pattern that matches counts. */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [
    /not allowed because you have not been mentioned|only reply to or quote/i,
    'X allows replies only to posts that mention the account. Write a direct message, or answer on X.',
  ],
  [
    /permission to DM|cannot send messages|direct message/i,
    'X does not allow the account to write to this person; perhaps they closed their direct messages. Answer publicly, or by other means.',
  ],
  [
    /oauth1-permissions|app permissions/i,
    'The X app lacks the permission «Read, Write and Direct Messages». An administrator must grant it and connect the channel again. Then retry.',
  ],
  [/deleted|not visible/i, 'The post was deleted or is not visible to the account, so X takes no reply to it.'],
]

function judgeForbidden(detail: string, fail: (reason: string) => Verdict): Verdict {
  if (/duplicate/i.test(detail)) {
    return {
      do: 'outcome_unknown',
      reason: 'X says that it already has this text. We are finding out whether it has the reply.',
      ifMissing: 'X refuses the same text twice. Send a new reply with other words.',
    }
  }
  const known = FORBIDDEN.find(([pattern]) => pattern.test(detail))
  return fail(known?.[1] ?? `X does not allow it: ${sentence(detail)} Answer on X to see why.`)
}

/** X's text with one full stop at its end. */
function sentence(detail: string): string {
  return `${detail.replace(/[.\s]+$/, '') || 'no reason given'}.`
}

/** The later of two ISO times: the given one, and `milliseconds` after `at`. */
function atLeast(time: string | null, at: string, milliseconds: number): string {
  const least = new Date(Date.parse(at) + milliseconds).toISOString()
  return time && time > least ? time : least
}

/** The result of asking X whether it has a reply. `unclear`: X could not be asked. `limited`: X limits the asking. */
export type Found =
  | { readonly is: 'found'; readonly externalId: string; readonly sequenceId: string | null }
  | { readonly is: 'missing' }
  | { readonly is: 'unclear' }
  | { readonly is: 'limited' }

/**
 * A reply that X does not have, or of which X could not be asked: due to be sent or verified again, failed, or unknown.
 * Waiting for a limit is no failed verification.
 */
export function afterVerification(reply: Reply, found: Exclude<Found, { is: 'found' }>, now: Date): Reply {
  const { delivery, sending } = reply
  const rest = { ...sending, claimedUntil: null }
  if (found.is === 'limited') {
    const dueAt = new Date(now.getTime() + VERIFY_LIMIT_MS).toISOString()
    return { ...reply, delivery: { ...delivery, dueAt }, sending: rest }
  }
  if (found.is === 'unclear') {
    const failedVerifications = sending.failedVerifications + 1
    if (failedVerifications >= MAX_VERIFICATIONS)
      return markUnknown({ ...reply, sending: { ...rest, failedVerifications } }, UNKNOWN)
    const dueAt = new Date(now.getTime() + VERIFY_AFTER_MS * 2 ** failedVerifications).toISOString()
    return { ...reply, delivery: { ...delivery, dueAt }, sending: { ...rest, failedVerifications } }
  }
  const ended = { ...rest, attemptedAt: null, ifMissing: null, failedVerifications: 0 }
  const gaveUp =
    delivery.attempts >= MAX_ATTEMPTS ? `X did not accept it in ${MAX_ATTEMPTS} attempts. Retry later.` : null
  const reason = sending.ifMissing ?? gaveUp
  if (reason) return { ...reply, delivery: { ...delivery, status: 'failed', reason, dueAt: null }, sending: ended }
  return { ...reply, delivery: { ...delivery, reason: null, dueAt: now.toISOString() }, sending: ended }
}

/**
 * A reply that a worker claims and sends: from now on X may have it. The claim ends when the reply is due anyway, if that
 * is long enough: then the reply keeps its place among the due ones.
 */
export function startAttempt(reply: Reply, now: Date): Reply {
  const [least, most] = [MIN_CLAIM_MS, CLAIM_MS].map((ms) => new Date(now.getTime() + ms).toISOString()) as [
    string,
    string,
  ]
  const { dueAt } = reply.delivery
  const claimedUntil = dueAt !== null && dueAt >= least && dueAt <= most ? dueAt : most
  return {
    ...reply,
    delivery: { ...reply.delivery, attempts: reply.delivery.attempts + 1, dueAt: claimedUntil },
    sending: { ...reply.sending, attemptedAt: now.toISOString(), ifMissing: null, claimedUntil },
  }
}

/** A reply that X told to wait: what it was asked to send does not count as an attempt. @param dueAt ISO time */
export function putOff(reply: Reply, dueAt: string, reason: string): Reply {
  const waits = waitUntil(reply, dueAt, reason, false)
  return { ...waits, delivery: { ...waits.delivery, attempts: reply.delivery.attempts - 1 } }
}

/** A reply that waits until an ISO time. @param attempted false if X certainly does not have the last attempt */
export function waitUntil(reply: Reply, dueAt: string, reason: string | null, attempted: boolean): Reply {
  return {
    ...reply,
    delivery: { ...reply.delivery, reason, dueAt },
    sending: { ...reply.sending, claimedUntil: null, ...(attempted ? {} : { attemptedAt: null }) },
  }
}

/** A reply whose outcome an agent must find out. It keeps its attempt, because its echo may still settle it. */
export function markUnknown(reply: Reply, reason: string): Reply {
  return {
    ...reply,
    delivery: { ...reply.delivery, status: 'unknown', reason, dueAt: null },
    sending: { ...reply.sending, claimedUntil: null },
  }
}

/** A reply that failed. */
export function failed(reply: Reply, reason: string): Reply {
  return {
    ...reply,
    delivery: { ...reply.delivery, status: 'failed', reason, dueAt: null },
    sending: { ...reply.sending, attemptedAt: null, claimedUntil: null, sentAt: null },
  }
}

/** A reply that X may have; it is due for verification. @param ifMissing why it fails if X does not have it */
export function withUnknownOutcome(reply: Reply, reason: string, ifMissing: string | null, now: Date): Reply {
  const dueAt = new Date(now.getTime() + VERIFY_AFTER_MS).toISOString()
  return {
    ...reply,
    delivery: { ...reply.delivery, reason, dueAt },
    sending: { ...reply.sending, claimedUntil: null, ifMissing },
  }
}

/** A reply that X has. @param externalId X's id, @param sequenceId X's number of an encrypted one; null if unknown */
export function sent(reply: Reply, externalId: string, sequenceId: string | null = null): Reply {
  const { chat } = reply.sending
  return {
    ...reply,
    externalId,
    chat: chat ? { sequenceId, conversationId: chat.conversationId, sealed: null } : null,
    delivery: { ...reply.delivery, status: 'sent', reason: null, dueAt: null },
    sending: {
      ...reply.sending,
      attemptedAt: null,
      claimedUntil: null,
      ifMissing: null,
      sentAt: reply.sending.sentAt ?? reply.sending.attemptedAt,
    },
  }
}

/** A reply that an agent found on X. It keeps its attempt, because its echo may still bring X's id. */
export function foundByAgent(reply: Reply): Reply {
  const { attemptedAt } = reply.sending
  return {
    ...reply,
    delivery: { ...reply.delivery, status: 'sent', reason: null, dueAt: null },
    sending: { ...reply.sending, sentAt: attemptedAt },
  }
}

/** A reply that an agent gave up: nothing sends it any more. */
export function cancelled(reply: Reply): Reply {
  return {
    ...reply,
    delivery: { ...reply.delivery, status: 'cancelled', reason: null, dueAt: null },
    sending: { ...reply.sending, attemptedAt: null, claimedUntil: null, ifMissing: null },
  }
}

/** Why a reply cannot be resolved so by an agent; null if it can. A reply that X may be getting now cannot be stopped. */
export function whyNotResolved({ delivery, sending }: Reply, as: 'sent' | 'cancelled', now: Date): string | null {
  const { status } = delivery
  if (as === 'sent') return status === 'unknown' ? null : `the reply is ${status}: only one in doubt can be found on X`
  if (status === 'failed' || status === 'unknown') return null
  if (status !== 'pending') return `the reply is ${status}: there is nothing to cancel`
  const isClaimed = sending.claimedUntil !== null && sending.claimedUntil > now.toISOString()
  return isClaimed || sending.attemptedAt !== null ? 'the reply is being sent: wait until its outcome is known' : null
}

/** A reply with one more of its files uploaded to X. */
export function withUploadedMedia(reply: Reply, uploadedMedia: UploadedMedia): Reply {
  const others = reply.sending.uploadedMedia.filter(({ attachmentId }) => attachmentId !== uploadedMedia.attachmentId)
  return { ...reply, sending: { ...reply.sending, uploadedMedia: [...others, uploadedMedia] } }
}

/**
 * What a failed upload means for a reply. Uploading again is harmless, so its outcome is never unknown.
 * @param status null when X did not answer
 */
export function judgeUpload(
  reply: Reply,
  { status, detail }: { status: number | null; detail: string },
  now: Date,
): Extract<Verdict, { do: 'fail' | 'wait' }> {
  const { failedUploads } = reply.sending
  if (status === 429) {
    const until = new Date(now.getTime() + UPLOAD_LIMIT_MS).toISOString()
    return { do: 'wait', until, reason: limitReasons.account, pauses: noResets }
  }
  const isTemporary = status === null || status >= 500
  if (isTemporary && failedUploads + 1 < MAX_UPLOADS) {
    const until = new Date(now.getTime() + 60_000 * 2 ** failedUploads).toISOString()
    return {
      do: 'wait',
      until,
      reason: 'X does not accept the attachment at the moment. We retry.',
      pauses: noResets,
    }
  }
  const known = judge({ is: 'refused', status: status ?? 400, detail, resets: noResets }, now)
  if (!isTemporary && known.do === 'fail' && (status === 401 || status === 402 || /oauth1-permissions/.test(detail)))
    return known
  const reason = isTemporary
    ? `X did not accept the attachment in ${MAX_UPLOADS} attempts. Retry later.`
    : `X refused the attachment (${status}): ${sentence(detail)} Send another file.`
  return { do: 'fail', reason, reconnect: false }
}

/** A reply that waits after a failed upload. @param dueAt ISO time */
export function waitForUpload(reply: Reply, dueAt: string, reason: string): Reply {
  const waits = waitUntil(reply, dueAt, reason, true)
  return { ...waits, sending: { ...waits.sending, failedUploads: reply.sending.failedUploads + 1 } }
}
