import type { ChannelStore } from '../../core/ports/channels.ts'
import type { Encryption } from '../../core/ports/platform.ts'
import type { TicketStore } from '../../core/ports/tickets.ts'
import { type AccountTokens, XError, type XReading } from '../../core/ports/x.ts'
import { type Fetched, withCustomer, withFetched } from '../../core/tickets/completion.ts'
import type { Message, Missing } from '../../core/tickets/ticket.ts'
import { tokensOf } from '../account-tokens.ts'

export type CompletionDependencies = {
  reading: Pick<XReading, 'post' | 'user'>
  encryption: Pick<Encryption, 'decrypt'>
  channels: Pick<ChannelStore, 'encryptedTokens'>
  tickets: Pick<TicketStore, 'ticket' | 'commit'>
}

/** What came of it: nothing was missing (any more), X was asked, or it may not be asked and the message stays as it is. */
export type Completion = { readonly outcome: 'complete' | 'completed' | 'left'; readonly reason: string }

/** Writing again after somebody else's change in between; more than this many times is no coincidence. */
const TRIES = 10

/** While X does not answer, it is asked for this long; then the message stays as it is. */
const GIVE_UP_AFTER_MS = 24 * 3600_000

/** Answers after which asking again would come to the same: no access, no permission, no credits. */
const LASTING = [401, 402, 403]

/**
 * Asks X once for what it left out of a message: the post that it answers, the name of its author. However often it is
 * called, X is asked again only while nothing is stored of its answer.
 * @throws XError for what may pass: too many calls, an ill X, no answer
 */
export async function completeMessage(
  message: Message,
  { reading, encryption, channels, tickets }: CompletionDependencies,
  now: Date,
): Promise<Completion> {
  if (message.missing.length === 0) return { outcome: 'complete', reason: 'nothing is missing' }
  const tokens = await tokensOf({ channels, encryption }, message.channelId)
  if (tokens === null) return write(message, {}, tickets, 'the account has no access to X')
  let fetched: Fetched
  try {
    fetched = await fetchMissing(message, reading, tokens)
  } catch (error) {
    if (!(error instanceof XError)) throw error
    const isOver = now.getTime() - Date.parse(message.receivedAt) > GIVE_UP_AFTER_MS
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
    if (result === 'done' && left !== null) return { outcome: 'left', reason: left }
    if (result === 'done') return { outcome: 'completed', reason: `X was asked for ${message.missing.join(' and ')}` }
    if (result === 'repeated') return { outcome: 'complete', reason: 'the message changed in between' }
  }
  throw new Error(`the ticket of message ${message.id} changed ${TRIES} times`)
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
