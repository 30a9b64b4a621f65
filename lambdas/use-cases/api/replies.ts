/**
 * Called by the console and helpdesks to answer customers. A 202 promises that the reply is stored and will be sent, or
 * that the agent sees why not; the same `Idempotency-Key` again stores no second reply.
 */
import { createHash, randomUUID } from 'node:crypto'
import { Problem, wrongFields } from '../../core/api/problem.ts'
import { noQuery, replyBody, replyQuery, resolveBody, retryBody } from '../../core/api/requests.ts'
import type { ApiDryRun } from '../../core/api/schemas.ts'
import type { Actor } from '../../core/audit/entry.ts'
import type { Channel } from '../../core/channels/channel.ts'
import type { AuditTrail } from '../../core/ports/audit.ts'
import type { Bucket } from '../../core/ports/media.ts'
import type { Clock, Log } from '../../core/ports/platform.ts'
import type { DueQueue } from '../../core/ports/queues.ts'
import type { Stores } from '../../core/ports/stores.ts'
import type { Idempotency } from '../../core/ports/tickets.ts'
import { isReply, type Reply, replyIdOf, sendAgain, writeReply } from '../../core/replies/reply.ts'
import { cancelled, foundByAgent, whyNotResolved } from '../../core/replies/sending.ts'
import {
  type Draft,
  forecast,
  type SendingProblem,
  stateProblems,
  type ValidationContext,
  validateReply,
} from '../../core/replies/validation.ts'
import type { Message, Ticket } from '../../core/tickets/ticket.ts'
import { recordingOnce } from '../audit-trail.ts'
import { dueMessageOf } from '../due-message.ts'
import { conflict, retryOnConflict } from '../retry-on-conflict.ts'
import { createAttachments, type Found } from './attachments.ts'
import { toApiMessage } from './messages.ts'
import { Answer, notFound, type Route, route } from './route.ts'

export type ReplyDependencies = Pick<Stores, 'tickets' | 'replies' | 'quota' | 'channels' | 'uploads'> & {
  bucket: Bucket
  replyQueue: DueQueue
  trail: AuditTrail
  now: Clock
  log: Log
}

/** The design keeps an idempotency key for 24 hours per ticket. */
const KEY_TTL_MS = 24 * 3600 * 1000
const KEY_PATTERN = /^[\x21-\x7e]{1,255}$/

const MESSAGES_PER_PAGE = 10

