import type { Channel } from '../channels/channel.ts'
import { readyMedia, type UploadedMedia } from '../tickets/attachment.ts'
import type { Reply } from './reply.ts'

/** What X answered to a call that sends, or that there was no answer. */
export type XAnswer =
  | { readonly is: 'sent'; readonly externalId: string; readonly pauseUntil: string | null }
  /** Refused with a status; `detail` in X's words, `resetAt` an ISO time where X named one. */
  | {
      readonly is: 'refused'
      readonly status: number
      readonly detail: string
      readonly resetAt: string | null
    }
  /** Never reached X: certainly not sent. */
  | { readonly is: 'unreached'; readonly detail: string }
  /** Reached X, perhaps, and nothing came back. */
  | { readonly is: 'unanswered'; readonly detail: string }

/** What to do with a reply before it is sent. */
export type Step =
  | { readonly do: 'leave'; readonly reason: string }
  | { readonly do: 'fail'; readonly reason: string }
  /** X may have it and cannot be asked: an agent decides. */
  | { readonly do: 'leave_open'; readonly reason: string }
  | { readonly do: 'wait'; readonly until: string; readonly reason: string }
  | { readonly do: 'verify' }
  /** Its files must be at X first. */
  | { readonly do: 'upload'; readonly until: string }
  | { readonly do: 'send'; readonly mediaIds: readonly string[] }

/** Time to wait before asking X whether it has an attempt: its echo mostly comes first. Milliseconds. */
export const VERIFY_AFTER_MS = 30_000
/** Time that one worker has a reply for itself, milliseconds: more than the function may run. */
export const CLAIM_MS = 120_000
/** X is asked so often in vain; after that an agent decides. */
export const MAX_VERIFICATIONS = 5
/** A reply is sent so often when X certainly did not take it; after that it has failed. */
export const MAX_ATTEMPTS = 5

/** After which time a reply whose files should be on their way to X is looked at again, milliseconds. */
const UPLOAD_AGAIN_AFTER = 60_000
/** X may be ill so often while it is handed files; after that the reply has failed. */
export const MAX_UPLOADS = 8

/** What comes next for a reply. @param ahead ISO time until which an earlier reply of the ticket waits, or null */
export function nextStep(reply: Reply, channel: Channel | null, ahead: string | null, now: Date): Step {
  const at = now.toISOString()
  const { delivery, sending } = reply
  if (delivery.status !== 'pending') return { do: 'leave', reason: `it is ${delivery.status}` }
  if (sending.claimedUntil && sending.claimedUntil > at) return { do: 'leave', reason: 'another worker has it' }
  if (sending.attemptedAt && channel?.status !== 'connected') return { do: 'leave_open', reason: UNKNOWN }
  if (!channel || channel.status === 'disconnected') {
    return { do: 'fail', reason: 'The X account was disconnected. Connect it again, then retry.' }
  }
  if (channel.status === 'needs_reconnection') return { do: 'fail', reason: RECONNECT }
  if (sending.attemptedAt) {
    const lookAt = new Date(Date.parse(sending.attemptedAt) + VERIFY_AFTER_MS).toISOString()
    return lookAt > at
      ? { do: 'wait', until: lookAt, reason: 'whether X has it is asked a little later' }
      : { do: 'verify' }
  }
  if (ahead)
    return { do: 'wait', until: later(ahead, at, 1_000), reason: 'an earlier reply of the ticket is not sent yet' }
  const mediaIds = readyMedia(reply.media, sending.uploadedMedia, now)
  if (mediaIds === null) return { do: 'upload', until: new Date(now.getTime() + UPLOAD_AGAIN_AFTER).toISOString() }
  return { do: 'send', mediaIds }
}

/** What an answer of X means for the reply. */
export type Verdict =
  | { readonly do: 'sent'; readonly externalId: string }
  | { readonly do: 'fail'; readonly reason: string; readonly reconnect: boolean }
  /** The account waits, with everything of it. */
  | { readonly do: 'wait'; readonly until: string; readonly reason: string; readonly account: boolean }
  /** X may have it: look before anything else. */
  | { readonly do: 'outcome_unknown'; readonly reason: string; readonly ifMissing: string | null }

const UNKNOWN = 'Whether X has it could not be found out. Look on X; retry only when it is not there.'

