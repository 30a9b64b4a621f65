import type { ApiEvent, ApiMessage, ApiTicket } from '../../lambdas/core/api/schemas.ts'
import type { LogEntry } from '../lambda/sandbox.ts'
import type { Stack } from '../stack.ts'
import type { OutcomeWord } from './steps.ts'

/** What came of one event, as the router's log has it. */
export type Routed = {
  readonly outcome: OutcomeWord
  readonly reason: string
  readonly ticketId: string | null
  readonly externalId: string | null
  readonly channelUserId: string | null
}

/** What came of one posted body. */
export type Observation = {
  readonly status: number
  readonly events: readonly Routed[]
  /** What went wrong inside: crashes, failures, events that nothing was heard of. */
  readonly faults: readonly string[]
}

/** Reads the HTTP API as an administrator's program would. */
export type Reader = {
  ticket(id: string): Promise<ApiTicket>
  message(ticketId: string, externalId: string): Promise<ApiMessage | undefined>
  events(): Promise<ApiEvent[]>
  channelStatus(id: string): Promise<string>
  /** Messages of all tickets together. */
  messageCount(): Promise<number>
}

/** @throws Error for any answer but 200 */
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

/** Collects what the functions log between two steps. */
export class Listener {
  #entries: LogEntry[] = []

  readonly hear = (entry: LogEntry): void => {
    this.#entries.push(entry)
  }

  /** What was routed and what went wrong since the last call. */
  take(): { routed: Routed[]; faults: string[] } {
    const entries = this.#entries
    this.#entries = []
    const routed: Routed[] = []
    const faults: string[] = []
    for (const { function: name, level, message } of entries) {
      const fields = (typeof message === 'object' && message !== null ? message : {}) as Record<string, unknown>
      // The router's own line, by its `did`.
      if (fields.event === 'routed') routed.push(fields as unknown as Routed)
      else if (fields.event === 'failed' || level === 'ERROR' || level === 'FATAL') {
        faults.push(`${name}: ${fields.error ?? fields.errorMessage ?? JSON.stringify(message)}`)
      }
    }
    return { routed, faults }
  }
}
