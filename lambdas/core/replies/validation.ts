import twitterText from 'twitter-text'
import type { Channel } from '../channels/channel.ts'
import { type Candidate, mediaProblemCodes, mediaProblems } from '../tickets/attachment.ts'
import type { Message, Target, Ticket, TicketKind } from '../tickets/ticket.ts'
import { type Quota, quotaLeft } from './quota.ts'
import { lengthOf } from './reply.ts'

/** Why a reply is not taken, as programs read it. */
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
] as const
export type ProblemCode = (typeof problemCodes)[number]

/** What keeps a reply from being sent: 409 for the state of things, 422 for a field of the reply. */
export type SendingProblem = { readonly code: ProblemCode; readonly detail: string } & (
  | { readonly status: 409 }
  | { readonly status: 422; readonly field: string }
)

/** A reply as it is meant. */
export type Draft = {
  readonly text: string
  /** The id of the message that it is to stand under; the latest entry when not given. */
  readonly inReplyTo?: string | undefined
  /** What is known of each attachment that it names, in order. */
  readonly attachments: readonly Candidate[]
}

/** What a reply meets. */
export type ValidationContext = {
  readonly ticket: Ticket
  readonly channel: Channel | null
  /** On a mention ticket the message of it that is named, or the latest entry; null where there is none. */
  readonly entry: Message | null
}

/** What is found out about a reply before it is stored. `target` is null while there is a problem. */
export type Judgement = {
  readonly problems: readonly SendingProblem[]
  readonly weightedLength: number
  readonly maxLength: number
  readonly target: Target | null
}

/** Everything that would keep a reply from being sent, as far as it can be known without X: of a dry run and of the reply itself. */
export function validateReply(draft: Draft, meeting: ValidationContext): Judgement {
  const { ticket, channel } = meeting
  const length = lengthOf(ticket.kind, draft.text)
  const problems = [
    ...stateProblems(ticket, channel),
    ...textProblems(draft, length),
    ...mediaProblems(ticket.kind, draft.attachments).map(({ code, field, detail }) => wrong(code, field, detail)),
    ...placeProblems(draft, meeting),
  ]
  return { ...length, problems, target: problems.length === 0 ? targetOf(meeting) : null }
}

/** What keeps every reply of a ticket from being sent. */
export function stateProblems(ticket: Ticket, channel: Channel | null): SendingProblem[] {
  const closed = 'the ticket is closed: open it again, or wait for the customer'
  const lost =
    channel?.status === 'needs_reconnection'
      ? 'the channel needs to be connected again by an administrator'
      : 'the channel is disconnected'
  return [
    ...(ticket.status === 'closed' ? [conflict('ticket_closed', closed)] : []),
    ...(channel?.status === 'connected' ? [] : [conflict('channel_not_connected', lost)]),
  ]
}

function textProblems({ text, attachments }: Draft, { weightedLength, maxLength }: ReturnType<typeof lengthOf>) {
  if (text.trim() === '' && attachments.length === 0) {
    return [wrong('text_empty', 'text', 'must not be empty without an attachment')]
  }
  if (weightedLength <= maxLength) return []
  const detail = `counts ${weightedLength} characters on X, which takes ${maxLength} here`
  return [wrong('text_too_long', 'text', detail)]
}

function placeProblems({ inReplyTo }: Draft, { ticket, entry }: ValidationContext): SendingProblem[] {
  if (ticket.kind === 'direct') {
    const detail = 'is for mention tickets only: a direct message answers a person'
    return inReplyTo === undefined ? [] : [wrong('in_reply_to_direct', 'inReplyTo', detail)]
  }
  if (inReplyTo === undefined) return entry ? [] : [conflict('nothing_to_answer', 'there is no entry left to answer')]
  if (!entry) return [wrong('in_reply_to_unknown', 'inReplyTo', 'is no message of this ticket')]
  if (entry.direction !== 'inbound') {
    return [wrong('in_reply_to_not_customers', 'inReplyTo', 'is no entry of a customer')]
  }
  if (entry.deletedAt !== null) {
    return [wrong('in_reply_to_deleted', 'inReplyTo', 'was deleted on X: nothing can stand under it')]
  }
  return []
}

function targetOf({ ticket, entry }: ValidationContext): Target | null {
  if (ticket.kind === 'direct') return { kind: 'direct_message', recipientId: ticket.customer.id }
  return entry?.externalId ? { kind: 'post', inReplyTo: entry.externalId } : null
}

/** What sending would meet at X. */
export type Forecast = {
  /** Whether X's rule for replies allows it; null when that is not known. */
  readonly replyAllowed: boolean | null
  readonly quota: ReturnType<typeof quotaLeft>
  readonly price: Price
}

/** What X will take for a reply, in US dollars, and why. */
export type Price = { readonly usd: number; readonly because: string }

/** What a dry run tells beside the problems. None of it keeps a reply back: it may wait, be dear, or be refused by X. */
export function forecast(
  { text }: Draft,
  { ticket, entry }: ValidationContext,
  quota: Quota | null,
  now: Date,
): Forecast {
  const replyAllowed = ticket.kind === 'direct' ? true : (entry?.mentionsAccount ?? null)
  const kind = ticket.kind === 'direct' ? 'direct_message' : 'post'
  return { replyAllowed, quota: quotaLeft(kind, quota, now), price: priceOf(ticket.kind, text, replyAllowed) }
}

/** X's prices of the calls that send, in US dollars. Source: X's docs, "Pricing" (pay per use). */
export const prices = { directMessage: 0.015, post: 0.015, replyToMention: 0.01, postWithLink: 0.2 } as const

function priceOf(kind: TicketKind, text: string, mentioned: boolean | null): Price {
  if (kind === 'direct') return { usd: prices.directMessage, because: 'it is a direct message' }
  if (twitterText.extractUrls(text).length > 0) {
    const without = mentioned ? prices.replyToMention : prices.post
    return {
      usd: prices.postWithLink,
      because: `it is a public post with a link, which makes it dearer: without the link it costs $${without.toFixed(3)}`,
    }
  }
  if (mentioned) {
    return { usd: prices.replyToMention, because: 'it is a public reply to somebody who mentioned the account' }
  }
  return { usd: prices.post, because: 'it is a public post, and it is not known that it answers a mention' }
}

function conflict(code: ProblemCode, detail: string): SendingProblem {
  return { code, detail, status: 409 }
}

function wrong(code: ProblemCode, field: string, detail: string): SendingProblem {
  return { code, detail, status: 422, field }
}
