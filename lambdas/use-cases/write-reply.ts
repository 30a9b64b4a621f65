/**
 * Shared by the API and by what brings agents' answers from Usedesk. A reply that is returned is stored and will be sent,
 * or the agent sees why not; the same key again stores no second one.
 */
import { createHash, randomUUID } from 'node:crypto'
import { Problem, wrongFields } from '../core/api/problem.ts'
import type { Actor } from '../core/audit/entry.ts'
import type { Channel } from '../core/channels/channel.ts'
import type { AuditTrail } from '../core/ports/audit.ts'
import type { Bucket } from '../core/ports/media.ts'
import type { Clock, Log } from '../core/ports/platform.ts'
import type { DueQueue } from '../core/ports/queues.ts'
import type { Stores } from '../core/ports/stores.ts'
import type { Idempotency } from '../core/ports/tickets.ts'
import { replyIdOf, writeReply } from '../core/replies/reply.ts'
import { type Draft, type SendingProblem, type ValidationContext, validateReply } from '../core/replies/validation.ts'
import type { Message, Ticket } from '../core/tickets/ticket.ts'
import { createAttachments, type Found } from './api/attachments.ts'
import { dueMessageOf } from './due-message.ts'
import { conflict, retryOnConflict } from './retry-on-conflict.ts'

export type ReplyWritingDependencies = Pick<Stores, 'tickets' | 'replies' | 'channels' | 'uploads'> & {
  bucket: Bucket
  replyQueue: DueQueue
  trail: AuditTrail
  now: Clock
  log: Log
}

/** What an agent writes. */
export type ReplyBody = {
  text: string
  inReplyTo?: string | undefined
  attachmentIds?: readonly string[] | undefined
}

/** The design keeps an idempotency key for 24 hours per ticket. */
const KEY_TTL_MS = 24 * 3600 * 1000

const MESSAGES_PER_PAGE = 10

export function createReplyWriting(dependencies: ReplyWritingDependencies) {
  const { tickets, replies, channels, replyQueue, trail, now, log } = dependencies
  const attachments = createAttachments(dependencies)

  /** What the validation of a reply needs to know of its ticket. */
  async function contextOf(ticket: Ticket, inReplyTo: string | undefined): Promise<ValidationContext> {
    const channel = await channels.get(ticket.channelId)
    if (ticket.kind === 'direct')
      return { ticket, channel, entry: null, chatConversationId: await chatOf(ticket, channel) }
    if (inReplyTo === undefined) return { ticket, channel, entry: await latestEntry(ticket) }
    return { ticket, channel, entry: await tickets.message(ticket.id, inReplyTo) }
  }

  /**
   * The encrypted conversation in which the customer last wrote; null if they last wrote a direct message, or if the channel
   * has never had a key: then a reply goes as a direct message.
   */
  async function chatOf(ticket: Ticket, channel: Channel | null): Promise<string | null> {
    const { state = 'off', keyVersion } = channel?.chat ?? {}
    const hasKey = keyVersion !== undefined || ['readable', 'replaced_on_x', 'refused_by_x'].includes(state)
    if (!hasKey) return null
    return (await latestEntry(ticket))?.chat?.conversationId ?? null
  }

  /** The newest message of the customer that is not deleted; null if there is none. */
  async function latestEntry(ticket: Ticket): Promise<Message | null> {
    let after: string | null = null
    do {
      const request = { limit: MESSAGES_PER_PAGE, after }
      const page: { items: Message[]; next: string | null } = await tickets.messages(ticket, request, 'newest')
      const latest = page.items.find((one) => one.direction === 'inbound' && one.deletedAt === null)
      if (latest) return latest
      after = page.next
    } while (after !== null)
    return null
  }

  /** @throws Problem 404, 409, 422 */
  function create(id: string | undefined, body: ReplyBody, actor: Actor, key: string | undefined): Promise<Message> {
    const unique = randomUUID().slice(-12)
    const author = { id: actor.id, name: actor.name }
    let isRecorded = false
    /** One for all attempts: the answer to the write of an earlier one may have been lost. */
    let messageId: string | undefined
    return retryOnConflict(`ticket ${id}`, async () => {
      const before = id ? await tickets.ticket(id) : null
      if (!before) throw new Problem(404, `there is no ticket ${id}`)
      const at = now()
      const known = key ? await knownUnder(key, before, body, at) : null
      // What another call stored under the key comes first.
      messageId = known?.messageId ?? messageId
      const existing = messageId === undefined ? null : await tickets.message(before.id, messageId)
      if (existing) return existing
      const found = await attachments.find(body.attachmentIds ?? [], messageId)
      const context = await contextOf(before, body.inReplyTo)
      const { chatConversationId } = context
      const { problems, target } = validateReply(draftOf(body, found), context)
      if (!target) {
        log({ event: 'reply_rejected', ticketId: before.id, codes: problems.map(({ code }) => code) })
        throw problemOf(problems)
      }
      messageId ??= replyIdOf(before, at, unique)
      const { media, takes } = await attachments.take(found)
      const written = writeReply(
        before,
        { id: messageId, text: body.text, target, author, media, chatConversationId },
        at,
      )
      const idempotency = key ? (known ?? idempotencyOf(key, body, messageId, at)) : undefined
      const change = { before, after: written.ticket, message: written.reply, follows: null, takes, idempotency }
      if (!isRecorded) {
        const of = { object: before.id, customerId: before.customer.id }
        await trail.record(actor, { kind: 'reply_written', ...of, after: { messageId } })
      }
      isRecorded = true
      return (await tickets.commit(change)) === 'done' ? written.reply : conflict
    })
  }

  /** What is known of an idempotency key; null if it is new. @throws Problem 409 if its reply had another body */
  async function knownUnder(key: string, ticket: Ticket, body: object, at: Date): Promise<Idempotency | null> {
    const known = await replies.idempotency(ticket.id, key, at.toISOString())
    if (known && known.fingerprint !== fingerprintOf(body)) {
      throw new Problem(409, 'Idempotency-Key: another reply of this ticket has this key')
    }
    return known
  }

  /** A failure does not lose the reply: it is stored as due, and `requeue` queues it within a minute. */
  async function queue(reply: Message): Promise<void> {
    try {
      await replyQueue.send([dueMessageOf(reply)], now().toISOString())
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      log({ event: 'reply_not_queued', messageId: reply.id, error: reason })
    }
  }

  return { contextOf, create, queue }
}

export function draftOf({ text, inReplyTo }: Pick<ReplyBody, 'text' | 'inReplyTo'>, found: readonly Found[]): Draft {
  return { text, inReplyTo, attachments: found.map(({ candidate }) => candidate) }
}

/** One Problem for a reply: 409 if the state forbids it, else 422 with every wrong field. */
export function problemOf(problems: readonly SendingProblem[]): Problem {
  const state = problems.find((one) => one.status === 409)
  if (state) return new Problem(409, state.detail)
  return wrongFields(problems.flatMap((one) => (one.status === 422 ? [{ field: one.field, detail: one.detail }] : [])))
}

function idempotencyOf(key: string, body: object, messageId: string, at: Date): Idempotency {
  const until = new Date(at.getTime() + KEY_TTL_MS).toISOString()
  return { key, fingerprint: fingerprintOf(body), messageId, until }
}

function fingerprintOf(body: object): string {
  const fields = Object.entries(body).filter(([, value]) => value !== undefined)
  return createHash('sha256').update(JSON.stringify(fields.sort())).digest('hex')
}
