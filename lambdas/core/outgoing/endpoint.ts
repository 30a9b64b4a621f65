/** The types of outgoing events, as endpoints choose among them. */
export const outgoingEventTypes = [
  'ticket.opened',
  'ticket.changed',
  'message.received',
  'message.edited',
  'message.deleted',
  'message.sent',
  'message.failed',
  'channel.changed',
] as const
export type OutgoingEventType = (typeof outgoingEventTypes)[number]

/** The type of the event that an administrator sends to try an endpoint. Every endpoint gets it. */
export const TEST_EVENT = 'endpoint.test'

/** An address that gets signed events. All times are ISO times. */
export type Endpoint = {
  readonly id: string
  readonly url: string
  readonly description: string
  readonly eventTypes: readonly OutgoingEventType[]
  readonly status: 'enabled' | 'disabled'
  /** Why we disabled it; null unless we did. */
  readonly disabledBecause: string | null
  /** True if the administrators were told that we disabled it. */
  readonly disabledNotified: boolean
  readonly createdAt: string
  /** It gets the events of changes from then on: later than `createdAt`, because publishers remember endpoints. */
  readonly sendsFrom: string
  /** When it was added or enabled, or its address was changed: what failed before does not count. */
  readonly startedAfreshAt: string
  /** The newest first. Each signs until its end; the newest has none. */
  readonly secrets: readonly EndpointSecret[]
  /** Attempts that failed since the last success; those at the same time count as one. */
  readonly failures: number
  /** Since when every attempt has failed; null if the last succeeded. */
  readonly failingSince: string | null
  /** Until then no attempt is made; null if nothing failed often enough. */
  readonly pausedUntil: string | null
}

export type EndpointSecret = { readonly encrypted: string; readonly validUntil: string | null }

/** Endpoints of one installation, at most: each event is written once for each. */
export const MAX_ENDPOINTS = 20

/** How long a publisher remembers the endpoints, so that without one a message costs nothing. */
export const ENDPOINTS_REMEMBERED_MS = 3_000

/** More than publishers remember, and than clocks differ or stream records are rounded: 2 seconds. */
const SENDS_AFTER_MS = ENDPOINTS_REMEMBERED_MS + 2_000

/** The ISO time from which a new endpoint gets every event: a whole second, as the times of changes are. */
export function sendsFromOf(createdAt: Date): string {
  const seconds = Math.ceil((createdAt.getTime() + SENDS_AFTER_MS) / 1000)
  return new Date(seconds * 1000).toISOString()
}

/** Both secrets sign for a day after a rotation. */
const ROTATION_MS = 24 * 3600_000

/** The secrets after a rotation: the new one, and the one before it for a day. */
export function rotated(secrets: readonly EndpointSecret[], encrypted: string, now: Date): EndpointSecret[] {
  const validUntil = new Date(now.getTime() + ROTATION_MS).toISOString()
  const [latest] = secrets
  return [{ encrypted, validUntil: null }, ...(latest ? [{ ...latest, validUntil }] : [])]
}

/** The secrets that sign at a time, the newest first. */
export function validSecrets({ secrets }: Pick<Endpoint, 'secrets'>, now: Date): EndpointSecret[] {
  return secrets.filter(({ validUntil }) => validUntil === null || Date.parse(validUntil) > now.getTime())
}

/** What the secrets of an endpoint are encrypted for. */
export function secretContext(endpointId: string): string {
  return `webhook-endpoint ${endpointId}`
}