const RECONNECT =
  'X no longer accepts our access to the account. An administrator must connect the channel again, then retry.'

/** X's answers in words that tell an agent what to do. Source: X's docs and recorded answers. */
export function judge(answer: XAnswer, now: Date): Verdict {
  if (answer.is === 'sent') return { do: 'sent', externalId: answer.externalId }
  if (answer.is === 'unreached') {
    const until = later(null, now.toISOString(), 30_000)
    return { do: 'wait', until, reason: 'X cannot be reached; it is tried again.', account: false }
  }
  const doubt = (what: string): Verdict => ({
    do: 'outcome_unknown',
    reason: `${what}; whether it has the reply is being found out.`,
    ifMissing: null,
  })
  if (answer.is === 'unanswered') return doubt('X did not answer')
  const { status, detail, resetAt } = answer
  const fail = (reason: string, reconnect = false): Verdict => ({ do: 'fail', reason, reconnect })
  if (status === 429) {
    const until = later(resetAt, now.toISOString(), 60_000)
    return {
      do: 'wait',
      until,
      reason: "X's limit for the account is used up; it is sent when X allows.",
      account: true,
    }
  }
  if (status >= 500) return doubt(`X answered ${status}`)
  if (status === 401) return fail(RECONNECT, true)
  if (status === 402) {
    return fail(
      "The credits of the X app are used up. An administrator must buy more in X's developer console, then retry.",
    )
  }
  if (status === 403) return judgeForbidden(detail, fail)
  return fail(`X refused it (${status}): ${detail || 'without a reason'}. Change the reply, or answer on X itself.`)
}

/** What X forbids and how it says so, the first that fits. */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [
    /not allowed because you have not been mentioned|only reply to or quote/i,
    'X allows replies only to posts that mention the account. Write a direct message, or answer on X itself.',
  ],
  [
    /permission to DM|cannot send messages|direct message/i,
    'X does not let the account write to this person, who may have closed their direct messages. Answer publicly, or another way.',
  ],
  [
    /oauth1-permissions|app permissions/i,
    'The X app lacks the permission «Read, Write and Direct Messages». An administrator must give it and connect the channel again, then retry.',
  ],
  [/deleted|not visible/i, 'The post was deleted or is not visible to the account, so nothing can stand under it.'],
]

function judgeForbidden(detail: string, fail: (reason: string) => Verdict): Verdict {
  if (/duplicate/i.test(detail)) {
    return {
      do: 'outcome_unknown',
      reason: 'X says that it has this text already; it is being looked for.',
      ifMissing: 'X refuses the same text twice. Change the wording, then send it anew.',
    }
  }
  const known = FORBIDDEN.find(([pattern]) => pattern.test(detail))
  return fail(known?.[1] ?? `X does not allow it: ${detail || 'without a reason'}. Answer on X itself to see why.`)
}

/** The later of an ISO time and some milliseconds from now. */
function later(time: string | null, at: string, milliseconds: number): string {
  const least = new Date(Date.parse(at) + milliseconds).toISOString()
  return time && time > least ? time : least
}

/** What X says when it is asked whether it has a reply. */
export type Found =
  | { readonly is: 'there'; readonly externalId: string }
  | { readonly is: 'missing' }
  | { readonly is: 'unclear' }

/** A reply after X was asked whether it has it: sent, to be sent again, to be asked for again, or for an agent to decide. */
export function afterVerification(reply: Reply, found: Exclude<Found, { is: 'there' }>, now: Date): Reply {
  const { delivery, sending } = reply
  const rest = { ...sending, claimedUntil: null }
  if (found.is === 'unclear') {
    const looks = sending.looks + 1
    if (looks >= MAX_VERIFICATIONS) return leftOpen({ ...reply, sending: { ...rest, looks } }, UNKNOWN)
    const dueAt = new Date(now.getTime() + VERIFY_AFTER_MS * 2 ** looks).toISOString()
    return { ...reply, delivery: { ...delivery, dueAt }, sending: { ...rest, looks } }
  }
  const ended = { ...rest, attemptedAt: null, ifMissing: null, looks: 0 }
  const gaveUp = delivery.attempts >= MAX_ATTEMPTS ? 'X did not take it, several times over. Retry later.' : null
  const reason = sending.ifMissing ?? gaveUp
  if (reason) return { ...reply, delivery: { ...delivery, status: 'failed', reason, dueAt: null }, sending: ended }
  return { ...reply, delivery: { ...delivery, reason: null, dueAt: now.toISOString() }, sending: ended }
}

