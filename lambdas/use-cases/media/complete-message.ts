/**
 * Called by the media function to fetch what X left out of a customer's message: the parent post, the author's name.
 * While X fails, the message stays due and `requeue` brings it back; after a day, a permanent refusal, or as many look-ups
 * as one customer may cause on a day, the message stays incomplete and says why.
 */
import { dayIn } from '../../core/channels/budget.ts'
import type { ChannelStore } from '../../core/ports/channels.ts'
import type { CustomerUseStore } from '../../core/ports/customer-use.ts'
import type { Encryption } from '../../core/ports/platform.ts'
import type { TicketStore } from '../../core/ports/tickets.ts'
import { type AccountTokens, XError, type XReading } from '../../core/ports/x.ts'
import { type Fetched, withCustomer, withFetched } from '../../core/tickets/completion.ts'
import { type CustomerLimits, lookupsReason } from '../../core/tickets/customer-limits.ts'
import type { Message, Missing } from '../../core/tickets/ticket.ts'
import { tokensOf } from '../account-tokens.ts'
import { conflict, retryOnConflict } from '../retry-on-conflict.ts'

export type CompletionDependencies = {
  reading: Pick<XReading, 'post' | 'user'>
  encryption: Pick<Encryption, 'decrypt'>
  channels: Pick<ChannelStore, 'encryptedTokens'>
  tickets: Pick<TicketStore, 'ticket' | 'commit'>
  customerUse: Pick<CustomerUseStore, 'takeLookup' | 'giveBackLookup'>
  customerLimits: CustomerLimits
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
  dependencies: CompletionDependencies,
  now: Date,
): Promise<Completion> {
  if (message.missing.length === 0) return { outcome: 'complete', reason: 'nothing is missing' }
  const { tickets } = dependencies
  const tokens = await tokensOf(dependencies, message.channelId)
  if (tokens === null) return store(message, {}, tickets, 'the account has no access to X')
  let found: Awaited<ReturnType<typeof fetchMissing>>
  try {
    found = await fetchMissing(message, dependencies, tokens, now)
  } catch (error) {
    if (!(error instanceof XError)) throw error
    const isOver = now.getTime() - Date.parse(message.receivedAt) > GIVE_UP_AFTER_MS
    if (!isOver && (error.status === null || !PERMANENT_STATUSES.includes(error.status))) throw error
    return store(message, {}, tickets, `X refused the call (${error.status ?? 'no answer'})`)
  }
  return store(message, found.fetched, tickets, found.isOverLimit ? lookupsReason(dependencies.customerLimits) : null)
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
    const after = withFetched(message, fetched, givenUp)
    const change = { before, after: withCustomer(before, after, fetched.author ?? null), message: null, follows: null }
    const result = await tickets.commit({ ...change, revised: { before: message, after } })
    if (result === 'changed') return conflict
    if (result === 'repeated') return { outcome: 'complete', reason: 'the message changed meanwhile' }
    if (givenUp !== null) return { outcome: 'given_up', reason: givenUp }
    return { outcome: 'completed', reason: `X answered for ${message.missing.join(' and ')}` }
  })
}

/**
 * Looks up what is missing, one after the other, as far as the customer's look-ups of the day suffice.
 * @throws XError if X refuses; what it refused is not counted
 */
async function fetchMissing(
  { missing, parent, author }: Message,
  { reading, customerUse, customerLimits }: CompletionDependencies,
  tokens: AccountTokens,
  now: Date,
): Promise<{ fetched: Fetched; isOverLimit: boolean }> {
  const day = dayIn(now)
  let isOverLimit = false
  async function lookUp<T>(wanted: Missing, call: () => Promise<T>): Promise<T | undefined> {
    if (!missing.includes(wanted)) return undefined
    if (!(await customerUse.takeLookup(author.id, day, customerLimits.lookups))) {
      isOverLimit = true
      return undefined
    }
    try {
      return await call()
    } catch (error) {
      await customerUse.giveBackLookup(author.id, day)
      throw error
    }
  }
  const foundParent = parent ? await lookUp('parent', () => reading.post(tokens, parent.id)) : undefined
  const foundAuthor = await lookUp('author', () => reading.user(tokens, author.id))
  return { fetched: { parent: foundParent, author: foundAuthor }, isOverLimit }
}
