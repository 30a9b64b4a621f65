/** Called by administrators to say which programs get events, and to see what became of the events. */
import { randomBytes } from 'node:crypto'
import { Problem, wrongFields } from '../../core/api/problem.ts'
import { changeEndpointBody, listDeliveriesQuery, newEndpointBody, noQuery } from '../../core/api/requests.ts'
import type { ApiDelivery, ApiEndpoint } from '../../core/api/schemas.ts'
import { changesOf, type Values } from '../../core/audit/entry.ts'
import { type Delivery, noTries, type Waiting } from '../../core/outgoing/delivery.ts'
import {
  type Endpoint,
  MAX_ENDPOINTS,
  outgoingEventTypes,
  rotated,
  secretContext,
  sendsFromOf,
  TEST_EVENT,
} from '../../core/outgoing/endpoint.ts'
import type { AuditTrail } from '../../core/ports/audit.ts'
import type { EventSending, OutgoingQueue } from '../../core/ports/outgoing.ts'
import type { Clock, Encryption } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { USEDESK } from '../../core/usedesk/usedesk.ts'
import { cursorOf, keyIn, notFound, type Route, route } from './route.ts'

export type EndpointDependencies = Pick<Stores, 'endpoints' | 'deliveries'> & {
  outgoingQueue: OutgoingQueue
  sending: Pick<EventSending, 'refusalOf'>
  encryption: Pick<Encryption, 'encrypt'>
  trail: AuditTrail
  now: Clock
}

/** The sort keys in cursors: an ISO time and the id of an event. */
const DELIVERY_KEY = /^\d{4}-\d\d-\d\dT[\d:.]+Z\.evt_\w+$/

/** After all events of a group: their positions begin with the number of a change in the stream, of digits. */
const LAST = 'z'

const SECRET_BYTES = 32
const ID_BYTES = 8