/** A reply that one worker takes to send: from here on an attempt may be at X. */
export function startAttempt(reply: Reply, now: Date): Reply {
  const claimedUntil = new Date(now.getTime() + CLAIM_MS).toISOString()
  return {
    ...reply,
    delivery: { ...reply.delivery, attempts: reply.delivery.attempts + 1, dueAt: claimedUntil },
    sending: { ...reply.sending, attemptedAt: now.toISOString(), ifMissing: null, claimedUntil },
  }
}

/** A reply that waits until an ISO time; an attempt that certainly failed is no longer one. */
export function waitUntil(reply: Reply, dueAt: string, reason: string | null, attempted: boolean): Reply {
  return {
    ...reply,
    delivery: { ...reply.delivery, reason, dueAt },
    sending: { ...reply.sending, claimedUntil: null, ...(attempted ? {} : { attemptedAt: null }) },
  }
}

/** A reply of which an agent decides. What was attempted is kept: its echo may still settle it. */
export function leftOpen(reply: Reply, reason: string): Reply {
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
    sending: { ...reply.sending, attemptedAt: null, claimedUntil: null },
  }
}

/** A reply of which it is not known whether X has it. */
export function withUnknownOutcome(reply: Reply, reason: string, ifMissing: string | null, now: Date): Reply {
  const dueAt = new Date(now.getTime() + VERIFY_AFTER_MS).toISOString()
  return {
    ...reply,
    delivery: { ...reply.delivery, reason, dueAt },
    sending: { ...reply.sending, claimedUntil: null, ifMissing },
  }
}

/** A reply that X has. */
export function sent(reply: Reply, externalId: string): Reply {
  return {
    ...reply,
    externalId,
    delivery: { ...reply.delivery, status: 'sent', reason: null, dueAt: null },
    sending: { ...reply.sending, attemptedAt: null, claimedUntil: null, ifMissing: null },
  }
}

/** What handing a file to X came to. */
export type Handed =
  | { readonly is: 'there'; readonly uploadedMedia: UploadedMedia }
  | { readonly is: 'refused'; readonly status: number | null; readonly detail: string }

/** A reply with one of its files at X. */
export function withUploadedMedia(reply: Reply, uploadedMedia: UploadedMedia): Reply {
  const others = reply.sending.uploadedMedia.filter(({ attachmentId }) => attachmentId !== uploadedMedia.attachmentId)
  return { ...reply, sending: { ...reply.sending, uploadedMedia: [...others, uploadedMedia] } }
}

/** What it means for a reply that X did not take one of its files. Handing in again is harmless, so nothing is in doubt. */
export function judgeUpload(
  reply: Reply,
  { status, detail }: { status: number | null; detail: string },
  now: Date,
): Extract<Verdict, { do: 'fail' | 'wait' }> {
  const { uploads } = reply.sending
  const isIll = status === null || status >= 500 || status === 429
  if (isIll && uploads + 1 < MAX_UPLOADS) {
    const until = new Date(now.getTime() + 60_000 * 2 ** uploads).toISOString()
    return {
      do: 'wait',
      until,
      reason: 'X does not take the attachment at the moment; it is tried again.',
      account: false,
    }
  }
  const known = judge({ is: 'refused', status: status ?? 400, detail, resetAt: null }, now)
  if (!isIll && known.do === 'fail' && (status === 401 || status === 402 || /oauth1-permissions/.test(detail)))
    return known
  const reason = isIll
    ? 'X did not take the attachment, several times over. Retry later.'
    : `X refused the attachment (${status}): ${detail || 'without a reason'}. Send another file.`
  return { do: 'fail', reason, reconnect: false }
}

/** A reply whose files X would not take for the moment. */
export function waitForUpload(reply: Reply, dueAt: string, reason: string): Reply {
  const waits = waitUntil(reply, dueAt, reason, true)
  return { ...waits, sending: { ...waits.sending, uploads: reply.sending.uploads + 1 } }
}
