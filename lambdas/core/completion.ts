import type { Person, QuotedPost } from './activity.ts'
import { firstTryOf } from './attachment.ts'
import { type AccountTokens, type ChannelStore, type TicketStore, type Vault, type X, XError } from './ports.ts'
import { type Message, type Missing, type ParentPost, subjectOf, type Ticket } from './ticket.ts'
import { earlierOf } from './time.ts'
import { tokensOf } from './tokens.ts'

export type CompletionDependencies = {
  x: Pick<X, 'post' | 'user'>
  vault: Pick<Vault, 'open'>
  channels: Pick<ChannelStore, 'sealedTokens'>
  tickets: Pick<TicketStore, 'ticket' | 'commit'>
}

/** What came of it: nothing was missing (any more), X was asked, or it may not be asked and the message stays as it is. */
export type Completion = { readonly outcome: 'complete' | 'completed' | 'left'; readonly because: string }

/** What X was asked for; null where it does not show it, undefined where it was not asked. */
type Fetched = { readonly parent?: QuotedPost | null; readonly author?: Person | null }

/** Writing again after somebody else's change in between; more than this many times is no coincidence. */
const TRIES = 10

/** Time after which a message that was stored but never looked at is brought back, milliseconds. */
const LEFT_BEHIND_AFTER = 60_000

/** X is asked for so long while it does not answer; then the message stays as it is. Milliseconds. */
const ASKED_FOR = 24 * 3600_000

/** When a customer's message is to be looked at again, ISO time: for its media, or for what X left out; null for never. */
export function dueTimeOf({
  media,
  missing,
  receivedAt,
}: Pick<Message, 'media' | 'missing' | 'receivedAt'>): string | null {
  const asks = missing.length > 0 ? new Date(Date.parse(receivedAt) + LEFT_BEHIND_AFTER).toISOString() : null
  const tries = firstTryOf(media)
  if (asks === null || tries === null) return asks ?? tries
  return earlierOf(asks, tries)
}

/** Answers after which asking again would come to the same: no access, no permission, no credits. */
const LASTING = [401, 402, 403]

/**
 * Asks X once for what it left out of a message: the post that it answers, the name of its author. However often it is
 * called, X is asked again only while nothing is stored of its answer.
 * @throws XError for what may pass: too many calls, an ill X, no answer
 */
export async function completeMessage(
  message: Message,
  { x, vault, channels, tickets }: CompletionDependencies,
  now: Date,
): Promise<Completion> {
  if (message.missing.length === 0) return { outcome: 'complete', because: 'nothing is missing' }
  const tokens = await tokensOf({ channels, vault }, message.channelId)
  if (tokens === null) return write(message, {}, tickets, 'the account has no access to X')
  let fetched: Fetched
  try {
    fetched = await fetchMissing(message, x, tokens)
  } catch (error) {
    if (!(error instanceof XError)) throw error
    const isOver = now.getTime() - Date.parse(message.receivedAt) > ASKED_FOR
    if (!isOver && (error.status === null || !LASTING.includes(error.status))) throw error
    return write(message, {}, tickets, `X refused to say (${error.status ?? 'no answer'})`)
  }
  return write(message, fetched, tickets, null)
}

/** Writes what was fetched; nothing is missing from then on. @param left why it stays as it is */
async function write(
  message: Message,
  fetched: Fetched,
  tickets: CompletionDependencies['tickets'],
  left: string | null,
): Promise<Completion> {
  for (let n = 0; n < TRIES; n++) {
    const before = await tickets.ticket(message.ticketId)
    if (!before) throw new Error(`the message ${message.id} has no ticket ${message.ticketId}`)
    const after = withFetched(message, fetched)
    const change = { before, after: withCustomer(before, after, fetched.author ?? null), message: null, follows: null }
    const result = await tickets.commit({ ...change, revised: { before: message, after } })
    if (result === 'done' && left !== null) return { outcome: 'left', because: left }
    if (result === 'done') return { outcome: 'completed', because: `X was asked for ${message.missing.join(' and ')}` }
    if (result === 'repeated') return { outcome: 'complete', because: 'the message changed in between' }
  }
  throw new Error(`the ticket of message ${message.id} changed ${TRIES} times`)
}

async function fetchMissing(
  { missing, parent, author }: Message,
  x: CompletionDependencies['x'],
  tokens: AccountTokens,
) {
  const wants = (what: Missing) => missing.includes(what)
  return {
    ...(wants('parent') && parent ? { parent: await x.post(tokens, parent.id) } : {}),
    ...(wants('author') ? { author: await x.user(tokens, author.id) } : {}),
  }
}

/** A message after X was asked; what it does not show is marked so, and not asked for again. */
function withFetched(message: Message, { parent, author }: Fetched): Message {
  return {
    ...message,
    ...(message.parent && parent !== undefined ? { parent: parentAfter(message.parent, parent) } : {}),
    ...(author ? { author: nameOf(author) } : {}),
    missing: [],
  }
}

function parentAfter({ id, url }: ParentPost, found: QuotedPost | null): ParentPost {
  if (!found) return { id, url, text: null, author: null, createdAt: null, status: 'unavailable' }
  const { text, author, createdAt } = found
  return { id, url, text, author: author && nameOf(author), createdAt, status: 'available' }
}

function nameOf({ id, username, name }: Person) {
  return { id, username, name }
}

/** The ticket of a customer whose name is known now; a subject that had to name them by the id is made anew. */
function withCustomer(ticket: Ticket, message: Message, author: Person | null): Ticket {
  const changed = { ...ticket, version: ticket.version + 1 }
  const { kind, customer, subject } = ticket
  const isNews = author !== null && customer.id === author.id && customer.username === null
  if (!isNews || message.direction !== 'inbound') return changed
  const isNamedById = subject === subjectOf(kind, '', customer)
  return { ...changed, customer: author, subject: isNamedById ? subjectOf(kind, '', author) : subject }
}
