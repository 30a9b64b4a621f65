/** Reads X's lists of mentions and direct messages for a channel and queues what they hold. */
import type { Channel } from '../core/channels/channel.ts'
import type { Extension } from '../core/channels/inactivity.ts'
import { type BackfillProgress, isWithin, OUTAGE_MARGIN_MS, type Outage } from '../core/channels/outage.ts'
import type { Log } from '../core/ports/platform.ts'
import type { EventQueue } from '../core/ports/queues.ts'
import { type AccountTokens, XError, type XPage, type XReading } from '../core/ports/x.ts'
import { laterOf } from '../core/time.ts'
import { isoTime } from '../core/x/payload/schema.ts'
import { polledEvents, type QueuedEvent } from '../core/x/webhook-body.ts'

export type ListDependencies = { events: EventQueue; reading: XReading; log: Log }

/** The period to read, and the ISO time before which nothing opens a ticket. */
export type ListPeriod = Outage & { readonly notBefore: string }

/** Pages of 100 items. X allows 15 calls in 15 minutes for messages, and lists 800 mentions. */
const MAX_PAGES_PER_RUN = 10

/** Nothing is read yet. */
export const notRead: BackfillProgress = { done: false, next: null }

/** Each function reads on from its progress and resolves to the progress made. When X refuses, the next run continues. */
export function createListReader({ events, reading, log }: ListDependencies) {
  function readMentions(
    channel: Channel,
    tokens: AccountTokens,
    period: ListPeriod,
    progress: BackfillProgress,
    now: Date,
  ) {
    const since = `${new Date(Date.parse(period.from) - OUTAGE_MARGIN_MS).toISOString().slice(0, 19)}Z`
    const account = { id: channel.twitterUserId, username: channel.username }
    return readPages('mentions', channel, period, progress, now, (next) =>
      reading.mentions(tokens, account, since, next),
    )
  }

  function readMessages(
    channel: Channel,
    tokens: AccountTokens,
    period: ListPeriod,
    progress: BackfillProgress,
    now: Date,
  ) {
    return readPages('dm_events', channel, period, progress, now, (next) => reading.directMessages(tokens, next))
  }

  /** Reads a list from the newest item until it passes the outage or ends, X refuses, or the run has read enough. */
  async function readPages(
    list: 'mentions' | 'dm_events',
    channel: Channel,
    period: ListPeriod,
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

  return { readMentions, readMessages }
}

/** ISO times from which on each list counts for a channel: since it was connected, and last turned on. */
export function notBeforeOf(channel: Channel, { enabledAt }: Extension) {
  return {
    mentions: latestOf([channel.connectedAt, enabledAt, channel.mentionsEnabledAt]),
    directMessages: latestOf([channel.connectedAt, enabledAt, channel.directMessagesEnabledAt]),
  }
}

/**
 * True for an item of the period. An item from before the account was connected opens no ticket, nor does one from before
 * its switch or the extension was last turned on: what was ignored then is not brought later (rule 7).
 */
function isMissed(time: string, period: ListPeriod): boolean {
  return isWithin(period, time) && Date.parse(time) >= Date.parse(period.notBefore)
}

function latestOf([first, ...more]: readonly [string, ...(string | null)[]]): string {
  return more.reduce<string>((latest, time) => (time === null ? latest : laterOf(time, latest)), first)
}

function writtenAt(item: unknown): string | null {
  return typeof item === 'object' && item !== null ? isoTime(Reflect.get(item, 'created_at')) : null
}
