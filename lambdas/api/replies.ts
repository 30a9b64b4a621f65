import { createHash, randomUUID } from 'node:crypto'
import { message as messageSchema, noQuery, replyBody, retryBody } from '../core/api.ts'
import type { Channel } from '../core/channel.ts'
import type { Clock, Idempotency, Log, ReplyQueue } from '../core/ports.ts'
import { Problem } from '../core/problem.ts'
import { isReply, lengthOf, type Reply, sendAgain, writeReply } from '../core/reply.ts'
import type { Message, Target, Ticket } from '../core/ticket.ts'
import type { Stores } from '../runtime/tables.ts'
import { messageForPeople } from './messages.ts'
import { type Route, route } from './route.ts'

export type ReplyDependencies = Pick<Stores, 'tickets' | 'replies' | 'channels'> & {
  replyQueue: ReplyQueue
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
export function replyRoutes({ tickets, replies, channels, replyQueue, now, log }: ReplyDependencies): Route[] {
  async function ticketOf(id: string | undefined): Promise<Ticket> {
    const ticket = id ? await tickets.ticket(id) : null
    if (!ticket) throw new Problem(404, `there is no ticket ${id}`)
    return ticket
  }

  /** @throws Problem 409 where nothing can be sent */
  async function mayBeAnswered(ticket: Ticket): Promise<void> {
    if (ticket.status === 'closed')
      throw new Problem(409, 'the ticket is closed: open it again, or wait for the customer')
    const channel = await channels.get(ticket.channelId)
    const state = whyNot(channel)
    if (state) throw new Problem(409, state)
  }

  async function targetOf(ticket: Ticket, inReplyTo: string | undefined): Promise<Target> {
    if (ticket.kind === 'direct') {
      if (inReplyTo !== undefined)
        throw wrong('inReplyTo', 'is for mention tickets only: a direct message answers a person')
      return { kind: 'direct_message', recipientId: ticket.customer.id }
    }
    const entry = inReplyTo === undefined ? await latestEntry(ticket) : await messageNamed(ticket, inReplyTo)
    if (!entry.externalId) throw wrong('inReplyTo', 'is not on X yet')
    if (entry.deletedAt) throw wrong('inReplyTo', 'was deleted on X: nothing can stand under it')
    return { kind: 'post', inReplyTo: entry.externalId }
  }

  async function messageNamed(ticket: Ticket, id: string): Promise<Message> {
    const message = await replies.message(ticket.channelId, id)
    if (message?.ticketId !== ticket.id) throw wrong('inReplyTo', 'is no message of this ticket')
    return message
  }

  async function latestEntry(ticket: Ticket): Promise<Message> {
    let latest: Message | null = null
    let after: string | null = null
    do {
      const page: { items: Message[]; next: string | null } = await tickets.messages(ticket.id, { limit: PAGE, after })
      latest = page.items.findLast((one) => one.direction === 'inbound' && one.deletedAt === null) ?? latest
      after = page.next
    } while (after !== null)
    if (!latest) throw new Problem(409, 'there is no entry left to answer')
    return latest
  }

  async function write(
    id: string | undefined,
    body: { text: string; inReplyTo?: string | undefined; attachmentIds?: string[] | undefined },
    author: { id: string; name: string },
    key: string | undefined,
  ): Promise<Message> {
    for (let n = 0; n < TRIES; n++) {
      const before = await ticketOf(id)
      const at = now()
      const known = key ? await earlier(before, key, body, at) : null
      if (known) return known
      await mayBeAnswered(before)
      checkLength(before, body.text)
      const target = await targetOf(before, body.inReplyTo)
      const messageId = `reply-${randomUUID()}`
      const written = writeReply(before, { id: messageId, text: body.text, target, author }, at)
      const idempotency = key ? idempotencyOf(key, body, messageId, at) : undefined
      const change = { before, after: written.ticket, message: written.reply, follows: null, idempotency }
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
      log({ did: 'left_reply_to_the_sweep', messageId, error: error instanceof Error ? error.message : String(error) })
    }
  }

  async function retry(ticketId: string | undefined, messageId: string, force: boolean): Promise<Message> {
    for (let n = 0; n < TRIES; n++) {
      const ticket = await ticketOf(ticketId)
      const reply = await replies.message(ticket.channelId, messageId)
      if (reply?.ticketId !== ticket.id) throw new Problem(404, `there is no message ${messageId} in this ticket`)
      if (!isReply(reply)) throw new Problem(409, 'the message is no reply of an agent')
      mayBeRetried(reply, force)
      await mayBeAnswered(ticket)
      const again = sendAgain(reply, now())
      if (await replies.save(reply, again)) return again
    }
    throw new Problem(503, 'the reply is being changed by others: try again', { headers: { 'retry-after': '1' } })
  }

  return [
    route({
      method: 'POST',
      path: '/api/tickets/{id}/replies',
      summary: 'Answer the customer; `Idempotency-Key` makes a repeated call one reply',
      access: 'agent',
      query: noQuery,
      body: replyBody,
      answer: messageSchema,
      status: 202,
      problems: [404, 409],
      handle: async ({ params, body, caller, headers }) => {
        const key = headers['idempotency-key']
        if (key !== undefined && !KEY_FORM.test(key))
          throw wrong('Idempotency-Key', 'must be 1 to 255 visible characters')
        const [unknown] = body.attachmentIds ?? []
        if (unknown !== undefined) throw wrong('attachmentIds.0', 'there is no such attachment')
        const author = { id: caller?.id ?? '', name: caller?.name ?? '' }
        const reply = await write(params.id, body, author, key)
        if (reply.delivery?.status === 'pending') await queue(reply)
        return messageForPeople(reply)
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
        return messageForPeople(reply)
      },
    }),
  ]
}

function whyNot(channel: Channel | null): string | null {
  if (channel?.status === 'connected') return null
  if (channel?.status === 'needs_reconnection') return 'the channel needs to be connected again by an administrator'
  return 'the channel is disconnected'
}

function mayBeRetried({ delivery: { status } }: Reply, force: boolean): void {
  if (status === 'failed' || (status === 'unknown' && force)) return
  if (status === 'unknown') {
    throw new Problem(409, 'X may have the reply: look there, and send {"force":true} when it is not there')
  }
  throw new Problem(409, `the reply is ${status}: only a failed one is sent again`)
}

/** @throws Problem 422 for what X would refuse */
function checkLength({ kind }: Ticket, text: string): void {
  const { weightedLength, maxLength } = lengthOf(kind, text)
  if (weightedLength > maxLength) {
    throw wrong('text', `counts ${weightedLength} characters on X, which takes ${maxLength} here`)
  }
}

function wrong(field: string, detail: string): Problem {
  return new Problem(422, `${field}: ${detail}`, { errors: [{ field, detail }] })
}

function idempotencyOf(key: string, body: object, messageId: string, at: Date): Idempotency {
  const until = new Date(at.getTime() + KEY_HOLDS).toISOString()
  return { key, fingerprint: fingerprintOf(body), messageId, until }
}

function fingerprintOf(body: object): string {
  const fields = Object.entries(body).filter(([, value]) => value !== undefined)
  return createHash('sha256').update(JSON.stringify(fields.sort())).digest('hex')
}