export function replyRoutes(dependencies: ReplyDependencies): Route[] {
  const { tickets, replies, quota, channels, bucket, replyQueue, trail, now, log } = dependencies
  const attachments = createAttachments(dependencies)

  async function ticketOf(id: string | undefined): Promise<Ticket> {
    const ticket = id ? await tickets.ticket(id) : null
    if (!ticket) throw notFound('ticket', id)
    return ticket
  }

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

  async function checkOnly(id: string | undefined, body: Body): Promise<ApiDryRun> {
    const at = now()
    const ticket = await ticketOf(id)
    const draft = draftOf(body, await attachments.find(body.attachmentIds ?? []))
    const context = await contextOf(ticket, body.inReplyTo)
    const { problems, weightedLength, maxLength } = validateReply(draft, context)
    const quotas = await quota.read(ticket.channelId, ticket.kind === 'direct' ? 'direct_message' : 'post')
    return {
      ok: problems.length === 0,
      problems: problems.map(({ code, detail }) => ({ code, detail })),
      weightedLength,
      maxLength,
      encrypted: Boolean(context.chatConversationId),
      ...forecast(draft, context, quotas, at),
    }
  }

  function create(id: string | undefined, body: Body, actor: Actor, key: string | undefined): Promise<Message> {
    const unique = randomUUID().slice(-12)
    const author = { id: actor.id, name: actor.name }
    let isRecorded = false
    /** One for all attempts: the answer to the write of an earlier one may have been lost. */
    let messageId: string | undefined
    return retryOnConflict(`ticket ${id}`, async () => {
      const before = await ticketOf(id)
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

  /** @throws Problem 404, and 409 if it is no reply of an agent */
  async function replyOf(ticket: Ticket, messageId: string): Promise<Reply> {
    const reply = await tickets.message(ticket.id, messageId)
    if (!reply) throw notFound('message', messageId)
    if (!isReply(reply)) throw new Problem(409, 'only a reply of an agent can be sent again or given up')
    return reply
  }

  function resolve(
    ticketId: string | undefined,
    messageId: string,
    { as, actor }: { as: 'sent' | 'cancelled'; actor: Actor },
  ): Promise<Message> {
    const record = recordingOnce(trail, actor)
    return retryOnConflict(`reply ${messageId}`, async () => {
      const ticket = await ticketOf(ticketId)
      const reply = await replyOf(ticket, messageId)
      if (reply.delivery.status === as) return reply
      const why = whyNotResolved(reply, as, now())
      if (why) throw new Problem(409, why)
      const of = { object: ticket.id, customerId: ticket.customer.id }
      await record({ kind: 'reply_resolved', ...of, after: { messageId, as } })
      const resolved = as === 'sent' ? foundByAgent(reply) : cancelled(reply)
      return (await replies.save(reply, resolved)) ? resolved : conflict
    })
  }

  function retry(ticketId: string | undefined, messageId: string, force: boolean, actor: Actor): Promise<Message> {
    let isRecorded = false
    return retryOnConflict(`reply ${messageId}`, async () => {
      const ticket = await ticketOf(ticketId)
      const reply = await replyOf(ticket, messageId)
      checkMayRetry(reply, force)
      const problems = stateProblems(ticket, await channels.get(ticket.channelId))
      if (problems.length > 0) throw problemOf(problems)
      const again = sendAgain(reply, now())
      const { status } = reply.delivery
      if (!isRecorded) {
        await trail.record(actor, {
          kind: 'reply_retried',
          object: ticket.id,
          customerId: ticket.customer.id,
          before: { messageId, status },
          after: { messageId, status: again.delivery.status },
        })
      }
      isRecorded = true
      return (await replies.save(reply, again)) ? again : conflict
    })
  }

  return [
    route({
      method: 'POST',
      path: '/api/tickets/{id}/replies',
      operation: 'reply',
      summary: 'Answer the customer; calls with the same `Idempotency-Key` send one reply; `dryRun` only checks',
      access: 'agent',
      query: replyQuery,
      body: replyBody,
      answer: 'message',
      status: 202,
      takesIdempotencyKey: true,
      also: { status: 200, description: 'The result of a dry run', answer: 'dryRun' },
      problems: [404, 409],
      handle: async ({ params, query, body, actor, headers }) => {
        if (query.dryRun === 'true') return new Answer(await checkOnly(params.id, body), { status: 200 })
        const key = headers['idempotency-key']
        if (key !== undefined && !KEY_PATTERN.test(key))
          throw wrongFields([{ field: 'Idempotency-Key', detail: 'must be 1 to 255 visible characters' }])
        const reply = await create(params.id, body, actor, key)
        if (reply.delivery?.status === 'pending') await queue(reply)
        return toApiMessage(reply, bucket)
      },
    }),
    route({
      method: 'POST',
      path: '/api/tickets/{id}/messages/{messageId}/retry',
      operation: 'retryReply',
      summary: 'Send a failed reply again; with `force` also one whose outcome is unknown',
      access: 'agent',
      query: noQuery,
      body: retryBody,
      answer: 'message',
      status: 202,
      problems: [404, 409],
      handle: async ({ params, body, actor }) => {
        const reply = await retry(params.id, params.messageId ?? '', body?.force === true, actor)
        await queue(reply)
        return toApiMessage(reply, bucket)
      },
    }),
    route({
      method: 'POST',
      path: '/api/tickets/{id}/messages/{messageId}/resolve',
      operation: 'resolveReply',
      summary: 'Give up a reply that failed, waits or is in doubt; or say that one in doubt is on X',
      access: 'agent',
      query: noQuery,
      body: resolveBody,
      answer: 'message',
      problems: [404, 409],
      handle: async ({ params, body: { as }, actor }) =>
        toApiMessage(await resolve(params.id, params.messageId ?? '', { as, actor }), bucket),
    }),
  ]
}

type Body = { text: string; inReplyTo?: string | undefined; attachmentIds?: string[] | undefined }

function draftOf({ text, inReplyTo }: Body, found: readonly Found[]): Draft {
  return { text, inReplyTo, attachments: found.map(({ candidate }) => candidate) }
}

/** One Problem for a reply: 409 if the state forbids it, else 422 with every wrong field. */
function problemOf(problems: readonly SendingProblem[]): Problem {
  const state = problems.find((one) => one.status === 409)
  if (state) return new Problem(409, state.detail)
  return wrongFields(problems.flatMap((one) => (one.status === 422 ? [{ field: one.field, detail: one.detail }] : [])))
}

/** @throws Problem 409 unless the reply failed, or its outcome is unknown and `force` is set */
function checkMayRetry({ delivery: { status } }: Reply, force: boolean): void {
  if (status === 'failed' || (status === 'unknown' && force)) return
  if (status === 'unknown') {
    throw new Problem(409, 'X may have the reply: look on X, and send {"force":true} if it is not there')
  }
  throw new Problem(409, `the reply is ${status}: only a failed reply can be sent again`)
}

function idempotencyOf(key: string, body: object, messageId: string, at: Date): Idempotency {
  const until = new Date(at.getTime() + KEY_TTL_MS).toISOString()
  return { key, fingerprint: fingerprintOf(body), messageId, until }
}

function fingerprintOf(body: object): string {
  const fields = Object.entries(body).filter(([, value]) => value !== undefined)
  return createHash('sha256').update(JSON.stringify(fields.sort())).digest('hex')
}
