/**
 * Called by SQS with a group of events of an endpoint, one worker at a time for each group. Promises that its events reach
 * the endpoint in order and at least once, and that what it does not take comes again for 24 hours. A failure of ours
 * brings the group again.
 */
import { isGivenUp, isPaused, nextTryAt, pauseAfter } from '../core/outgoing/back-off.ts'
import type { Delivery, Waiting, Work } from '../core/outgoing/delivery.ts'
import { type Endpoint, secretContext, validSecrets } from '../core/outgoing/endpoint.ts'
import type { EventSending } from '../core/ports/outgoing.ts'
import type { Clock, Encryption, Log } from '../core/ports/platform.ts'
import type { Stores } from '../core/ports/stores.ts'
import type { Links } from './api/messages.ts'
import { withLinks } from './stored-file.ts'

export type DeliverDependencies = Pick<Stores, 'endpoints' | 'deliveries'> & {
  sending: EventSending
  encryption: Pick<Encryption, 'decrypt'>
  bucket: Links
  now: Clock
  log: Log
}

/** No attempt begins later than this after the work began: what is left is due at once. */
const MAX_WORK_MS = 5_000

/** Read at a time. */
const MAX_EVENTS = 10

export function createDelivering(dependencies: DeliverDependencies) {
  const { endpoints, deliveries, sending, encryption, bucket, now, log } = dependencies

  return async (work: Work): Promise<void> => {
    const began = now().getTime()
    let endpoint = await endpoints.get(work.endpointId)
    for (;;) {
      const waiting = await deliveries.waiting(work, MAX_EVENTS)
      if (waiting.length === 0) return
      for (const event of waiting) {
        if (!endpoint || endpoint.status === 'disabled') return
        const at = now()
        if (isPaused(endpoint, at)) return deliveries.postpone(event, endpoint.pausedUntil ?? at.toISOString())
        if (at.getTime() - began > MAX_WORK_MS) return deliveries.postpone(event, at.toISOString())
        const result = await attempt(endpoint, event, at)
        if (result.mustWait) return
        endpoint = result.endpoint
      }
    }
  }

  async function attempt(endpoint: Endpoint, event: Waiting, at: Date) {
    const answer = await sending.send({
      url: endpoint.url,
      id: event.eventId,
      at,
      body: JSON.stringify({ ...event.payload, data: await withLinks(event.payload.data, bucket) }),
      secrets: await Promise.all(
        validSecrets(endpoint, at).map(({ encrypted }) => encryption.decrypt(encrypted, secretContext(endpoint.id))),
      ),
    })
    const ended = now()
    const isTaken = answer.error === null
    const failingSince = event.failingSince ?? at.toISOString()
    const givenUp = !isTaken && isGivenUp(failingSince, ended)
    const outcome = isTaken ? 'delivered' : givenUp ? 'given_up' : 'failed'
    const { eventId, group, payload } = event
    const number = event.attempts + 1
    const id = `${at.toISOString()}.${eventId}`
    const { type } = payload
    const delivery: Delivery = {
      ...answer,
      id,
      eventId,
      group,
      type,
      payload,
      at: at.toISOString(),
      attempt: number,
      outcome,
    }
    await deliveries.record(endpoint.id, delivery)
    log({
      event: 'event_delivered',
      endpointId: endpoint.id,
      eventId,
      outcome,
      status: answer.status,
      error: answer.error,
    })
    if (isTaken) {
      await deliveries.remove(event)
      return { endpoint: await worksAgain(endpoint), mustWait: false }
    }
    const failing = await failed(endpoint, at, ended)
    if (givenUp) {
      await deliveries.remove(event)
      return { endpoint: failing, mustWait: false }
    }
    await deliveries.postpone({ ...event, attempts: number, failingSince }, nextTryAt(number, ended))
    return { endpoint: failing, mustWait: true }
  }

  async function worksAgain(endpoint: Endpoint): Promise<Endpoint | null> {
    if (endpoint.failures === 0) return endpoint
    return endpoints.change(endpoint.id, { failures: 0, failingSince: null, pausedUntil: null })
  }

  /** Counts the failure; pauses the endpoint after some in a row, and disables it after a day of them. */
  async function failed({ id }: Endpoint, at: Date, ended: Date): Promise<Endpoint | null> {
    const endpoint = await endpoints.countFailure(id, at.toISOString())
    if (!endpoint || endpoint.status === 'disabled') return endpoint
    if (isGivenUp(endpoint.failingSince, ended)) {
      log({ event: 'endpoint_disabled', endpointId: id })
      const disabledBecause = `it has taken no event since ${endpoint.failingSince}`
      return endpoints.change(id, { status: 'disabled', disabledBecause, disabledNotified: false })
    }
    const pausedUntil = pauseAfter(endpoint.failures, ended)
    return pausedUntil === null ? endpoint : endpoints.change(id, { pausedUntil })
  }
}
