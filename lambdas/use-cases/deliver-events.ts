/**
 * Called by SQS with a group of events of an endpoint, one worker at a time for each group. Promises that its events reach
 * the endpoint in order and at least once, that what it does not take comes again for 24 hours, and that nothing leaves
 * that was deleted meanwhile. A failure of ours brings the group again.
 */
import { afterFailure, isGivenUp, isPaused, nextTryAt, triesSince, waitsUntil } from '../core/outgoing/back-off.ts'
import type { Answer, Delivery, EventData, QueuedWork, Waiting } from '../core/outgoing/delivery.ts'
import { type Endpoint, secretContext, validSecrets } from '../core/outgoing/endpoint.ts'
import type { EventSending } from '../core/ports/outgoing.ts'
import type { Clock, Encryption, Log } from '../core/ports/platform.ts'
import type { Stores } from '../core/ports/stores.ts'
import { USEDESK } from '../core/usedesk/usedesk.ts'
import type { Links } from './api/messages.ts'
import { createPresentContent } from './present-content.ts'
import { withLinks } from './stored-file.ts'
import type { createTellUsedesk } from './usedesk/tell-usedesk.ts'

export type DeliverDependencies = Pick<Stores, 'endpoints' | 'deliveries' | 'tickets' | 'media' | 'deletions'> & {
  sending: EventSending
  /** Null while Usedesk is not switched on. */
  tellUsedesk: ReturnType<typeof createTellUsedesk> | null
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
  const { endpoints, deliveries, sending, tellUsedesk, encryption, bucket, now, log } = dependencies
  const present = createPresentContent(dependencies)

  return async (work: QueuedWork): Promise<void> => {
    const began = now().getTime()
    const foundDueAt = work.at ? Date.parse(work.at) : began
    // What waits for Usedesk is dropped when it was switched off.
    const isOff = work.endpointId === USEDESK && tellUsedesk === null
    let endpoint = isOff ? null : await endpoints.get(work.endpointId)
    for (;;) {
      const waiting = await deliveries.waiting(work, MAX_EVENTS)
      for (const stored of waiting) {
        if (!endpoint) {
          await deliveries.remove(stored)
          continue
        }
        if (endpoint.status === 'disabled') return
        const at = now()
        const event = { ...stored, ...triesSince(stored, endpoint.startedAfreshAt) }
        // A later event of the group comes before this one is due.
        const due = new Date(Math.max(at.getTime(), foundDueAt))
        const until = waitsUntil(event, due)
        if (until !== null) return deliveries.postpone(event, until)
        if (isPaused(endpoint, due)) return deliveries.postpone(event, endpoint.pausedUntil ?? at.toISOString())
        if (at.getTime() - began > MAX_WORK_MS) return deliveries.postpone(event, at.toISOString())
        const result = await attempt(endpoint, event, at)
        if (result.mustWait) return
        endpoint = result.endpoint
      }
      // What comes after it was read is queued for itself.
      if (waiting.length < MAX_EVENTS) return
    }
  }

  async function attempt(endpoint: Endpoint, event: Waiting, at: Date) {
    const data = await present(event, at)
    const { payload, group } = event
    const answer =
      tellUsedesk && endpoint.id === USEDESK
        ? await tellUsedesk({ type: payload.type, group, data })
        : await send(endpoint, event, data, at)
    const ended = now()
    const isTaken = answer.error === null
    const failingSince = event.failingSince ?? at.toISOString()
    const failing = isTaken ? null : await failed(endpoint, at, ended)
    // With a disabled endpoint it waits for an administrator.
    const givenUp = !isTaken && failing?.status !== 'disabled' && isGivenUp(failingSince, ended)
    const outcome = isTaken ? 'delivered' : givenUp ? 'given_up' : 'failed'
    const { eventId, about } = event
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
      about,
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
    if (givenUp) {
      await deliveries.remove(event)
      return { endpoint: failing, mustWait: false }
    }
    const tries = { attempts: number, failingSince, triedAt: ended.toISOString() }
    await deliveries.postpone({ ...event, ...tries }, nextTryAt(number, ended, failingSince))
    return { endpoint: failing, mustWait: true }
  }

  async function send(endpoint: Endpoint, event: Waiting, data: EventData, at: Date): Promise<Answer> {
    return sending.send({
      url: endpoint.url,
      id: event.eventId,
      at,
      body: JSON.stringify({ ...event.payload, data: await withLinks(data, bucket) }),
      secrets: await Promise.all(
        validSecrets(endpoint, at).map(({ encrypted }) => encryption.decrypt(encrypted, secretContext(endpoint.id))),
      ),
    })
  }

  async function worksAgain(endpoint: Endpoint): Promise<Endpoint | null> {
    if (endpoint.failures === 0) return endpoint
    return endpoints.change(endpoint.id, { failures: 0, failingSince: null, pausedUntil: null })
  }

  async function failed(endpoint: Endpoint, at: Date, ended: Date): Promise<Endpoint | null> {
    const after = await endpoints.noteFailure(endpoint, afterFailure(endpoint, at, ended))
    if (endpoint.status === 'enabled' && after?.status === 'disabled') {
      log({ event: 'endpoint_disabled', endpointId: endpoint.id })
    }
    return after
  }
}
