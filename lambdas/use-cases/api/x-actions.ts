/** Called by agents to do something on X besides answering: hide, delete, mute, block. X decides; we note and count it. */
import { randomUUID } from 'node:crypto'
import { Problem } from '../../core/api/problem.ts'
import { replyQuery, xActionBody } from '../../core/api/requests.ts'
import type { ApiXActionResult } from '../../core/api/schemas.ts'
import type { Actor } from '../../core/audit/entry.ts'
import { isBudgetUsedUp } from '../../core/channels/budget.ts'
import type { Channel } from '../../core/channels/channel.ts'
import type { AuditTrail } from '../../core/ports/audit.ts'
import type { Bucket } from '../../core/ports/media.ts'
import type { Clock, Encryption } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { type AccountTokens, XError, type XModeration } from '../../core/ports/x.ts'
import type { Message, Ticket } from '../../core/tickets/ticket.ts'
import { paidNames, whyNotDone, type XAction } from '../../core/tickets/x-action.ts'
import { priceOf } from '../../core/x/prices.ts'
import { tokensOf } from '../account-tokens.ts'
import { toApiMessage } from './messages.ts'
import { notFound, type Route, route } from './route.ts'

export type XActionDependencies = Pick<Stores, 'tickets' | 'channels' | 'xActions'> & {
  moderation: XModeration
  encryption: Pick<Encryption, 'decrypt'>
  bucket: Bucket
  trail: AuditTrail
  now: Clock
}

type Wanted = { readonly action: XAction; readonly messageId?: string | undefined }

export function xActionRoutes(dependencies: XActionDependencies): Route[] {
  const { tickets, channels, xActions, moderation, encryption, bucket, trail, now } = dependencies

  /** @throws Problem 404 */
  async function find(ticketId: string | undefined, { messageId }: Wanted) {
    const ticket = ticketId === undefined ? null : await tickets.ticket(ticketId)
    if (!ticket) throw notFound('ticket', ticketId)
    const message = messageId === undefined ? null : await tickets.message(ticket.id, messageId)
    if (messageId !== undefined && !message) throw notFound('message', messageId)
    return { ticket, message, channel: await channels.get(ticket.channelId) }
  }

  function whyNot(action: XAction, message: Message | null, channel: Channel | null): string | null {
    if (channel?.status !== 'connected') return 'the channel is not connected: connect it again first'
    if (isBudgetUsedUp(channel, now())) return "today's budget of the channel is used up"
    return message && whyNotDone(action, message)
  }

  async function act(actor: Actor, ticketId: string | undefined, wanted: Wanted): Promise<Message | null> {
    const { action } = wanted
    const { ticket, message, channel } = await find(ticketId, wanted)
    const because = whyNot(action, message, channel)
    const tokens = because ? null : await tokensOf({ channels, encryption }, ticket.channelId)
    if (!channel || !tokens) throw new Problem(409, because ?? 'the channel has no access to X: connect it again first')
    const of = { object: ticket.id, customerId: ticket.customer.id }
    await trail.record(actor, { kind: 'x_action', ...of, after: { action, messageId: message?.id ?? null } })
    const at = now().toISOString()
    // Before X is asked: an answer that is lost may have cost as well.
    await xActions.count(channel.id, paidNames[action], at, randomUUID())
    await askX(() => perform(action, tokens, { channel, ticket, message }))
    return message && note(action, message, at)
  }

  function perform(
    action: XAction,
    tokens: AccountTokens,
    { channel, ticket, message }: { channel: Channel; ticket: Ticket; message: Message | null },
  ): Promise<void> {
    const { id: personId } = ticket.customer
    const postId = message?.externalId ?? ''
    switch (action) {
      case 'hide_answer':
      case 'show_answer':
        return moderation.setHidden(tokens, postId, action === 'hide_answer')
      case 'delete_reply':
        return moderation.deletePost(tokens, postId)
      case 'mute':
      case 'unmute':
        return moderation.setMuted(tokens, channel.twitterUserId, personId, action === 'mute')
      case 'block_direct_messages':
      case 'unblock_direct_messages':
        return moderation.setDirectMessagesBlocked(tokens, personId, action === 'block_direct_messages')
    }
  }

  /** Stores what X has done to a message, and returns the message as it is then. */
  async function note(action: XAction, message: Message, at: string): Promise<Message> {
    if (action === 'delete_reply') {
      await tickets.markDeleted(message.channelId, String(message.externalId), at)
      return { ...message, deletedAt: at }
    }
    const hiddenAt = action === 'hide_answer' ? at : null
    await xActions.noteHidden(message, hiddenAt)
    return { ...message, hiddenAt }
  }

  return [
    route({
      method: 'POST',
      path: '/api/tickets/{id}/x-actions',
      operation: 'actOnX',
      summary:
        "Hide or show a customer's answer on X, delete an own public reply, mute the customer or block their direct messages; `dryRun` only tells the price",
      access: 'agent',
      query: replyQuery,
      body: xActionBody,
      answer: 'xActionResult',
      problems: [404, 409, 502],
      handle: async ({ params, query, body, actor }): Promise<ApiXActionResult> => {
        const priceUsd = priceOf(paidNames[body.action])
        if (query.dryRun === 'true') {
          const { message, channel } = await find(params.id, body)
          const because = whyNot(body.action, message, channel)
          return { priceUsd, because, message: message && (await toApiMessage(message, bucket)) }
        }
        const message = await act(actor, params.id, body)
        return { priceUsd, because: null, message: message && (await toApiMessage(message, bucket)) }
      },
    }),
  ]
}

/** @throws Problem 409 with X's words if X refuses, 502 if it cannot be told what X has done */
export async function askX<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof XError)) throw error
    const { status, detail } = error
    if (status === 401) throw new Problem(409, 'X does not accept our access: connect the channel again')
    if (status === 429) throw new Problem(502, 'X limits our calls: try again in 15 minutes')
    if (status === null || status >= 500 || status < 300) {
      throw new Problem(502, 'X did not say whether it was done: look on X, or try again; doing it twice does no harm')
    }
    throw new Problem(409, `X refused it (${status}): ${detail}`)
  }
}
