import { ControlError } from '../x-simulator/control-input.ts'
import { escapeHtml } from '../x-simulator/text.ts'
import type { Deliveries } from './deliveries.ts'
import { addComment, changeTicket, type Desk, type NewFile } from './desk.ts'
import type { Fault, Faults } from './faults.ts'
import {
  agent,
  type Comment,
  type Delivery,
  type RecordedCall,
  type Settings,
  type StatusId,
  type Ticket,
  type Violation,
} from './state.ts'

/** What the agent writes on the page. */
export type AgentComment = {
  readonly ticketId: number
  /** Plain text; the page makes HTML of it. */
  readonly text: string
  readonly type: Comment['type']
  readonly files?: readonly NewFile[] | undefined
}

/** What tests and the page do with Usedesk besides its API. */
export type Control = {
  /** Oldest first. */
  tickets(): readonly Ticket[]
  /** Every call of the API, oldest first. */
  calls(): readonly RecordedCall[]
  /** The calls that did not keep to the documentation. */
  violations(): readonly Violation[]
  deliveries(): readonly Delivery[]
  /** @throws ControlError when there is no such ticket */
  comment(comment: AgentComment): Comment
  /** @throws ControlError when there is no such ticket */
  change(
    ticketId: number,
    change: { readonly status?: StatusId | undefined; readonly tags?: string[] | undefined },
  ): void
  /** Sends an event once more. */
  redeliver(deliveryId: string): void
  settings(change: Partial<Settings>): Settings
  /** Orders a fault of the next calls. */
  fault(fault: Fault): void
  faults(): readonly Fault[]
  clearFaults(): void
  /** The bytes of a file of a comment. */
  file(key: string): Buffer | undefined
}

export function createControl(parts: {
  readonly desk: Desk
  readonly deliveries: Deliveries
  readonly faults: Faults
}): Control {
  const { desk, deliveries, faults } = parts
  const { state } = desk
  const ticketOf = (id: number) => {
    const ticket = state.tickets.find((one) => one.id === id)
    if (!ticket) throw new ControlError(`There is no ticket ${id}.`)
    return ticket
  }
  return {
    tickets: () => state.tickets,
    calls: () => state.calls,
    violations: () => state.violations,
    deliveries: () => state.deliveries,
    comment: ({ ticketId, text, type, files = [] }) =>
      addComment(desk, ticketOf(ticketId), {
        message: htmlOf(text),
        type,
        from: 'user',
        userId: agent.id,
        files,
        byApi: false,
      }),
    change(ticketId, { status, tags }) {
      const change = { ...(status !== undefined && { status }), ...(tags !== undefined && { tags }) }
      changeTicket(desk, ticketOf(ticketId), change, false)
    },
    redeliver: (id) => deliveries.again(id),
    settings(change) {
      Object.assign(state.settings, change)
      desk.changed()
      return state.settings
    },
    fault: (fault) => faults.order(fault),
    faults: () => faults.waiting(),
    clearFaults: () => faults.clear(),
    file: (key) => desk.bytes.get(key),
  }
}

/** The HTML that an editor of rich text makes of plain text. */
function htmlOf(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll('\n', '<br>')}</p>`)
    .join('')
}
