import { laterOf } from '../time.ts'
import type { Channel } from './channel.ts'
import { expectedMs, isQuiet } from './quiet-hours.ts'

/** The switch that turns the whole integration on and off. */
export type Extension = {
  readonly enabled: boolean
  /** ISO time at which it was last enabled; null if it was never switched. */
  readonly enabledAt: string | null
}

/**
 * A channel without new messages: since when (ISO time), the hours that its administrator set, and whether hours in which
 * silence is expected are left out of them.
 */
export type Inactivity = { readonly since: string; readonly hours: number; readonly leavesOut: boolean }

const HOUR_MS = 3600_000

/** The stored `lastMessageAt` of a channel may be so much too early. */
const LAST_MESSAGE_PRECISION_MS = 60_000

/**
 * The inactivity of a channel to report now; null if the channel is active or off, has no report set, or this
 * inactivity was reported already. It counts from the latest of: last customer's message, connection, change of the
 * setting, enabling; hours in which silence is expected do not count, and nothing is reported in them.
 */
export function inactivityToReport(channel: Channel, extension: Extension, now: Date): Inactivity | null {
  const { noMessagesHours: hours, quietHours, status, inactivityNotifiedFrom } = channel
  if (hours === null || status !== 'connected' || !extension.enabled) return null
  const since = [channel.lastMessageAt, channel.noMessagesChangedAt, extension.enabledAt].reduce<string>(
    (latest, time) => (time === null ? latest : laterOf(time, latest)),
    channel.connectedAt,
  )
  if (now.getTime() - Date.parse(since) < hours * HOUR_MS) return null
  if (inactivityNotifiedFrom !== null && inactivityNotifiedFrom >= since) return null
  if (quietHours !== null) {
    if (isQuiet(quietHours, now) || expectedMs(quietHours, new Date(since), now) < hours * HOUR_MS) return null
  }
  return { since, hours, leavesOut: quietHours !== null }
}

/**
 * True if a customer's message must change the channel's `lastMessageAt`: the stored one is a minute old, or it began a
 * silence that was reported. In between, many messages would meet at one item; «No messages (h)» counts hours.
 * @param receivedAt ISO time of the message
 */
export function endsMinute({ lastMessageAt, inactivityNotifiedFrom }: Channel, receivedAt: string): boolean {
  if (lastMessageAt === null || (inactivityNotifiedFrom ?? '') >= lastMessageAt) return true
  return Date.parse(receivedAt) - Date.parse(lastMessageAt) >= LAST_MESSAGE_PRECISION_MS
}