export function webhookEndpointRoutes(dependencies: EndpointDependencies): Route[] {
  const { endpoints, deliveries, outgoingQueue, sending, encryption, trail, now } = dependencies

  /** @throws Problem 404 */
  async function find(id: string | undefined): Promise<Endpoint> {
    const endpoint = id ? await endpoints.get(id) : null
    if (!endpoint) throw notFound('webhook endpoint', id)
    return endpoint
  }

  /** @throws Problem 404, and 409 for Usedesk, which is switched on and off by a setting of the deployment */
  async function findOwn(id: string | undefined): Promise<Endpoint> {
    if (id === USEDESK) throw new Problem(409, 'Usedesk is a setting of the deployment: change it there')
    return find(id)
  }

  /** @throws Problem 422 for an address that may not be called */
  function checkUrl(url: string): void {
    const refusal = sending.refusalOf(url)
    if (refusal) throw wrongFields([{ field: 'url', detail: refusal }])
  }

  async function newSecret(id: string): Promise<{ secret: string; encrypted: string }> {
    const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`
    return { secret, encrypted: await encryption.encrypt(secret, secretContext(id)) }
  }

  /** @throws Problem 409 for a disabled endpoint */
  async function queue(
    { id, status, pausedUntil }: Endpoint,
    event: Pick<Waiting, 'group' | 'eventId' | 'payload' | 'about'>,
  ): Promise<object> {
    if (status === 'disabled') throw new Problem(409, 'the endpoint is disabled: enable it first')
    const at = now().toISOString()
    const { group, eventId, payload, about } = event
    const position = `${LAST}${at}-${eventId}`
    // Who asks for an attempt wants it now.
    if (pausedUntil !== null) await endpoints.change(id, { pausedUntil: null })
    await deliveries.add({ endpointId: id, group, position, eventId, payload, about, ...noTries })
    await outgoingQueue.send([{ endpointId: id, group, deduplicationId: `${eventId}.${at}` }])
    return {}
  }

  const shown = (endpoint: Endpoint) => toApiEndpoint(endpoint, now())

  return [
    route({
      method: 'GET',
      path: '/api/webhook-endpoints',
      operation: 'listWebhookEndpoints',
      summary: 'The addresses that get events',
      access: 'administrator',
      query: noQuery,
      body: null,
      answer: 'webhookEndpointList',
      problems: [],
      handle: async () => ({ endpoints: (await endpoints.list()).map(shown) }),
    }),
    route({
      method: 'POST',
      path: '/api/webhook-endpoints',
      operation: 'addWebhookEndpoint',
      summary: 'Add an address; the answer has its secret, which is shown only once',
      access: 'administrator',
      query: noQuery,
      body: newEndpointBody,
      answer: 'webhookEndpointWithSecret',
      status: 201,
      problems: [409],
      handle: async ({ actor, body: { url, description = '', eventTypes = [...outgoingEventTypes] } }) => {
        checkUrl(url)
        if ((await endpoints.list()).length >= MAX_ENDPOINTS) {
          throw new Problem(409, `there are ${MAX_ENDPOINTS} endpoints already: remove one first`)
        }
        const id = `we_${randomBytes(ID_BYTES).toString('hex')}`
        const { secret, encrypted } = await newSecret(id)
        const at = now()
        const endpoint: Endpoint = {
          id,
          url,
          description,
          eventTypes: [...new Set(eventTypes)],
          status: 'enabled',
          disabledBecause: null,
          disabledNotified: false,
          createdAt: at.toISOString(),
          sendsFrom: sendsFromOf(at),
          startedAfreshAt: at.toISOString(),
          secrets: [{ encrypted, validUntil: null }],
          failures: 0,
          failingSince: null,
          pausedUntil: null,
        }
        await trail.record(actor, { kind: 'endpoint_changed', object: id, after: chosen(endpoint) })
        await endpoints.add(endpoint)
        return { ...shown(endpoint), secret }
      },
    }),
    route({
      method: 'PATCH',
      path: '/api/webhook-endpoints/{id}',
      operation: 'changeWebhookEndpoint',
      summary: 'Change an address, its event types or its status',
      access: 'administrator',
      query: noQuery,
      body: changeEndpointBody,
      answer: 'webhookEndpoint',
      problems: [404, 409],
      handle: async ({ actor, params, body }) => {
        const isOnlyStatus = Object.keys(body).every((name) => name === 'status')
        const before = await (isOnlyStatus ? find : findOwn)(params.id)
        const { id, status } = before
        if (body.url !== undefined) checkUrl(body.url)
        const isEnabled = body.status === 'enabled' && status === 'disabled'
        const at = now()
        const fields = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
        // What failed before says nothing of the changed endpoint.
        const afresh = { failures: 0, failingSince: null, pausedUntil: null, startedAfreshAt: at.toISOString() }
        const enabled = { disabledBecause: null, disabledNotified: false, sendsFrom: sendsFromOf(at) }
        const isAfresh = isEnabled || body.url !== undefined
        const changes = changesOf(before, fields)
        if (changes) await trail.record(actor, { kind: 'endpoint_changed', object: id, ...changes })
        const changed = await endpoints.change(id, { ...fields, ...(isAfresh && afresh), ...(isEnabled && enabled) })
        if (!changed) throw notFound('webhook endpoint', id)
        return shown(changed)
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/webhook-endpoints/{id}',
      operation: 'removeWebhookEndpoint',
      summary: 'Remove an address; it gets no event any more, not even one that waits',
      access: 'administrator',
      query: noQuery,
      body: null,
      answer: 'nothing',
      problems: [404, 409],
      handle: async ({ actor, params }) => {
        const endpoint = await findOwn(params.id)
        const { id } = endpoint
        await trail.record(actor, { kind: 'endpoint_changed', object: id, before: chosen(endpoint) })
        await endpoints.remove(id)
        return {}
      },
    }),
    route({
      method: 'POST',
      path: '/api/webhook-endpoints/{id}/rotate-secret',
      operation: 'rotateWebhookSecret',
      summary: 'Make a new secret; the one before it signs too for 24 hours',
      access: 'administrator',
      query: noQuery,
      body: null,
      answer: 'webhookEndpointWithSecret',
      problems: [404, 409],
      handle: async ({ actor, params }) => {
        const before = await findOwn(params.id)
        const { id } = before
        const { secret, encrypted } = await newSecret(id)
        const secrets = rotated(before.secrets, encrypted, now())
        const { previousSecretValidUntil } = shown({ ...before, secrets })
        await trail.record(actor, { kind: 'endpoint_changed', object: id, after: { previousSecretValidUntil } })
        const changed = await endpoints.change(id, { secrets })
        if (!changed) throw notFound('webhook endpoint', id)
        return { ...shown(changed), secret }
      },
    }),
    route({
      method: 'POST',
      path: '/api/webhook-endpoints/{id}/test',
      operation: 'sendTestEvent',
      summary: 'Send a test event',
      access: 'administrator',
      query: noQuery,
      body: null,
      answer: 'nothing',
      status: 202,
      problems: [404, 409],
      handle: async ({ params }) => {
        const eventId = `evt_${randomBytes(16).toString('hex')}`
        const payload = { type: TEST_EVENT, timestamp: now().toISOString(), data: {} } as const
        // A group of its own: it does not wait for an event that fails.
        return queue(await find(params.id), { group: eventId, eventId, payload, about: null })
      },
    }),
    route({
      method: 'GET',
      path: '/api/webhook-endpoints/{id}/deliveries',
      operation: 'listDeliveries',
      summary: 'The attempts of the last 7 days, newest first',
      access: 'administrator',
      query: listDeliveriesQuery,
      body: null,
      answer: 'webhookDeliveryPage',
      problems: [404],
      handle: async ({ params, query: { limit, cursor } }) => {
        const { id } = await find(params.id)
        const page = await deliveries.recorded(id, { limit, after: keyIn(cursor, DELIVERY_KEY) })
        return { deliveries: page.items.map(toApiDelivery), nextCursor: cursorOf(page.next) }
      },
    }),
    route({
      method: 'POST',
      path: '/api/webhook-endpoints/{id}/deliveries/{deliveryId}/send-again',
      operation: 'sendEventAgain',
      summary: 'Send an event again, with the same id',
      access: 'administrator',
      query: noQuery,
      body: null,
      answer: 'nothing',
      status: 202,
      problems: [404, 409],
      handle: async ({ params }) => {
        const endpoint = await find(params.id)
        const delivery = params.deliveryId ? await deliveries.one(endpoint.id, params.deliveryId) : null
        if (!delivery) throw notFound('delivery', params.deliveryId)
        return queue(endpoint, delivery)
      },
    }),
  ]
}

/** What an administrator chose of an endpoint, for the audit trail. Its address has no password: such are refused. */
function chosen({ url, description, eventTypes, status }: Endpoint): Values {
  return { url, description, eventTypes, status }
}

function toApiEndpoint({ secrets, ...endpoint }: Endpoint, now: Date): ApiEndpoint {
  const { id, url, description, eventTypes, status, disabledBecause, createdAt, sendsFrom } = endpoint
  const { failingSince, pausedUntil } = endpoint
  const until = secrets[1]?.validUntil ?? null
  const previousSecretValidUntil = until !== null && Date.parse(until) > now.getTime() ? until : null
  return {
    id,
    url,
    description,
    eventTypes: [...eventTypes],
    status,
    disabledBecause,
    createdAt,
    sendsFrom,
    failingSince,
    pausedUntil,
    previousSecretValidUntil,
  }
}

function toApiDelivery({ body: answer, ...delivery }: Delivery): ApiDelivery {
  const { id, eventId, type, at, attempt, outcome, status, error, durationMs } = delivery
  return { id, eventId, type, at, attempt, outcome, status, answer, error, durationMs }
}
