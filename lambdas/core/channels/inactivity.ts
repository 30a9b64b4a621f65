import { laterOf } from '../time.ts'
import type { Channel } from './channel.ts'

/** The switch of the whole integration. */
export type Extension = {
  readonly enabled: boolean
  /** ISO time at which it was enabled last; null when it was never switched. */
  readonly enabledAt: string | null
}

/** What is to be told about a channel that hears nothing. */
export type Inactivity = { readonly since: string; readonly hours: number }

const HOUR = 3600_000

/**
 * The silence of a channel that is to be told now; null when it is not silent, nobody wants to hear, or it was told.
 * It counts from the latest of: last incoming message, connecting, change of the setting, enabling.
 */
export function inactivityToReport(channel: Channel, extension: Extension, now: Date): Inactivity | null {
  const { noMessagesHours: hours, status } = channel
  if (hours === null || status !== 'connected' || !extension.enabled) return null
  const since = [channel.lastMessageAt, channel.noMessagesChangedAt, extension.enabledAt].reduce<string>(
    (latest, time) => (time === null ? latest : laterOf(time, latest)),
    channel.connectedAt,
  )
  if (now.getTime() - Date.parse(since) < hours * HOUR) return null
  return channel.inactivityNotifiedFrom === since ? null : { since, hours }
}
