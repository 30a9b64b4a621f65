/**
 * Called with replies of the queue, in order per ticket. Promises that X gets each once: an attempt is claimed before
 * it is made, and where X's answer is not known, X is asked before anything is sent again. Waiting is not failing: a
 * reply that must wait is acknowledged, and `requeue` brings it back when it is due.
 */
import type { Channel } from '../core/channels/channel.ts'
import type { Clock, Encryption, Log } from '../core/ports/platform.ts'
import type { DueQueue, QueuedDue } from '../core/ports/queues.ts'
import type { Stores } from '../core/ports/stores.ts'
import { type AccountTokens, XError, type XPosting } from '../core/ports/x.ts'
import { blockedUntil, takeQuota } from '../core/replies/quota.ts'
import { isReply, type Reply } from '../core/replies/reply.ts'
import {
  afterVerification,
  type Found,
  failed,
  judge,
  markUnknown,
  nextStep,
  sent,
  startAttempt,
  waitUntil,
  withUnknownOutcome,
  type XAnswer,
} from '../core/replies/sending.ts'
import { messageIdOf } from '../core/tickets/message.ts'
import { laterOf } from '../core/time.ts'
import { tokensOf } from './account-tokens.ts'

export type SenderDependencies = Pick<Stores, 'channels' | 'replies'> & {
  posting: XPosting
  encryption: Encryption
  mediaQueue: DueQueue
  now: Clock
  log: Log
}

/** Deciding again after a change in between; more than this many times is no coincidence. */
const DECISIONS = 20

