/**
 * Called by the console and helpdesks to answer customers. A 202 promises that the reply is stored and will be sent, or
 * that the agent sees why not; the same `Idempotency-Key` again stores no second reply.
 */
import { Problem, wrongFields } from '../../core/api/problem.ts'
import { noQuery, replyBody, replyQuery, resolveBody, retryBody } from '../../core/api/requests.ts'
import type { ApiDryRun } from '../../core/api/schemas.ts'
import type { Actor } from '../../core/audit/entry.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { isReply, type Reply, sendAgain } from '../../core/replies/reply.ts'
import { cancelled, foundByAgent, whyNotResolved } from '../../core/replies/sending.ts'
import { forecast, stateProblems, validateReply } from '../../core/replies/validation.ts'
import type { Message, Ticket } from '../../core/tickets/ticket.ts'
import { recordingOnce } from '../audit-trail.ts'
import { conflict, retryOnConflict } from '../retry-on-conflict.ts'
import {
  createReplyWriting,
  draftOf,
  problemOf,
  type ReplyBody,
  type ReplyWritingDependencies,
} from '../write-reply.ts'
import { createAttachments } from './attachments.ts'
import { toApiMessage } from './messages.ts'
import { Answer, notFound, type Route, route } from './route.ts'

export type ReplyDependencies = ReplyWritingDependencies & Pick<Stores, 'quota'>

const KEY_PATTERN = /^[\x21-\x7e]{1,255}$/

export function replyRoutes(dependencies: ReplyDependencies): Route[] {
  const { tickets, replies, quota, channels, bucket, trail, now } = dependencies
  const attachments = createAttachments(dependencies)
  const { contextOf, create, queue } = createReplyWriting(dependencies)

  async function ticketOf(id: string | undefined): Promise<Ticket> {
    const ticket = id ? await tickets.ticket(id) : null
    if (!ticket) throw notFound('ticket', id)
    return ticket
  }

  async function checkOnly(id: string | undefined, body: ReplyBody): Promise<ApiDryRun> {
    const at = now()
    const ticket = await ticketOf(id)
    const draft = draftOf(body, await attachments.find(body.attachmentIds ?? []))
    const context = await contextOf(ticket, body.inReplyTo)
    const { problems, weightedLength, maxLength } = validateReply(draft, context)
    const quotas = await quota.read(ticket.channelId, ticket.kind === 'direct' ? 'direct_message' : 'post')
    const expected = forecast(draft, context, quotas, at)
    return {
      ok: problems.length === 0,
      problems: problems.map(({ code, detail }) => ({ code, detail })),
      weightedLength,
      maxLength,
      encrypted: Boolean(context.chatConversationId),
      ...expected,
      links: [...expected.links],
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

/** @throws Problem 409 unless the reply failed, or its outcome is unknown and `force` is set */
function checkMayRetry({ delivery: { status } }: Reply, force: boolean): void {
  if (status === 'failed' || (status === 'unknown' && force)) return
  if (status === 'unknown') {
    throw new Problem(409, 'X may have the reply: look on X, and send {"force":true} if it is not there')
  }
  throw new Problem(409, `the reply is ${status}: only a failed reply can be sent again`)
}
