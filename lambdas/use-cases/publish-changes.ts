/**
 * Called with the changes of the table, in order. Promises that every change that concerns an endpoint is stored as an
 * event for it, and queued. After a failure the same changes come again, and events get the same ids.
 */
import { createHash } from 'node:crypto'
import { type Change, eventOf, groupOf, type Happened } from '../core/outgoing/change.ts'
import { withoutContent } from '../core/outgoing/content.ts'
import { type EventData, noTries, type Payload } from '../core/outgoing/delivery.ts'
import { ENDPOINTS_REMEMBERED_MS, type Endpoint } from '../core/outgoing/endpoint.ts'
import type { OutgoingQueue } from '../core/ports/outgoing.ts'
import type { Clock } from '../core/ports/platform.ts'
import type { Stores } from '../core/ports/stores.ts'
import { USEDESK, usedeskEndpoint } from '../core/usedesk/usedesk.ts'
import { toApiMessage } from './api/messages.ts'
import { toApiChannel, toApiTicket } from './api/shapes.ts'
import { storedFile } from './stored-file.ts'

export type PublishDependencies = Pick<Stores, 'endpoints' | 'deliveries' | 'tickets' | 'channels'> & {
  queue: OutgoingQueue
  /** The address of Usedesk's API; null while Usedesk is not switched on. */
  usedeskUrl: string | null
  now: Clock
}

/** Digits of a sequence number of a stream, at most. */
const POSITION_DIGITS = 40

export function createPublisher(dependencies: PublishDependencies) {
  const { endpoints, deliveries, tickets, channels, queue, usedeskUrl, now } = dependencies
  let known: { readonly endpoints: readonly Endpoint[]; readonly readAt: number } | null = null

  /** The endpoints as they were at most some seconds ago: then without one a message costs no read. */
  async function remembered(since: string): Promise<readonly Endpoint[]> {
    const at = now().getTime()
    if (!known || at - known.readAt > ENDPOINTS_REMEMBERED_MS || at < known.readAt) {
      known = { endpoints: await withUsedesk(await endpoints.list(), since), readAt: at }
    }
    return known.endpoints
  }

  /** Usedesk is an endpoint while it is switched on: from the first change on that comes then. */
  async function withUsedesk(all: readonly Endpoint[], since: string): Promise<readonly Endpoint[]> {
    const others = all.filter(({ id }) => id !== USEDESK)
    const stored = all.find(({ id }) => id === USEDESK)
    if (usedeskUrl === null) {
      if (stored) await endpoints.remove(USEDESK)
      return others
    }
    if (stored?.url === usedeskUrl) return all
    const fresh = usedeskEndpoint(usedeskUrl, since)
    if (!stored) await endpoints.add(fresh)
    return [...others, stored ? ((await endpoints.change(USEDESK, { url: usedeskUrl })) ?? stored) : fresh]
  }

  return async (changes: readonly Change[]): Promise<void> => {
    const [first] = changes
    if (!first) return
    const all = await remembered(first.at)
    if (all.length === 0) return
    for (const change of changes) {
      const happened = eventOf(change)
      const receivers = happened ? all.filter((one) => isFor(one, happened, change)) : []
      if (!happened || receivers.length === 0) continue
      const payload = { type: happened.type, timestamp: change.at, data: await dataOf(happened) }
      await store(change, happened, payload, receivers)
    }
  }

  async function store(change: Change, happened: Happened, payload: Payload, receivers: readonly Endpoint[]) {
    const group = groupOf(happened)
    const eventId = eventIdOf(change, group, happened)
    const position = `${change.id.padStart(POSITION_DIGITS, '0')}-${eventId}`
    for (const { id: endpointId } of receivers) {
      await deliveries.add({ endpointId, group, position, eventId, payload, about: aboutOf(happened), ...noTries })
    }
    await queue.send(receivers.map(({ id: endpointId }) => ({ endpointId, group, deduplicationId: eventId })))
  }

  async function dataOf(happened: Happened): Promise<EventData> {
    if ('channel' in happened) return { channel: toApiChannel(happened.channel) }
    if ('ticket' in happened) return { ticket: await shown(happened.ticket) }
    const { message } = happened
    const ticket = await tickets.ticket(message.ticketId)
    const told = await toApiMessage(message, { link: storedFile })
    return {
      ticket: ticket && (await shown(ticket)),
      message: message.deletedAt === null ? told : withoutContent(told, message),
    }
  }

  async function shown(ticket: Extract<Happened, { ticket: unknown }>['ticket']) {
    return toApiTicket(ticket, (await channels.get(ticket.channelId)) ?? undefined)
  }
}

function isFor({ status, eventTypes, sendsFrom }: Endpoint, { type }: Happened, { at }: Change): boolean {
  return status === 'enabled' && eventTypes.includes(type) && at >= sendsFrom
}

function aboutOf(happened: Happened) {
  if (!('message' in happened)) return null
  const { ticketId, position, id: messageId } = happened.message
  return { ticketId, position, messageId }
}

/** The same when the change is told again. */
function eventIdOf({ id, at }: Change, group: string, { type }: Happened): string {
  return `evt_${createHash('sha256').update([id, at, group, type].join(' ')).digest('hex').slice(0, 32)}`
}
