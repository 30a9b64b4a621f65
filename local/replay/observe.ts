import type { ApiEvent, ApiMessage, ApiTicket } from '../../lambdas/core/api/schemas.ts'
import type { LogEntry, LogEvent } from '../../lambdas/core/log-events.ts'
import type { FunctionLogLine } from '../lambda/sandbox.ts'
import type { Stack } from '../stack.ts'
import type { Outcome } from './steps.ts'

/** The outcome of one event, from a `routed` line of the router's log. */
export type Routed = {
  readonly outcome: Outcome
  readonly reason: string
  readonly ticketId: string | null
  readonly externalId: string | null
  readonly channelUserId: string | null
}

/** What happened after one body was posted. */
export type Observation = {
  readonly status: number
  readonly events: readonly Routed[]
  /** What earlier bodies had left waiting and this one brought into a ticket. */
  readonly deferred: readonly Routed[]
  /** Internal errors: crashes, failures, events without an outcome. */
  readonly faults: readonly string[]
}

/** Reads the HTTP API with an administrator's token. */
export type Reader = {
  ticket(id: string): Promise<ApiTicket>
  message(ticketId: string, externalId: string): Promise<ApiMessage | undefined>
  events(): Promise<ApiEvent[]>
  channelStatus(id: string): Promise<string>
  /** How many messages all tickets have together. */
  messageCount(): Promise<number>
}

/** @throws Error when the API answers anything but 200 */
export function readerOf(stack: Stack, token: string): Reader {
  async function get<T>(path: string): Promise<T> {
    const response = await fetch(`${stack.url}${path}`, { headers: { authorization: `Bearer ${token}` } })
    if (response.status !== 200) throw new Error(`GET ${path} answers ${response.status}`)
    return (await response.json()) as T
  }
  async function all<T>(path: string, list: string): Promise<T[]> {
    const found: T[] = []
    let cursor: string | null = null
    do {
      const query = new URLSearchParams({ limit: '100', ...(cursor ? { cursor } : {}) })
      const page: Record<string, unknown> = await get(`${path}?${query}`)
      found.push(...(page[list] as T[]))
      cursor = page.nextCursor as string | null
    } while (cursor)
    return found
  }
  return {
    ticket: (id) => get(`/api/tickets/${id}`),
    message: async (ticketId, externalId) => {
      const messages = await all<ApiMessage>(`/api/tickets/${ticketId}/messages`, 'messages')
      return messages.find((message) => message.externalId === externalId)
    },
    events: () => all('/api/events', 'events'),
    channelStatus: async (id) => (await get<{ status: string }>(`/api/channels/${id}`)).status,
    messageCount: async () => {
      const tickets = await all<ApiTicket>('/api/tickets', 'tickets')
      return tickets.reduce((sum, ticket) => sum + ticket.messageCount, 0)
    },
  }
}

const routedEvent: LogEvent = 'routed'
const deferredEvent: LogEvent = 'deferred_routed'
const failedEvent: LogEvent = 'failed'

/** Collects the log lines of the functions between two steps. */
export class LogCollector {
  #lines: FunctionLogLine[] = []

  readonly add = (line: FunctionLogLine): void => {
    this.#lines.push(line)
  }

  /** Returns the outcomes and the errors since the last call. */
  take(): { routed: Routed[]; deferred: Routed[]; faults: string[] } {
    const lines = this.#lines
    this.#lines = []
    const routed: Routed[] = []
    const deferred: Routed[] = []
    const faults: string[] = []
    for (const { function: name, level, message } of lines) {
      const fields = (typeof message === 'object' && message !== null ? message : {}) as Partial<LogEntry>
      if (isRouted(fields)) routed.push(fields)
      else if (isDeferred(fields)) deferred.push(fields)
      else if (fields.event === failedEvent || level === 'ERROR' || level === 'FATAL') {
        faults.push(`${name}: ${fields.error ?? fields.errorMessage ?? JSON.stringify(message)}`)
      }
    }
    return { routed, deferred, faults }
  }
}

const isRouted = (fields: Partial<LogEntry>): fields is LogEntry & Routed => fields.event === routedEvent
const isDeferred = (fields: Partial<LogEntry>): fields is LogEntry & Routed => fields.event === deferredEvent
