/**
 * Called by `reconcile` for a connected channel: reads X's lists for what deliveries did not bring, and queues it.
 * Routing an event again changes nothing, so a page may be read twice. When X refuses, the next run continues.
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
import type { EventSource } from '../../core/x/event-source.ts'
import { isoTime } from '../../core/x/payload/schema.ts'
import { polledEvents, type QueuedEvent } from '../../core/x/webhook-body.ts'

export type BackfillDependencies = {
  channels: Pick<ChannelStore, 'extension'>
  events: EventQueue
  reading: XReading
  eventSource: EventSource
  log: Log
}

/** Pages of 100 items. X allows 15 calls in 15 minutes for messages, and lists 800 mentions. */
const MAX_PAGES_PER_RUN = 10

export function createBackfill({ channels, events, reading, eventSource, log }: BackfillDependencies) {
  /** Resolves to the channel's health with its progress. Skips what is disabled, because it would open no ticket. */
  return async (channel: Channel, tokens: AccountTokens, known: ChannelHealth, now: Date): Promise<ChannelHealth> => {
    const { enabled, enabledAt } = await channels.extension()
    if (!enabled) return known
    const { backfill } = known
    const notBefore = {
      mentions: latestOf([channel.connectedAt, enabledAt, channel.mentionsEnabledAt]),
      directMessages: latestOf([channel.connectedAt, enabledAt, channel.directMessagesEnabledAt]),
    }
    let after = known
    if (backfill) {
      const mentions = await (channel.mentions
        ? readMentions(channel, tokens, backfill, notBefore.mentions, now)
        : skipped(backfill.mentions))
      const directMessages = await (channel.directMessages
        ? readMessages(channel, tokens, backfill, notBefore.directMessages, now)
        : skipped(backfill.directMessages))
      after = {
        ...after,
        backfill: mentions.done && directMessages.done ? null : { ...backfill, mentions, directMessages },
      }
    }
    if (eventSource === 'x-activity' && channel.mentions) {
      after = await pollMentions(channel, tokens, after, notBefore.mentions, now)
    }
    return after
  }

  /** The X Activity API does not deliver an answer under the customer's own first entry. X's list of mentions has it. */
  async function pollMentions(
    channel: Channel,
    tokens: AccountTokens,
    known: ChannelHealth,
    notBefore: string,
    now: Date,
  ): Promise<ChannelHealth> {
    const from = laterOf(known.mentionsPolledTo ?? notBefore, notBefore)
    const outage = { from, to: now.toISOString() }
    const progress = await readMentions(
      channel,
      tokens,
      { ...outage, mentions: { done: false, next: null } },
      notBefore,
      now,
    )
    return progress.done ? { ...known, mentionsPolledTo: outage.to } : known
  }

  function readMentions(
    channel: Channel,
    tokens: AccountTokens,
    backfill: Omit<Backfill, 'directMessages'>,
    notBefore: string,
    now: Date,
  ) {
    const since = `${new Date(Date.parse(backfill.from) - OUTAGE_MARGIN_MS).toISOString().slice(0, 19)}Z`
    const account = { id: channel.twitterUserId, username: channel.username }
    return readPages('mentions', channel, { ...backfill, notBefore }, backfill.mentions, now, (next) =>
      reading.mentions(tokens, account, since, next),
    )
  }

  function readMessages(channel: Channel, tokens: AccountTokens, backfill: Backfill, notBefore: string, now: Date) {
    return readPages('dm_events', channel, { ...backfill, notBefore }, backfill.directMessages, now, (next) =>
      reading.directMessages(tokens, next),
    )
  }

  /** Reads a list from the newest item until it passes the outage or ends, X refuses, or the run has read enough. */
  async function readPages(
    list: 'mentions' | 'dm_events',
    channel: Channel,
    period: Outage & { readonly notBefore: string },
    begun: BackfillProgress,
    now: Date,
    read: (next: string | null) => Promise<XPage>,
  ): Promise<BackfillProgress> {
    let progress = begun
    const found: QueuedEvent[] = []
    for (let n = 0; n < MAX_PAGES_PER_RUN && !progress.done; n++) {
      const page = await readPage(list, channel, progress.next, read)
      if (!page) break
      const items = page.items.filter((item) => isMissed(writtenAt(item) ?? period.to, period))
      // X lists the newest first. The oldest is queued first, so that an answer follows its entry (rule 2).
      found.unshift(...polledEvents(list, channel.twitterUserId, { items, includes: page.includes }, now.toISOString()))
      const oldest = writtenAt(page.items.at(-1))
      const isPast = oldest !== null && Date.parse(oldest) < Date.parse(period.from) - OUTAGE_MARGIN_MS
      progress = { done: isPast || page.next === null, next: page.next }
    }
    if (found.length > 0) await events.send(found, `${list}.${now.getTime()}`)
    log({ event: 'backfilled', list, channelUserId: channel.twitterUserId, queued: found.length })
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

/**
 * True for an item of the period. An item from before the account was connected opens no ticket, nor does one from before
 * its switch or the extension was last turned on: what was ignored then is not brought later (rule 7).
 */
function isMissed(time: string, period: Outage & { readonly notBefore: string }): boolean {
  return isWithin(period, time) && Date.parse(time) >= Date.parse(period.notBefore)
}

function latestOf([first, ...more]: readonly [string, ...(string | null)[]]): string {
  return more.reduce<string>((latest, time) => (time === null ? latest : laterOf(time, latest)), first)
}

/** A list whose kind is disabled for the channel is done without a call. */
async function skipped(progress: BackfillProgress): Promise<BackfillProgress> {
  return { ...progress, done: true }
}

function writtenAt(item: unknown): string | null {
  return typeof item === 'object' && item !== null ? isoTime(Reflect.get(item, 'created_at')) : null
}
