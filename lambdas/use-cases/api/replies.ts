import { createHash, randomUUID } from 'node:crypto'
import { Problem, wrongFields } from '../../core/api/problem.ts'
import {
  type ApiDryRun,
  dryRun,
  message as messageSchema,
  noQuery,
  replyBody,
  replyQuery,
  retryBody,
} from '../../core/api/schemas.ts'
import type { Bucket } from '../../core/ports/media.ts'
import type { Clock, Log } from '../../core/ports/platform.ts'
import type { DueQueue } from '../../core/ports/queues.ts'
import type { Stores } from '../../core/ports/stores.ts'
import type { Idempotency } from '../../core/ports/tickets.ts'
import { isReply, type Reply, sendAgain, writeReply } from '../../core/replies/reply.ts'
import {
  type Draft,
  forecast,
  type SendingProblem,
  stateProblems,
  type ValidationContext,
  validateReply,
} from '../../core/replies/validation.ts'
import type { Message, Ticket } from '../../core/tickets/ticket.ts'
import { createAttachments, type Found } from './attachments.ts'
import { messageForPeople } from './messages.ts'
import { Answer, type Route, route } from './route.ts'

export type ReplyDependencies = Pick<Stores, 'tickets' | 'replies' | 'channels' | 'uploads'> & {
  bucket: Bucket
  replyQueue: DueQueue
  now: Clock
  log: Log
}

/** Design: the key holds per ticket for 24 hours. Milliseconds. */
const KEY_HOLDS = 24 * 3600 * 1000
const KEY_FORM = /^[\x21-\x7e]{1,255}$/

/** Messages read at once while looking for the latest entry. */
const PAGE = 100

/** Writing again after somebody else's change in between; more than this many times is no coincidence. */
const TRIES = 10

