import { randomInt } from 'node:crypto'
import type { State } from './state.ts'
import type { Storage } from './storage.ts'

/** The state and the services that all parts of the simulator share. */
export type World = {
  readonly state: State
  readonly bytes: Storage['bytes']
  readonly consumerKey: string
  readonly consumerSecret: string
  now(): Date
  /** Makes an id like X's: the time in its upper bits, and greater than all earlier ids. */
  newId(): string
  /** Call this after every change of the state. */
  changed(): void
  /** Delivers events to the webhooks. */
  emit(events: readonly WebhookEvent[]): void
  /** Starts a replay job. Returns false when another job is running. */
  replay(job: ReplayJob): boolean
}

/** An event for a webhook. Serialize `body` with JSON.stringify only: it may contain raw integers (see `integer`). */
export type WebhookEvent = {
  readonly webhookId: string
  readonly userId: string | null
  readonly event: string
  readonly body: object
}

/** A job that delivers the events of a webhook again: those from the minute `from` to the minute `to`, both inclusive. */
export type ReplayJob = { readonly id: string; readonly webhookId: string; readonly from: Date; readonly to: Date }

/** The app that calls the API, and X's own web client. Events name them in `apps`. */
export const apps = {
  own: { id: '29820955', name: 'Helpdesk', url: 'https://helpdesk.example.com' },
  web: { id: '3033300', name: 'Twitter Web App', url: 'https://mobile.twitter.com' },
} as const

/** The epoch of snowflake ids. */
const epochMs = 1_288_834_974_657n

/**
 * Makes the next id after `last`: a snowflake of that time, greater than `last` also when the clock was set back.
 */
export function nextId(last: string, now: Date): string {
  const machine = BigInt(randomInt(1 << 10)) << 12n
  const candidate = ((BigInt(now.getTime()) - epochMs) << 22n) | machine
  return String(candidate > BigInt(last) ? candidate : BigInt(last) + 1n)
}

/** The time in a snowflake id. */
export function timeOf(id: string): Date {
  return new Date(Number((BigInt(id) >> 22n) + epochMs))
}

/** An id as a JSON number, which X writes besides the string. It has more digits than a JavaScript number can hold. */
export function integer(id: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(id)
}
