import type { ApiChannel, ApiMessage, ApiTicket } from '../api/schemas.ts'
import type { MessageAddress } from '../ports/queues.ts'
import type { OutgoingEventType, TEST_EVENT } from './endpoint.ts'

/** What an event is about, in the shapes of the API. */
export type EventData = {
  /** Null if it was erased before its event was made. */
  readonly ticket?: ApiTicket | null
  readonly message?: ApiMessage
  readonly channel?: ApiChannel
}

/** The body of an outgoing event, after the Standard Webhooks specification. */
export type Payload = {
  readonly type: OutgoingEventType | typeof TEST_EVENT
  /** ISO time of what happened. */
  readonly timestamp: string
  readonly data: EventData
}

/** Events of an endpoint that stay in order. */
export type Work = { readonly endpointId: string; readonly group: string }

/** Work in its queue. `at` is the ISO time at which it was found due; left out for new events. */
export type QueuedWork = Work & { readonly at?: string }

/** An event that an endpoint has not taken yet; or, with other content, what came from Usedesk and is not worked off. */
export type Waiting<Content = Payload> = Work & {
  /** Its place in its group. */
  readonly position: string
  /** `webhook-id`: the same in every attempt. */
  readonly eventId: string
  readonly payload: Content
  /** The message that it tells of; null if it tells of none. */
  readonly about: MessageAddress | null
} & Tries

/** The failed attempts of a waiting event. */
export type Tries = {
  readonly attempts: number
  /** ISO times of the first and the last of them; null before. */
  readonly failingSince: string | null
  readonly triedAt: string | null
}

export const noTries: Tries = { attempts: 0, failingSince: null, triedAt: null }

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
  readonly about: MessageAddress | null
}
