/**
 * Called by `reconcile` for a channel that backfill deliveries: reads X's lists and queues what they hold. Routing an
 * event again changes nothing, so a page may be read twice. When X refuses, the next run continues.
 */
import type { Channel } from '../../core/channels/channel.ts'
import type { ChannelHealth } from '../../core/channels/health.ts'
import {
  type Backfill,
  type BackfillProgress,
  isWithin,
  OUTAGE_MARGIN_MS,
  type Outage,
} from '../../core/channels/outage.ts'
import type { ChannelStore } from '../../core/ports/channels.ts'
import type { Log } from '../../core/ports/platform.ts'
import type { EventQueue } from '../../core/ports/queues.ts'
import { type AccountTokens, XError, type XPage, type XReading } from '../../core/ports/x.ts'
import { laterOf } from '../../core/time.ts'
import { isoTime } from '../../core/x/payload/schema.ts'
import { polledEvents } from '../../core/x/webhook-body.ts'

export type BackfillDependencies = {
  channels: Pick<ChannelStore, 'extension'>
  events: EventQueue
  reading: XReading
  eventSource: 'account-activity' | 'x-activity'
  log: Log
}

/** Pages of 100 items. X allows 15 calls in 15 minutes for messages, and lists 800 mentions. */
const MAX_PAGES_PER_RUN = 10

export function createBackfill({ channels, events, reading, eventSource, log }: BackfillDependencies) {
  /** Resolves to the channel's health with its progress. Skips what is disabled, because it would open no ticket. */
  return async (channel: Channel, tokens: AccountTokens, known: ChannelHealth, now: Date): Promise<ChannelHealth> => {
    if (!(await channels.extension()).enabled) return known
    const { backfill } = known
    let after = known
    if (backfill) {
      const mentions = await (channel.mentions
        ? readMentions(channel, tokens, backfill, now)
        : skipped(backfill.mentions))
      const directMessages = await (channel.directMessages
        ? readMessages(channel, tokens, backfill, now)
        : skipped(backfill.directMessages))
      after = {
        ...after,
        backfill: mentions.done && directMessages.done ? null : { ...backfill, mentions, directMessages },
      }
    }
    if (eventSource === 'x-activity' && channel.mentions) after = await pollMentions(channel, tokens, after, now)
    return after
  }

  /** The X Activity API does not deliver an answer under the customer's own first entry. X's list of mentions has it. */
  async function pollMentions(
    channel: Channel,
    tokens: AccountTokens,
    known: ChannelHealth,
    now: Date,
  ): Promise<ChannelHealth> {
    const from = laterOf(known.mentionsPolledTo ?? channel.connectedAt, channel.connectedAt)
    const outage = { from, to: now.toISOString() }
    const progress = await readMentions(channel, tokens, { ...outage, mentions: { done: false, next: null } }, now)
    return progress.done ? { ...known, mentionsPolledTo: outage.to } : known
  }

  function readMentions(
    channel: Channel,
    tokens: AccountTokens,
    backfill: Omit<Backfill, 'directMessages'>,
    now: Date,
  ) {
    const since = `${new Date(Date.parse(backfill.from) - OUTAGE_MARGIN_MS).toISOString().slice(0, 19)}Z`
    const account = { id: channel.twitterUserId, username: channel.username }
    return readPages('mentions', channel, backfill, backfill.mentions, now, (next) =>
      reading.mentions(tokens, account, since, next),
    )
  }

  function readMessages(channel: Channel, tokens: AccountTokens, backfill: Backfill, now: Date) {
    return readPages('dm_events', channel, backfill, backfill.directMessages, now, (next) =>
      reading.directMessages(tokens, next),
    )
  }

  /** Reads a list from the newest item until it passes the outage or ends, X refuses, or the run has read enough. */
  async function readPages(
    list: 'mentions' | 'dm_events',
    channel: Channel,
    backfill: Pick<Backfill, 'from' | 'to'>,
    begun: BackfillProgress,
    now: Date,
    read: (next: string | null) => Promise<XPage>,
  ): Promise<BackfillProgress> {
    let progress = begun
    for (let n = 0; n < MAX_PAGES_PER_RUN && !progress.done; n++) {
      const page = await readPage(list, channel, progress.next, read)
      if (!page) return progress
      const items = page.items.filter((item) => isMissed(writtenAt(item) ?? backfill.to, backfill, channel))
      const found = polledEvents(list, channel.twitterUserId, { items, includes: page.includes }, now.toISOString())
      if (found.length > 0) await events.send(found, `${list}.${now.getTime()}`)
      log({ event: 'backfilled', list, channelUserId: channel.twitterUserId, queued: found.length })
      const oldest = writtenAt(page.items.at(-1))
      const isPast = oldest !== null && Date.parse(oldest) < Date.parse(backfill.from) - OUTAGE_MARGIN_MS
      progress = { done: isPast || page.next === null, next: page.next }
    }
    return progress
  }

  /** Null if X refuses; the next run continues with this page. */
  async function readPage(
    list: string,
    { twitterUserId }: Channel,
    next: string | null,
    read: (next: string | null) => Promise<XPage>,
  ) {
    try {
      return await read(next)
    } catch (error) {
      if (!(error instanceof XError)) throw error
      log({ event: 'x_call_failed', list, channelUserId: twitterUserId, status: error.status, reason: error.detail })
      return null
    }
  }
}

/** An item from before the account was connected opens no ticket. */
function isMissed(time: string, outage: Outage, { connectedAt }: Channel): boolean {
  return isWithin(outage, time) && Date.parse(time) >= Date.parse(connectedAt)
}

/** A list whose kind is disabled for the channel is done without a call. */
async function skipped(progress: BackfillProgress): Promise<BackfillProgress> {
  return { ...progress, done: true }
}

function writtenAt(item: unknown): string | null {
  return typeof item === 'object' && item !== null ? isoTime(Reflect.get(item, 'created_at')) : null
}