/** Answering customers. */
export function replyRoutes(dependencies: ReplyDependencies): Route[] {
  const { tickets, replies, channels, bucket, replyQueue, now, log } = dependencies
  const attachments = createAttachments(dependencies)

  async function ticketOf(id: string | undefined): Promise<Ticket> {
    const ticket = id ? await tickets.ticket(id) : null
    if (!ticket) throw new Problem(404, `there is no ticket ${id}`)
    return ticket
  }

  /** What a reply meets in its ticket. */
  async function meetingOf(ticket: Ticket, inReplyTo: string | undefined): Promise<ValidationContext> {
    const channel = await channels.get(ticket.channelId)
    if (ticket.kind === 'direct') return { ticket, channel, entry: null }
    if (inReplyTo === undefined) return { ticket, channel, entry: await latestEntry(ticket) }
    const named = await replies.message(ticket.channelId, inReplyTo)
    return { ticket, channel, entry: named?.ticketId === ticket.id ? named : null }
  }

  /** Null when none is left: what is deleted cannot be answered. */
  async function latestEntry(ticket: Ticket): Promise<Message | null> {
    let latest: Message | null = null
    let after: string | null = null
    do {
      const page: { items: Message[]; next: string | null } = await tickets.messages(ticket.id, { limit: PAGE, after })
      latest = page.items.findLast((one) => one.direction === 'inbound' && one.deletedAt === null) ?? latest
      after = page.next
    } while (after !== null)
    return latest
  }

  async function check(id: string | undefined, body: Body): Promise<ApiDryRun> {
    const at = now()
    const ticket = await ticketOf(id)
    const draft = draftOf(body, await attachments.find(body.attachmentIds ?? []))
    const meeting = await meetingOf(ticket, body.inReplyTo)
    const { problems, weightedLength, maxLength } = validateReply(draft, meeting)
    const quota = await replies.quota(ticket.channelId, ticket.kind === 'direct' ? 'direct_message' : 'post')
    return {
      ok: problems.length === 0,
      problems: problems.map(({ code, detail }) => ({ code, detail })),
      weightedLength,
      maxLength,
      ...forecast(draft, meeting, quota, at),
    }
  }

  async function write(
    id: string | undefined,
    body: Body,
    author: { id: string; name: string },
    key: string | undefined,
  ): Promise<Message> {
    for (let n = 0; n < TRIES; n++) {
      const before = await ticketOf(id)
      const at = now()
      const known = key ? await earlier(before, key, body, at) : null
      if (known) return known
      const found = await attachments.find(body.attachmentIds ?? [])
      const { problems, target } = validateReply(draftOf(body, found), await meetingOf(before, body.inReplyTo))
      if (!target) {
        log({ event: 'reply_rejected', ticketId: before.id, codes: problems.map(({ code }) => code) })
        throw problemOf(problems)
      }
      const messageId = `reply-${randomUUID()}`
      const { media, takes } = await attachments.keep(found)
      const written = writeReply(before, { id: messageId, text: body.text, target, author, media }, at)
      const idempotency = key ? idempotencyOf(key, body, messageId, at) : undefined
      const change = { before, after: written.ticket, message: written.reply, follows: null, takes, idempotency }
      if ((await tickets.commit(change)) === 'done') return written.reply
    }
    throw new Problem(503, 'the ticket is being changed by others: try again', { headers: { 'retry-after': '1' } })
  }

  /** What was written under the key before. @throws Problem 409 when it was something else */
  async function earlier(ticket: Ticket, key: string, body: object, at: Date): Promise<Message | null> {
    const known = await replies.idempotency(ticket.id, key, at.toISOString())
    if (!known) return null
    if (known.fingerprint !== fingerprintOf(body)) {
      throw new Problem(409, 'Idempotency-Key: was used on this ticket for another reply')
    }
    return replies.message(ticket.channelId, known.messageId)
  }

  /** A reply that cannot be queued now is not lost: it is stored as due, and the sweep brings it. */
  async function queue(reply: Message): Promise<void> {
    const { id: messageId, ticketId, channelId, position } = reply
    try {
      await replyQueue.send([{ messageId, ticketId, channelId, position }], now().toISOString())
    } catch (error) {
      log({
        event: 'reply_not_queued',
        messageId,
        error: error instanceof Error ? error.message : String(error),
      })
    }
  }

  async function retry(ticketId: string | undefined, messageId: string, force: boolean): Promise<Message> {
    for (let n = 0; n < TRIES; n++) {
      const ticket = await ticketOf(ticketId)
      const reply = await replies.message(ticket.channelId, messageId)
      if (reply?.ticketId !== ticket.id) throw new Problem(404, `there is no message ${messageId} in this ticket`)
      if (!isReply(reply)) throw new Problem(409, 'the message is no reply of an agent')
      mayBeRetried(reply, force)
      const problems = stateProblems(ticket, await channels.get(ticket.channelId))
      if (problems.length > 0) throw problemOf(problems)
      const again = sendAgain(reply, now())
      if (await replies.save(reply, again)) return again
    }
    throw new Problem(503, 'the reply is being changed by others: try again', { headers: { 'retry-after': '1' } })
  }

  return [
    route({
      method: 'POST',
      path: '/api/tickets/{id}/replies',
      summary: 'Answer the customer; `Idempotency-Key` makes a repeated call one reply, `dryRun` only checks',
      access: 'agent',
      query: replyQuery,
      body: replyBody,
      answer: messageSchema,
      status: 202,
      also: { status: 200, description: 'What a dry run found out', answer: dryRun },
      problems: [404, 409],
      handle: async ({ params, query, body, caller, headers }) => {
        if (query.dryRun === 'true') return new Answer(await check(params.id, body), { status: 200 })
        const key = headers['idempotency-key']
        if (key !== undefined && !KEY_FORM.test(key))
          throw wrongFields([{ field: 'Idempotency-Key', detail: 'must be 1 to 255 visible characters' }])
        const author = { id: caller?.id ?? '', name: caller?.name ?? '' }
        const reply = await write(params.id, body, author, key)
        if (reply.delivery?.status === 'pending') await queue(reply)
        return messageForPeople(reply, bucket)
      },
    }),
    route({
      method: 'POST',
      path: '/api/tickets/{id}/messages/{messageId}/retry',
      summary: 'Send a failed reply again; one whose outcome is unknown with `force`',
      access: 'agent',
      query: noQuery,
      body: retryBody.optional(),
      answer: messageSchema,
      status: 202,
      problems: [404, 409],
      handle: async ({ params, body }) => {
        const reply = await retry(params.id, params.messageId ?? '', body?.force === true)
        await queue(reply)
        return messageForPeople(reply, bucket)
      },
    }),
  ]
}

type Body = { text: string; inReplyTo?: string | undefined; attachmentIds?: string[] | undefined }

/** A reply as it is meant. */
function draftOf({ text, inReplyTo }: Body, found: readonly Found[]): Draft {
  return { text, inReplyTo, attachments: found.map(({ candidate }) => candidate) }
}

/** The answer to a reply with problems: the state of things first, else every field at fault. */
function problemOf(problems: readonly SendingProblem[]): Problem {
  const state = problems.find((one) => one.status === 409)
  if (state) return new Problem(409, state.detail)
  return wrongFields(problems.flatMap((one) => (one.status === 422 ? [{ field: one.field, detail: one.detail }] : [])))
}

function mayBeRetried({ delivery: { status } }: Reply, force: boolean): void {
  if (status === 'failed' || (status === 'unknown' && force)) return
  if (status === 'unknown') {
    throw new Problem(409, 'X may have the reply: look there, and send {"force":true} when it is not there')
  }
  throw new Problem(409, `the reply is ${status}: only a failed one is sent again`)
}

function idempotencyOf(key: string, body: object, messageId: string, at: Date): Idempotency {
  const until = new Date(at.getTime() + KEY_HOLDS).toISOString()
  return { key, fingerprint: fingerprintOf(body), messageId, until }
}

function fingerprintOf(body: object): string {
  const fields = Object.entries(body).filter(([, value]) => value !== undefined)
  return createHash('sha256').update(JSON.stringify(fields.sort())).digest('hex')
}
