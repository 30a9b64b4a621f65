/** Reads X's lists of mentions and direct messages for a channel and queues what they hold. */
import type { Channel } from '../core/channels/channel.ts'
import type { Extension } from '../core/channels/inactivity.ts'
import { type BackfillProgress, isWithin, notRead, OUTAGE_MARGIN_MS, type Outage } from '../core/channels/outage.ts'
import type { Log } from '../core/ports/platform.ts'
import type { EventQueue } from '../core/ports/queues.ts'
import { type AccountTokens, XError, type XPage, type XReading } from '../core/ports/x.ts'
import { laterOf } from '../core/time.ts'
import { isXId, positionOfId, positionOfTime } from '../core/x/ids.ts'
import { isoTime } from '../core/x/payload/schema.ts'
import { polledEvents, type QueuedEvent } from '../core/x/webhook-body.ts'

export type ListDependencies = { events: EventQueue; reading: XReading; log: Log }

/** The period to read, and the ISO time before which nothing opens a ticket. */
export type ListPeriod = Outage & {
  readonly notBefore: string
  /** Read what is newer than this id of X instead of what is in the period. */
  readonly sinceId?: string | null
}

export type ListRead = {
  /** How far the list was read. */
  readonly progress: BackfillProgress
  /** The newest id that can be read on from: nothing older is listed late any more. */
  readonly settledId: string | null
  /** How many events were queued. */
  readonly queued: number
  /** The HTTP status with which X refused to give more; null if it did not, or did not answer. */
  readonly refusal: number | null
}

/** Pages of 100 items. X allows 15 calls in 15 minutes for messages, and lists 800 mentions. */
const MAX_PAGES_PER_RUN = 10

/** Each function reads on from its progress and resolves to the progress made. When X refuses, the next run continues. */
export function createListReader({ events, reading, log }: ListDependencies) {
  function readMentions(
    channel: Channel,
    tokens: AccountTokens,
    period: ListPeriod,
    progress: BackfillProgress,
    now: Date,
  ) {
    const account = { id: channel.twitterUserId, username: channel.username }
    const time = laterOf(new Date(Date.parse(period.from) - OUTAGE_MARGIN_MS).toISOString(), period.notBefore)
    const { sinceId = null } = period
    return readPages('mentions', channel, period, progress, now, async (next) => {
      if (sinceId === null) return reading.mentions(tokens, account, { time }, next)
      try {
        return await reading.mentions(tokens, account, { id: sinceId }, next)
      } catch (error) {
        // An id that X no longer takes: the time says the same, only less exactly.
        if (!(error instanceof XError && error.status === 400 && /since_id/.test(error.detail))) throw error
        return reading.mentions(tokens, account, { time }, next)
      }
    })
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

  /**
   * Reads a list from the newest item until it passes the period or ends, X refuses, or the run has read enough. A page
   * that X no longer gives, or a list that leads back to a page, is begun anew.
   */
  async function readPages(
    list: 'mentions' | 'dm_events',
    channel: Channel,
    period: ListPeriod,
    begun: BackfillProgress,
    now: Date,
    read: (next: string | null) => Promise<XPage>,
  ): Promise<ListRead> {
    const about = { list, channelUserId: channel.twitterUserId }
    const settledBefore = positionOfTime(now.getTime() - OUTAGE_MARGIN_MS)
    const found: QueuedEvent[] = []
    const seen = new Set([begun.next])
    let progress = begun
    let settledId: string | null = null
    let hasRestarted = false
    let refusal: number | null = null
    for (let n = 0; n < MAX_PAGES_PER_RUN && !progress.done; n++) {
      let page: XPage
      try {
        page = await read(progress.next)
      } catch (error) {
        if (!(error instanceof XError)) throw error
        log({ event: 'x_call_failed', ...about, status: error.status, reason: error.detail })
        // The token is all in which this call differs from that of the first page.
        const isExpired = error.status === 400 && progress.next !== null
        if (!isExpired || hasRestarted) {
          refusal = error.status
          break
        }
        log({ event: 'list_restarted', ...about, reason: 'X no longer knows the page at which we were' })
        hasRestarted = true
        progress = notRead
        seen.clear()
        continue
      }
      const items = page.items.filter((item) => isWanted(item, period))
      found.push(...polledEvents(list, channel.twitterUserId, { items, includes: page.includes }, now.toISOString()))
      settledId = newestId([settledId, ...page.items.map(idIn).filter((id) => id && positionOfId(id) < settledBefore)])
      if (page.flaw !== null) {
        log({ event: 'x_call_failed', ...about, status: 200, reason: page.flaw })
        break
      }
      const isRead = page.next === null || isPast(page.items.at(-1), period)
      if (!isRead && seen.has(page.next)) {
        log({ event: 'list_restarted', ...about, reason: 'the list leads back to a page that we have read' })
        progress = notRead
        break
      }
      seen.add(page.next)
      progress = { done: isRead, next: page.next }
    }
    // X lists the newest first. The oldest is queued first, so that an answer follows its entry (rule 2).
    if (found.length > 0) {
      await events.send(found.toSorted(byId), `${list}.${now.getTime()}`)
      log({ event: 'backfilled', ...about, queued: found.length })
    }
    return { progress, settledId, queued: found.length, refusal }
  }

  return { readMentions, readMessages }
}

/** ISO times from which on each list counts for a channel: since it was connected, and last turned on. */
export function notBeforeOf(channel: Channel, { enabledAt }: Extension) {
  return {
    mentions: latestOf([channel.countsFrom, enabledAt, channel.mentionsEnabledAt]),
    directMessages: latestOf([channel.countsFrom, enabledAt, channel.directMessagesEnabledAt]),
  }
}

/**
 * True for an item of the period, and for one without a time. An item from before the account was connected opens no
 * ticket, nor does one from before its switch or the extension was last turned on: what was ignored then is not brought
 * later (rule 7).
 */
function isWanted(item: unknown, period: ListPeriod): boolean {
  const time = writtenAt(item) ?? period.to
  if (Date.parse(time) < Date.parse(period.notBefore)) return false
  return period.sinceId ? !isPast(item, period) : isWithin(period, time)
}

/** True if everything that the list holds after this item is older than what we read. */
function isPast(item: unknown, { from, sinceId }: ListPeriod): boolean {
  if (sinceId) {
    const id = idIn(item)
    return id !== null && positionOfId(id) <= positionOfId(sinceId)
  }
  const time = writtenAt(item)
  return time !== null && Date.parse(time) < Date.parse(from) - OUTAGE_MARGIN_MS
}

/** The newest of these ids of X; null if there is none. */
export function newestId(ids: readonly (string | null)[]): string | null {
  return ids.reduce(
    (newest, id) => (id !== null && (newest === null || positionOfId(id) > positionOfId(newest)) ? id : newest),
    null,
  )
}

/** X's ids grow with time. An event without an id is unreadable, whatever its place. */
function byId({ externalId: one }: QueuedEvent, { externalId: other }: QueuedEvent): number {
  const [a, b] = [positionOfId(one ?? '0'), positionOfId(other ?? '0')]
  if (a === b) return 0
  return a < b ? -1 : 1
}

function latestOf([first, ...more]: readonly [string, ...(string | null)[]]): string {
  return more.reduce<string>((latest, time) => (time === null ? latest : laterOf(time, latest)), first)
}

function writtenAt(item: unknown): string | null {
  return typeof item === 'object' && item !== null ? isoTime(Reflect.get(item, 'created_at')) : null
}

function idIn(item: unknown): string | null {
  const id: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'id') : null
  return isXId(id) ? id : null
}
