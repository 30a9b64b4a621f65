import type { OutgoingEventType, TEST_EVENT } from './endpoint.ts'

/** The body of an outgoing event, after the Standard Webhooks specification. */
export type Payload = {
  readonly type: OutgoingEventType | typeof TEST_EVENT
  /** ISO time of what happened. */
  readonly timestamp: string
  readonly data: object
}

/** Events of an endpoint that stay in order. */
export type Work = { readonly endpointId: string; readonly group: string }

/** An event that an endpoint has not taken yet. */
export type Waiting = Work & {
  /** Its place in its group. */
  readonly position: string
  /** `webhook-id`: the same in every attempt. */
  readonly eventId: string
  readonly payload: Payload
  /** Failed attempts so far. */
  readonly attempts: number
  /** ISO time of the first failed attempt; null before. */
  readonly failingSince: string | null
}

/** What an endpoint answered. `error` says why there is no answer, or why it does not count; null for a 2xx answer. */
export type Answer = {
  readonly status: number | null
  /** The beginning of the body. */
  readonly body: string
  readonly error: string | null
  readonly durationMs: number
}

/** One attempt to deliver an event, as administrators see it. */
export type Delivery = Answer & {
  readonly id: string
  readonly eventId: string
  readonly type: Payload['type']
  readonly group: string
  /** ISO time of the attempt. */
  readonly at: string
  /** From 1. */
  readonly attempt: number
  readonly outcome: 'delivered' | 'failed' | 'given_up'
  readonly payload: Payload
}
