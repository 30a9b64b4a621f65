/**
 * Called by the sender with due replies, in order per ticket. Promises that X gets each reply once: the claim is stored
 * before the attempt, and an attempt whose outcome is unknown is verified at X before the next. A reply that must wait
 * is no failure: `requeue` queues it again when it is due. After a failure the queue delivers it again.
 */
import type { Channel } from '../core/channels/channel.ts'
import type { Clock, Encryption, Log } from '../core/ports/platform.ts'
import type { DueQueue, QueuedDue } from '../core/ports/queues.ts'
import type { Stores } from '../core/ports/stores.ts'
import { type AccountTokens, XError, type XPosting } from '../core/ports/x.ts'
import { judgeChat } from '../core/replies/chat-refusals.ts'
import { isReply, type Reply } from '../core/replies/reply.ts'
import {
  afterVerification,
  type Found,
  failed,
  judge,
  limitReasons,
  markUnknown,
  nextStep,
  putOff,
  type Resets,
  sent,
  startAttempt,
  waitUntil,
  withUnknownOutcome,
  type XAnswer,
} from '../core/replies/sending.ts'
import type { ChatPayload } from '../core/tickets/ticket.ts'
import { laterOf } from '../core/time.ts'
import { tokensOf } from './account-tokens.ts'
import type { ChatSending } from './chat/write-chat.ts'
import { dueMessageOf } from './due-message.ts'
import { conflict, retryOnConflict } from './retry-on-conflict.ts'

export type SenderDependencies = Pick<Stores, 'channels' | 'tickets' | 'replies' | 'quota'> & {
  posting: XPosting
  /** Encrypts and sends replies that go encrypted. */
  chat: ChatSending
  encryption: Encryption
  mediaQueue: DueQueue
  now: Clock
  log: Log
}

