import { randomInt } from 'node:crypto'
import type { State } from './state.ts'
import type { Storage } from './storage.ts'

/** What every part of the simulator works on. */
export type World = {
  readonly state: State
  readonly bytes: Storage['bytes']
  readonly consumerKey: string
  readonly consumerSecret: string
  now(): Date
  /** An id as X makes them: the time in its upper bits, above every one before. */
  newId(): string
  /** To be called after every change of the state. */
  changed(): void
  /** Sends what happened to the webhooks. */
  emit(events: readonly WebhookEvent[]): void
  /** Starts to deliver again; false when another job is under way. */
  replay(job: ReplayJob): boolean
}

/** An event on its way to a webhook; `body` may hold `RawInteger`s. */
export type WebhookEvent = {
  readonly webhookId: string
  readonly userId: string | null
  readonly event: string
  readonly body: object
}

/** What a webhook is to be told again: from a time on, and before another. */
export type ReplayJob = { readonly id: string; readonly webhookId: string; readonly from: Date; readonly to: Date }

/** The app that calls the API, as it stands in `apps`, and X's own web client. */
export const apps = {
  own: { id: '29820955', name: 'Helpdesk', url: 'https://helpdesk.example.com' },
  web: { id: '3033300', name: 'Twitter Web App', url: 'https://mobile.twitter.com' },
} as const

/** Snowflakes count from this millisecond on. */
const epoch = 1_288_834_974_657n

/**
 * The next id after `last`: like a snowflake of X at that time, and never below one given before,
 * also when the clock was set back.
 */
export function nextId(last: string, now: Date): string {
  const machine = BigInt(randomInt(1 << 10)) << 12n
  const candidate = ((BigInt(now.getTime()) - epoch) << 22n) | machine
  return String(candidate > BigInt(last) ? candidate : BigInt(last) + 1n)
}

/** The time in an id. */
export function timeOf(id: string): Date {
  return new Date(Number((BigInt(id) >> 22n) + epoch))
}

/** An id as the number that X writes beside the string: more digits than a JavaScript number can hold. */
export function integer(id: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(id)
}
