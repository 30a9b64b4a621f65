/**
 * Called by agents («Read now») and after a key was entered: routes the kept events of notices again. The router then
 * reads them as if they had just come. What goes through the queue is the ciphertext that X sent.
 */
import type { Channel } from '../../core/channels/channel.ts'
import { notRead } from '../../core/channels/outage.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import type { Message, Ticket } from '../../core/tickets/ticket.ts'
import { laterOf } from '../../core/time.ts'
import { itemOf } from '../../core/x/payload/encrypted-chat.ts'
import { isoTime } from '../../core/x/payload/schema.ts'
import type { QueuedEvent } from '../../core/x/webhook-body.ts'
import { type TokenDependencies, tokensOf } from '../account-tokens.ts'
import { inParallel } from '../in-parallel.ts'
import { createHistoryReader, type HistoryDependencies } from './read-history.ts'

export type ReadLaterDependencies = Pick<Stores, 'tickets'> & TokenDependencies & HistoryDependencies & { now: Clock }

const MESSAGES_PER_PAGE = 50
/** «Read now» looks this far back in a ticket; after a key was entered, one page of each ticket is read. */
const MAX_PAGES = 20
/** The tickets of a channel that are read after a key was entered, and for how many days back. */
const MAX_TICKETS = 100
const DAYS_BACK = 7
const DAY_MS = 24 * 3600_000
const TICKETS_AT_ONCE = 5

export function createLaterReading(dependencies: ReadLaterDependencies) {
  const { tickets, events, now, log } = dependencies
  const readHistory = createHistoryReader(dependencies)

  /** The message of a ticket; null if it has none with this id. Encrypted ones are found by looking, newest first. */
  async function find(ticket: Ticket, messageId: string): Promise<Message | null> {
    let after: string | null = null
    for (let page = 0; page < MAX_PAGES; page++) {
      const request = { limit: MESSAGES_PER_PAGE, after }
      const { items, next }: { items: Message[]; next: string | null } = await tickets.messages(
        ticket,
        request,
        'newest',
      )
      const found = items.find((one) => one.id === messageId)
      if (found || next === null) return found ?? null
      after = next
    }
    return null
  }

  /** Routes the event of a notice again. @throws Error if the queue does not take it */
  async function readAgain(channelUserId: string, ticket: Ticket, messages: readonly Message[]): Promise<number> {
    const again = messages.flatMap((one) => eventOf(channelUserId, ticket, one))
    if (again.length > 0) await events.send(again, `read-again.${now().getTime()}`)
    return again.length
  }

  /**
   * Routes the notices of the last days of a channel again, and reads from X what its conversations had before the key was
   * there; not what was written before the key itself was made, which it does not open. A failure is logged: «Read now» is there for each notice.
   */
  async function readLastDays(channel: Channel): Promise<void> {
    const { id, twitterUserId, chat } = channel
    const updatedSince = new Date(now().getTime() - DAYS_BACK * DAY_MS).toISOString()
    let queued = 0
    try {
      const { items } = await tickets.tickets({ channelId: id, updatedSince }, { limit: MAX_TICKETS, after: null })
      const direct = items.filter(({ kind }) => kind === 'direct')
      await inParallel(direct, TICKETS_AT_ONCE, async (listed) => {
        const ticket = await tickets.ticket(listed.id)
        if (!ticket) return
        const page = await tickets.messages(ticket, { limit: MESSAGES_PER_PAGE, after: null }, 'newest')
        queued += await readAgain(twitterUserId, ticket, page.items.reverse())
      })
      const tokens = await tokensOf(dependencies, id)
      // X's version of a key is the time at which it was made.
      const from = laterOf(updatedSince, isoTime(chat?.keyVersion) ?? '')
      const notBefore = laterOf(channel.countsFrom, channel.directMessagesEnabledAt ?? '')
      if (tokens) await readHistory(channel, tokens, { from, notBefore }, notRead, now())
    } catch (error) {
      log({
        event: 'chat_not_read_again',
        channelId: id,
        error: error instanceof Error ? error.message : String(error),
      })
    }
    log({ event: 'chat_read_again', channelId: id, queued })
  }

  return { find, readAgain, readLastDays }
}

/** The event of a notice as it came; nothing if nothing was kept of it. */
function eventOf(channelUserId: string, ticket: Ticket, message: Message): QueuedEvent[] {
  const { notice, chat, externalId, author, createdAt, receivedAt } = message
  if (notice === null || !chat?.sealed || externalId === null) return []
  const item = itemOf(chat.sealed, { conversationId: chat.conversationId, senderId: author.id, createdAt })
  return [
    {
      kind: 'encrypted_chat',
      event: 'chat.received',
      channelUserId,
      externalId,
      customerId: ticket.customer.id,
      receivedAt,
      item,
      includes: {},
      reason: null,
    },
  ]
}
