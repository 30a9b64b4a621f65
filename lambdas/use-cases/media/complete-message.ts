/**
 * Called by the media function to fetch what X left out of a customer's message: the parent post, the author's name.
 * While X fails, the message stays due and `requeue` brings it back; after a day, or a permanent refusal, the message
 * stays incomplete.
 */
import type { ChannelStore } from '../../core/ports/channels.ts'
import type { Encryption } from '../../core/ports/platform.ts'
import type { TicketStore } from '../../core/ports/tickets.ts'
import { type AccountTokens, XError, type XReading } from '../../core/ports/x.ts'
import { type Fetched, withCustomer, withFetched } from '../../core/tickets/completion.ts'
import type { Message, Missing } from '../../core/tickets/ticket.ts'
import { tokensOf } from '../account-tokens.ts'
import { conflict, retryOnConflict } from '../retry-on-conflict.ts'

export type CompletionDependencies = {
  reading: Pick<XReading, 'post' | 'user'>
  encryption: Pick<Encryption, 'decrypt'>
  channels: Pick<ChannelStore, 'encryptedTokens'>
  tickets: Pick<TicketStore, 'ticket' | 'commit'>
}

/** `complete`: nothing was missing. `completed`: the answer of X is stored. `given_up`: the message stays incomplete. */
export type Completion = { readonly outcome: 'complete' | 'completed' | 'given_up'; readonly reason: string }

/** How long X may fail before the message stays incomplete. */
const GIVE_UP_AFTER_MS = 24 * 3600_000

/** Permanent refusals of X: no access, no credits, no permission. */
const PERMANENT_STATUSES = [401, 402, 403]

/**
 * Fetches what X left out of a message and stores it. Calling it again calls X only if nothing is stored yet.
 * @throws XError for a refusal that may be temporary: too many calls, an outage of X, no answer
 */
export async function completeMessage(
  message: Message,
  { reading, encryption, channels, tickets }: CompletionDependencies,
  now: Date,
): Promise<Completion> {
  if (message.missing.length === 0) return { outcome: 'complete', reason: 'nothing is missing' }
  const tokens = await tokensOf({ channels, encryption }, message.channelId)
  if (tokens === null) return store(message, {}, tickets, 'the account has no access to X')
  let fetched: Fetched
  try {
    fetched = await fetchMissing(message, reading, tokens)
  } catch (error) {
    if (!(error instanceof XError)) throw error
    const isOver = now.getTime() - Date.parse(message.receivedAt) > GIVE_UP_AFTER_MS
    if (!isOver && (error.status === null || !PERMANENT_STATUSES.includes(error.status))) throw error
    return store(message, {}, tickets, `X refused the call (${error.status ?? 'no answer'})`)
  }
  return store(message, fetched, tickets, null)
}

/** Stores what was fetched and that nothing is missing any more. @param givenUp why the message stays incomplete */
function store(
  message: Message,
  fetched: Fetched,
  tickets: CompletionDependencies['tickets'],
  givenUp: string | null,
): Promise<Completion> {
  return retryOnConflict<Completion>(`the ticket of message ${message.id}`, async () => {
    const before = await tickets.ticket(message.ticketId)
    if (!before) throw new Error(`the message ${message.id} has no ticket ${message.ticketId}`)
    const after = withFetched(message, fetched)
    const change = { before, after: withCustomer(before, after, fetched.author ?? null), message: null, follows: null }
    const result = await tickets.commit({ ...change, revised: { before: message, after } })
    if (result === 'changed') return conflict
    if (result === 'repeated') return { outcome: 'complete', reason: 'the message changed meanwhile' }
    if (givenUp !== null) return { outcome: 'given_up', reason: givenUp }
    return { outcome: 'completed', reason: `X answered for ${message.missing.join(' and ')}` }
  })
}

async function fetchMissing(
  { missing, parent, author }: Message,
  reading: CompletionDependencies['reading'],
  tokens: AccountTokens,
) {
  const wants = (what: Missing) => missing.includes(what)
  return {
    ...(wants('parent') && parent ? { parent: await reading.post(tokens, parent.id) } : {}),
    ...(wants('author') ? { author: await reading.user(tokens, author.id) } : {}),
  }
}