export function createSender(dependencies: SenderDependencies) {
  const { channels, tickets, replies, quota, posting, chat, encryption, mediaQueue, now, log } = dependencies

  async function handle({ at, ...due }: QueuedDue): Promise<void> {
    const { channelId, messageId } = due
    // `requeue` may run with a clock of its own: a reply that it found due is due here too.
    const time = () => new Date(laterOf(now().toISOString(), at))
    await retryOnConflict(`reply ${messageId}`, async () => {
      const message = await replies.message(due)
      if (!message) {
        log({ event: 'message_gone', channelId, messageId })
        return null
      }
      if (!isReply(message)) throw new Error(`${messageId} of ${channelId} is no reply`)
      const outcome = await advance(message, await channels.get(channelId), time)
      if (outcome !== conflict) {
        log({ event: 'reply_processed', channelId, ticketId: message.ticketId, messageId, ...outcome })
      }
      return outcome
    })
  }

  /** Takes the next step of a reply. `conflict` if the reply changed, or has another step: decide again. */
  async function advance(reply: Reply, channel: Channel | null, time: () => Date) {
    const ahead = await replies.earlierReplyDueAt(reply)
    const step = nextStep(reply, channel, ahead, time())
    if (step.do === 'leave') return { outcome: 'skipped', reason: step.reason }
    if (step.do === 'wait') {
      const after = waitUntil(reply, step.until, step.isTold ? step.reason : reply.delivery.reason, true)
      return (await replies.save(reply, after))
        ? { outcome: 'waits', until: step.until, reason: step.reason }
        : conflict
    }
    if (step.do === 'mark_unknown') return finish(reply, markUnknown(reply, step.reason))
    if (step.do === 'fail' || !channel) return finish(reply, failed(reply, step.do === 'fail' ? step.reason : ''))
    if (step.do === 'upload') return queueUpload(reply, step.until, time())
    const tokens = await openTokens(channel)
    return step.do === 'verify'
      ? verify(reply, channel, tokens, time)
      : attempt(reply, channel, tokens, step.mediaIds, time)
  }

  /** The media function uploads the files first and then queues the reply again: a large video delays no other ticket. */
  async function queueUpload(reply: Reply, until: string, at: Date) {
    const after = waitUntil(reply, until, reply.delivery.reason, true)
    if (!(await replies.save(reply, after))) return conflict
    await mediaQueue.send([dueMessageOf(reply)], at.toISOString())
    return { outcome: 'waits', until, reason: 'its attachments are uploaded first' }
  }

  async function attempt(
    unencrypted: Reply,
    channel: Channel,
    tokens: AccountTokens,
    mediaIds: readonly string[],
    time: () => Date,
  ) {
    // Encrypted once, and stored with the attempt: the id is signed, so another try sends the very same.
    const encrypted = unencrypted.sending.chat ? await chat.encrypt(unencrypted) : null
    if (encrypted && 'reason' in encrypted) return finish(unencrypted, failed(unencrypted, encrypted.reason))
    const reply = encrypted ? withPayload(unencrypted, encrypted.payload) : unencrypted
    const { target } = reply.sending
    const taken = await quota.take(channel.id, target.kind, time())
    if (taken !== 'taken') {
      const reason = limitReasons[taken.of]
      const after = waitUntil(reply, taken.until, reason, false)
      return (await replies.save(reply, after)) ? { outcome: 'waits', until: taken.until, reason } : conflict
    }
    const started = startAttempt(reply, time())
    if (!(await replies.save(reply, started))) return conflict
    const claimed = withNextVersion(started)
    const answer = encrypted ? await chat.send(tokens, reply) : await posting.send(tokens, target, reply.text, mediaIds)
    if (answer.is === 'sent') await pauseSending(channel, reply, answer.resets)
    return conclude(claimed, channel, answer, time())
  }

  async function conclude(reply: Reply, channel: Channel, answer: XAnswer, at: Date) {
    const verdict = reply.sending.chat ? judgeChat(answer, at) : judge(answer, at)
    switch (verdict.do) {
      case 'sent':
        return finish(reply, sent(reply, verdict.externalId, verdict.sequenceId))
      case 'wait': {
        await pauseSending(channel, reply, verdict.pauses)
        await replies.save(reply, putOff(reply, verdict.until, verdict.reason))
        return { outcome: 'waits', until: verdict.until, reason: verdict.reason }
      }
      case 'outcome_unknown':
        await replies.save(reply, withUnknownOutcome(reply, verdict.reason, verdict.ifMissing, at))
        return { outcome: 'outcome_unknown', reason: verdict.reason }
      case 'fail':
        if (verdict.reconnect) await channels.markRevoked(channel)
        return finish(reply, failed(reply, verdict.reason))
    }
  }

  /** Asks X whether an attempt whose outcome is unknown succeeded. */
  async function verify(reply: Reply, channel: Channel, tokens: AccountTokens, time: () => Date) {
    const { target, attemptedAt, ifMissing, uploadedMedia } = reply.sending
    // X refused this attempt because it has the same text: an earlier attempt brought it.
    const since = ifMissing === null && attemptedAt !== null ? attemptedAt : reply.createdAt
    const account = { id: channel.twitterUserId, username: channel.username }
    let found: Found
    try {
      const files = { media: reply.media, uploadedMedia }
      found = reply.sending.chat
        ? await chat.find(tokens, reply, since)
        : await firstUnknown(reply, await posting.findSent(tokens, account, target, reply.text, since, files))
    } catch (error) {
      if (!(error instanceof XError)) throw error
      log({ event: 'verification_failed', channelId: channel.id, messageId: reply.id, status: error.status })
      found = { is: error.status === 429 ? 'limited' : 'unclear' }
    }
    if (found.is === 'found') return finish(reply, sent(reply, found.externalId, found.sequenceId))
    const after = afterVerification(reply, found, time())
    if (!(await replies.save(reply, after))) return conflict
    if (after.delivery.status !== 'pending') return { outcome: after.delivery.status, reason: after.delivery.reason }
    // X does not have it, so the next step is another attempt.
    if (found.is === 'missing') return conflict
    return { outcome: 'waits', until: after.delivery.dueAt, reason: 'X did not say whether it has the reply' }
  }

  /** An agent may have sent the same text before: an id under which a message is stored is not this attempt. */
  async function firstUnknown({ id, channelId, sending }: Reply, ids: readonly string[]): Promise<Found> {
    for (const externalId of ids) {
      const known = await tickets.knownAs(channelId, sending.target, externalId)
      if (known === null || known === id) return { is: 'found', externalId, sequenceId: null }
    }
    return { is: 'missing' }
  }

  /** Saves the final state of a reply, unless its echo was routed first and has done so. */
  async function finish(before: Reply, after: Reply) {
    const isSaved = await replies.save(before, after)
    return isSaved ? { outcome: after.delivery.status, reason: after.delivery.reason } : conflict
  }

  async function openTokens(channel: Channel): Promise<AccountTokens> {
    const tokens = await tokensOf({ channels, encryption }, channel.id)
    if (tokens === null) throw new Error(`the channel ${channel.id} is connected but has no tokens`)
    return tokens
  }

  /** The account, or the app with all its channels, sends nothing of this kind until its windows at X reset. */
  async function pauseSending(channel: Channel, reply: Reply, resets: Resets): Promise<void> {
    const { kind } = reply.sending.target
    for (const limitOf of ['account', 'app'] as const) {
      if (resets[limitOf]) await quota.pause(channel.id, kind, limitOf, resets[limitOf])
    }
  }

  return handle
}

function withPayload(reply: Reply, payload: ChatPayload): Reply {
  const { chat } = reply.sending
  return chat ? { ...reply, sending: { ...reply.sending, chat: { ...chat, payload } } } : reply
}

/** The reply as `save` has stored it. */
function withNextVersion(reply: Reply): Reply {
  return { ...reply, sending: { ...reply.sending, version: reply.sending.version + 1 } }
}
