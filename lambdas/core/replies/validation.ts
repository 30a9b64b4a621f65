import type { Channel } from '../channels/channel.ts'
import { type Candidate, mediaProblemCodes, mediaProblems } from '../tickets/attachment.ts'
import type { Message, Target, Ticket, TicketKind } from '../tickets/ticket.ts'
import { prices } from '../x/prices.ts'
import { type Quotas, quotaLeft } from './quota.ts'
import { hasLink, lengthOf, linksIn } from './reply.ts'

/** Why the API refuses a reply, as programs read it. */
export const problemCodes = [
  'ticket_closed',
  'channel_not_connected',
  'text_empty',
  'text_too_long',
  ...mediaProblemCodes,
  'in_reply_to_direct',
  'in_reply_to_unknown',
  'in_reply_to_not_customers',
  'in_reply_to_deleted',
  'nothing_to_answer',
  'chat_key_unusable',
] as const
export type ProblemCode = (typeof problemCodes)[number]

/** A problem of a reply: 409 for the state of the ticket or channel, 422 for a field of the reply. */
export type SendingProblem = { readonly code: ProblemCode; readonly detail: string } & (
  | { readonly status: 409 }
  | { readonly status: 422; readonly field: string }
)

/** A reply before it is stored. */
export type Draft = {
  readonly text: string
  /** The id of the message that it answers; the latest entry if not given. */
  readonly inReplyTo?: string | undefined
  /** The attachments that it names, in order. */
  readonly attachments: readonly Candidate[]
}

/** The stored state that a reply is validated against. */
export type ValidationContext = {
  readonly ticket: Ticket
  readonly channel: Channel | null
  /** On a mention ticket the message that the reply answers; null if there is none. */
  readonly entry: Message | null
  /** X's id of the encrypted conversation in which the customer last wrote; null if they did not write encrypted. */
  readonly chatConversationId?: string | null
}

/** The result of a validation, with lengths as X counts them. `target` is null if there is a problem. */
export type ReplyValidation = {
  readonly problems: readonly SendingProblem[]
  readonly weightedLength: number
  readonly maxLength: number
  readonly target: Target | null
}

/** Validates a reply without asking X. Dry runs and real replies use it. */
export function validateReply(draft: Draft, context: ValidationContext): ReplyValidation {
  const { ticket, channel } = context
  const length = lengthOf(ticket.kind, draft.text)
  const problems = [
    ...stateProblems(ticket, channel),
    ...chatProblems(context),
    ...textProblems(draft, length),
    ...mediaProblems(ticket.kind, draft.attachments).map(({ code, field, detail }) => wrong(code, field, detail)),
    ...placeProblems(draft, context),
  ]
  return { ...length, problems, target: problems.length === 0 ? targetOf(context) : null }
}

/** Problems of the ticket and its channel, which no other reply would solve. */
export function stateProblems(ticket: Ticket, channel: Channel | null): SendingProblem[] {
  const closed = 'the ticket is closed; open it again first'
  const notConnected =
    channel?.status === 'needs_reconnection'
      ? 'an administrator must connect the channel again'
      : 'the channel is disconnected'
  return [
    ...(ticket.status === 'closed' ? [conflict('ticket_closed', closed)] : []),
    ...(channel?.status === 'connected' ? [] : [conflict('channel_not_connected', notConnected)]),
  ]
}

/** Only with a key that X takes can we write into an encrypted conversation. */
function chatProblems({ channel, chatConversationId }: ValidationContext): SendingProblem[] {
  const { state, reason } = channel?.chat ?? {}
  if (!chatConversationId || state === 'readable') return []
  return [
    conflict('chat_key_unusable', `the customer writes encrypted, and we cannot: ${reason ?? 'the key is missing'}`),
  ]
}

function textProblems({ text, attachments }: Draft, { weightedLength, maxLength }: ReturnType<typeof lengthOf>) {
  if (text.trim() === '' && attachments.length === 0) {
    return [wrong('text_empty', 'text', 'must not be empty without an attachment')]
  }
  if (weightedLength <= maxLength) return []
  const detail = `${weightedLength} characters; X allows ${maxLength}`
  return [wrong('text_too_long', 'text', detail)]
}

function placeProblems({ inReplyTo }: Draft, { ticket, entry }: ValidationContext): SendingProblem[] {
  if (ticket.kind === 'direct') {
    const detail = 'is for mention tickets only'
    return inReplyTo === undefined ? [] : [wrong('in_reply_to_direct', 'inReplyTo', detail)]
  }
  if (inReplyTo === undefined)
    return entry ? [] : [conflict('nothing_to_answer', 'the ticket has no entry left to answer')]
  if (!entry) return [wrong('in_reply_to_unknown', 'inReplyTo', 'is not a message of this ticket')]
  if (entry.direction !== 'inbound') {
    return [wrong('in_reply_to_not_customers', 'inReplyTo', 'is not an entry of a customer')]
  }
  if (entry.deletedAt !== null) {
    return [wrong('in_reply_to_deleted', 'inReplyTo', 'was deleted on X, so X takes no reply to it')]
  }
  return []
}

function targetOf({ ticket, entry }: ValidationContext): Target | null {
  if (ticket.kind === 'direct') return { kind: 'direct_message', recipientId: ticket.customer.id }
  return entry?.externalId ? { kind: 'post', inReplyTo: entry.externalId } : null
}

/** What to expect of X for a reply. */
export type Forecast = {
  /** True if X's rule for replies allows it; null if unknown. */
  readonly replyAllowed: boolean | null
  readonly quota: ReturnType<typeof quotaLeft>
  readonly price: Price
  /** What makes a public reply dear, in UTF-16 units of its text; nothing in a direct message. */
  readonly links: readonly { readonly start: number; readonly end: number }[]
}

/** X's price of a reply in US dollars, and why. */
export type Price = { readonly usd: number; readonly because: string }

/** What a dry run tells besides problems. It refuses nothing: the reply may wait, cost more, or be refused by X. */
export function forecast({ text }: Draft, { ticket, entry }: ValidationContext, quotas: Quotas, now: Date): Forecast {
  const replyAllowed = ticket.kind === 'direct' ? true : (entry?.mentionsAccount ?? null)
  const kind = ticket.kind === 'direct' ? 'direct_message' : 'post'
  const price = priceOf(ticket.kind, text, replyAllowed)
  const links = ticket.kind === 'direct' ? [] : linksIn(text)
  return { replyAllowed, quota: quotaLeft(kind, quotas, now), price, links }
}

function priceOf(kind: TicketKind, text: string, mentioned: boolean | null): Price {
  if (kind === 'direct') return { usd: prices.sentDirectMessage, because: 'it is a direct message' }
  if (hasLink(text)) {
    const priceWithoutLink = mentioned ? prices.sentReplyToMention : prices.sentPost
    return {
      usd: prices.sentPostWithLink,
      because: `it is a public post with a link; without the link it costs $${priceWithoutLink.toFixed(3)}`,
    }
  }
  if (mentioned) {
    return { usd: prices.sentReplyToMention, because: 'it is a public reply to somebody who mentioned the account' }
  }
  return { usd: prices.sentPost, because: 'it is a public post, and we do not know whether it answers a mention' }
}

function conflict(code: ProblemCode, detail: string): SendingProblem {
  return { code, detail, status: 409 }
}

function wrong(code: ProblemCode, field: string, detail: string): SendingProblem {
  return { code, detail, status: 422, field }
}