export function createSender({ channels, replies, posting, encryption, mediaQueue, now, log }: SenderDependencies) {
  async function handle({ channelId, messageId, at }: QueuedDue): Promise<void> {
    // The sweep may be run on a clock of its own; ours is never behind it.
    const time = () => new Date(laterOf(now().toISOString(), at))
    for (let n = 0; n < DECISIONS; n++) {
      const message = await replies.message(channelId, messageId)
      if (!message || !isReply(message)) throw new Error(`${messageId} of ${channelId} is no reply`)
      const outcome = await advance(message, await channels.get(channelId), time)
      if (outcome === 'again') continue
      log({ event: 'reply_processed', channelId, ticketId: message.ticketId, messageId, ...outcome })
      return
    }
    throw new Error(`what reply ${messageId} was decided on changed ${DECISIONS} times`)
  }

  /** One step of a reply: what came of it, or `again` when there is another to take. */
  async function advance(reply: Reply, channel: Channel | null, time: () => Date) {
    const ahead = await replies.earlierReplyDueAt(reply)
    const step = nextStep(reply, channel, ahead, time())
    if (step.do === 'leave') return { outcome: 'left', reason: step.reason }
    if (step.do === 'wait') {
      const after = waitUntil(reply, step.until, reply.delivery.reason, true)
      return (await replies.save(reply, after)) ? { outcome: 'waits', until: step.until, reason: step.reason } : 'again'
    }
    if (step.do === 'mark_unknown') return finish(reply, markUnknown(reply, step.reason))
    if (step.do === 'fail' || !channel) return finish(reply, failed(reply, step.do === 'fail' ? step.reason : ''))
    if (step.do === 'upload') return letUpload(reply, step.until, time())
    const tokens = await openTokens(channel)
    return step.do === 'verify'
      ? verify(reply, channel, tokens, time)
      : attempt(reply, channel, tokens, step.mediaIds, time)
  }

  /**
   * Files go to X first, in a handler of their own: half a gigabyte of video must keep no other ticket waiting. It hands
   * the reply back when they are there.
   */
  async function letUpload(reply: Reply, until: string, at: Date) {
    const after = waitUntil(reply, until, reply.delivery.reason, true)
    if (!(await replies.save(reply, after))) return 'again'
    const { id: messageId, ticketId, channelId, position } = reply
    await mediaQueue.send([{ messageId, ticketId, channelId, position }], at.toISOString())
    return { outcome: 'waits', until, reason: 'its attachments go to X first' }
  }

  async function attempt(
    reply: Reply,
    channel: Channel,
    tokens: AccountTokens,
    mediaIds: readonly string[],
    time: () => Date,
  ) {
    const { target } = reply.sending
    const quota = await replies.quota(channel.id, target.kind)
    const taken = takeQuota(target.kind, quota, time())
    if ('until' in taken) {
      const reason = "X's limit for the account is used up. We send the reply when X allows it."
      const after = waitUntil(reply, taken.until, reason, false)
      return (await replies.save(reply, after)) ? { outcome: 'waits', until: taken.until, reason: reason } : 'again'
    }
    if (!(await replies.saveQuota(channel.id, target.kind, quota, taken.next))) return 'again'
    const started = startAttempt(reply, time())
    if (!(await replies.save(reply, started))) return 'again'
    const claimed = withNextVersion(started)
    const answer = await posting.send(tokens, target, reply.text, mediaIds)
    await noteLimits(channel, reply, answer)
    return conclude(claimed, channel, answer, time())
  }

  async function conclude(reply: Reply, channel: Channel, answer: XAnswer, at: Date) {
    const verdict = judge(answer, at)
    switch (verdict.do) {
      case 'sent':
        return finish(reply, sent(reply, verdict.externalId))
      case 'wait': {
        if (verdict.account) await block(channel, reply, verdict.until)
        await replies.save(reply, waitUntil(reply, verdict.until, verdict.reason, false))
        return { outcome: 'waits', until: verdict.until, reason: verdict.reason }
      }
      case 'outcome_unknown':
        await replies.save(reply, withUnknownOutcome(reply, verdict.reason, verdict.ifMissing, at))
        return { outcome: 'outcome_unknown', reason: verdict.reason }
      case 'fail':
        if (verdict.reconnect) await channels.markRevoked(channel.id)
        return finish(reply, failed(reply, verdict.reason))
    }
  }

  /** Asks X whether it has the attempt of which the outcome is not known. */
  async function verify(reply: Reply, channel: Channel, tokens: AccountTokens, time: () => Date) {
    const { target, attemptedAt, uploadedMedia } = reply.sending
    const since = attemptedAt ?? reply.createdAt
    const account = { id: channel.twitterUserId, username: channel.username }
    let found: Found
    try {
      const ids = await posting.findSent(tokens, account, target, reply.text, since, {
        media: reply.media,
        uploadedMedia,
      })
      found = await firstUnknown(reply, ids)
    } catch (error) {
      if (!(error instanceof XError)) throw error
      log({ event: 'verification_failed', channelId: channel.id, messageId: reply.id, status: error.status })
      found = { is: 'unclear' }
    }
    if (found.is === 'found') return finish(reply, sent(reply, found.externalId))
    const after = afterVerification(reply, found, time())
    if (!(await replies.save(reply, after))) return 'again'
    if (after.delivery.status !== 'pending') return { outcome: after.delivery.status, reason: after.delivery.reason }
    return found.is === 'missing'
      ? 'again'
      : { outcome: 'waits', until: after.delivery.dueAt, reason: 'X could not be asked' }
  }

  /** The same words may have been sent before: what is stored under its id already is not this attempt. */
  async function firstUnknown({ channelId, sending }: Reply, ids: readonly string[]): Promise<Found> {
    for (const externalId of ids) {
      const stored = await replies.message(channelId, messageIdOf(sending.target.kind, externalId))
      if (!stored) return { is: 'found', externalId }
    }
    return { is: 'missing' }
  }

  /** Writes an end. Its echo may have been quicker and have settled it: then there is nothing left to write. */
  async function finish(before: Reply, after: Reply) {
    const saved = await replies.save(before, after)
    return saved ? { outcome: after.delivery.status, reason: after.delivery.reason } : ('again' as const)
  }

  async function openTokens(channel: Channel): Promise<AccountTokens> {
    const tokens = await tokensOf({ channels, encryption }, channel.id)
    if (tokens === null) throw new Error(`the channel ${channel.id} is connected and has no tokens`)
    return tokens
  }

  /** A window that X says is used up is not tried before it begins anew. */
  async function noteLimits(channel: Channel, reply: Reply, answer: XAnswer): Promise<void> {
    if (answer.is === 'sent' && answer.pauseUntil) await block(channel, reply, answer.pauseUntil)
  }

  async function block(channel: Channel, reply: Reply, until: string): Promise<void> {
    const { kind } = reply.sending.target
    for (let n = 0; n < DECISIONS; n++) {
      const quota = await replies.quota(channel.id, kind)
      if (await replies.saveQuota(channel.id, kind, quota, blockedUntil(quota, until))) return
    }
  }

  return handle
}

/** A reply as it stands after a save. */
function withNextVersion(reply: Reply): Reply {
  return { ...reply, sending: { ...reply.sending, version: reply.sending.version + 1 } }
}
