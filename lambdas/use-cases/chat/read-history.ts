/**
 * Called by `reconcile` for a channel that missed deliveries, and after a key was entered: reads the encrypted
 * conversations of its open tickets back through X's lists, because X's list of direct messages is silent about them.
 * Routing an event again changes nothing, so a page may be read twice.
 */
import type { Channel } from '../../core/channels/channel.ts'
import type { BackfillProgress } from '../../core/channels/outage.ts'
import type { XChat } from '../../core/ports/chat.ts'
import type { Log } from '../../core/ports/platform.ts'
import type { EventQueue } from '../../core/ports/queues.ts'
import type { TicketStore } from '../../core/ports/tickets.ts'
import { type AccountTokens, XError } from '../../core/ports/x.ts'
import { laterOf } from '../../core/time.ts'
import { readChatEvent } from '../../core/x/payload/chat-event.ts'
import { readEventKeys } from '../../core/x/payload/chat-event-keys.ts'
import { isoTime } from '../../core/x/payload/schema.ts'
import { polledEvents, type QueuedEvent } from '../../core/x/webhook-body.ts'
import { inParallel } from '../in-parallel.ts'

export type HistoryDependencies = {
  tickets: Pick<TicketStore, 'tickets'>
  events: EventQueue
  xChat: Pick<XChat, 'events'>
  log: Log
}

/** What to read: what was written since, and not before messages count. Both are ISO times. */
export type HistoryPeriod = { readonly from: string; readonly notBefore: string }

/** Tickets that one run reads: a call each, as a rule. */
const TICKETS_PER_RUN = 50
const CONVERSATIONS_AT_ONCE = 5
const MAX_PAGES_PER_CONVERSATION = 5

/** Resolves to the progress made. When X refuses, the next run continues at the same tickets. */
export function createHistoryReader({ tickets, events, xChat, log }: HistoryDependencies) {
  return async (
    channel: Channel,
    tokens: AccountTokens,
    { from, notBefore }: HistoryPeriod,
    begun: BackfillProgress,
    now: Date,
  ): Promise<BackfillProgress> => {
    const request = { limit: TICKETS_PER_RUN, after: begun.next }
    const { items, next } = await tickets.tickets({ channelId: channel.id }, request)
    const open = items.filter(({ kind, status }) => kind === 'direct' && status !== 'closed')
    let refusal: XError | null = null
    const all = await inParallel(open, CONVERSATIONS_AT_ONCE, async ({ customer }) => {
      if (refusal) return []
      try {
        return await readConversation(channel, tokens, customer.id, laterOf(from, notBefore), now)
      } catch (error) {
        if (!(error instanceof XError)) throw error
        refusal = error
        log({ event: 'x_call_failed', list: 'chat_events', channelUserId: channel.twitterUserId, status: error.status })
        return []
      }
    })
    const found = all.flat()
    if (found.length > 0) {
      await events.send(found, `chat_events.${now.getTime()}`)
      log({ event: 'backfilled', list: 'chat_events', channelUserId: channel.twitterUserId, queued: found.length })
    }
    return refusal ? begun : { done: next === null, next }
  }

  /** What was written in a conversation since a time, oldest first. */
  async function readConversation(
    { twitterUserId }: Channel,
    tokens: AccountTokens,
    customerId: string,
    since: string,
    now: Date,
  ): Promise<QueuedEvent[]> {
    const id = conversationOf(twitterUserId, customerId)
    const items: unknown[] = []
    const keyChanges: string[] = []
    let next: string | null = null
    for (let n = 0; n < MAX_PAGES_PER_CONVERSATION; n++) {
      const page = await xChat.events(tokens, id, next)
      items.push(...page.items.filter((item) => (writtenAt(item) ?? since) >= since))
      keyChanges.push(...page.keyChanges)
      next = page.next
      const oldest = writtenAt(page.items.at(-1))
      if (next === null || (oldest !== null && oldest < since)) break
    }
    const complete = { items: withKeyChanges(items, keyChanges), includes: {} }
    return polledEvents('chat_events', twitterUserId, complete, now.toISOString())
  }
}

/** X's id of the conversation of two people: the lower number first. */
export function conversationOf(one: string, other: string): string {
  return BigInt(one) < BigInt(other) ? `${one}:${other}` : `${other}:${one}`
}

/** Lists have changes of the key apart from what they open; deliveries have them with it, and so does the queue. */
function withKeyChanges(items: readonly unknown[], keyChanges: readonly string[]): unknown[] {
  const byVersion = new Map(keyChanges.map((one) => [readEventKeys(one).conversationKey, one]))
  return items.map((item) => {
    const event = fieldOf(item, 'encoded_event')
    const version = typeof event === 'string' ? readEventKeys(event).conversationKey : null
    const change = version === null ? undefined : byVersion.get(version)
    return change === undefined ? item : { conversation_key_change_event: change, ...Object(item) }
  })
}

function writtenAt(item: unknown): string | null {
  return isoTime(readChatEvent(fieldOf(item, 'encoded_event'))?.createdAtMsec) ?? isoTime(fieldOf(item, 'created_at'))
}

function fieldOf(item: unknown, name: string): unknown {
  return typeof item === 'object' && item !== null ? Reflect.get(item, name) : undefined
}
