import { clientOf, type Desk } from './desk.ts'
import { fileShapes } from './events.ts'
import type { Comment, Delivery, StatusId, StoredFile, Ticket, Violation } from './state.ts'

export type ShownTicket = {
  readonly id: number
  readonly subject: string
  readonly status: StatusId
  readonly tags: readonly string[]
  readonly client: string
  readonly updatedAt: string
  /** True if the client wrote the last public comment. */
  readonly waits: boolean
}

export type ShownFile = Pick<StoredFile, 'name' | 'contentType' | 'size'> & {
  /** A path of this server. */
  readonly src: string
}

export type ShownComment = Pick<Comment, 'id' | 'message' | 'type' | 'from' | 'publishedAt' | 'byApi'> & {
  readonly files: readonly ShownFile[]
}

export type ShownDelivery = Pick<Delivery, 'id' | 'event' | 'ticketId' | 'createdAt' | 'status' | 'answer'>

/** What the page of the agent shows. */
export type View = {
  /** The latest 200, the last changed first. */
  readonly tickets: readonly ShownTicket[]
  /** The ticket that is open on the page. Null if there is none. */
  readonly open: (ShownTicket & { readonly comments: readonly ShownComment[] }) | null
  readonly redirectUrl: string | null
  readonly token: string
  readonly violations: { readonly count: number; readonly last: Violation | null }
  /** The latest, newest first. */
  readonly deliveries: readonly ShownDelivery[]
}

const maxShown = { tickets: 200, deliveries: 12 }

/** What the page shows while the ticket `openId` is open on it. */
export function viewOf(desk: Desk, token: string, openId: number): View {
  const { state } = desk
  const open = state.tickets.find(({ id }) => id === openId)
  return {
    tickets: state.tickets
      .toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : a.updatedAt > b.updatedAt ? -1 : b.id - a.id))
      .slice(0, maxShown.tickets)
      .map((ticket) => shownTicket(desk, ticket)),
    open: open ? { ...shownTicket(desk, open), comments: open.comments.map(shownComment) } : null,
    redirectUrl: state.settings.redirectUrl,
    token,
    violations: { count: state.violations.length, last: state.violations.at(-1) ?? null },
    deliveries: state.deliveries
      .slice(-maxShown.deliveries)
      .reverse()
      .map(({ id, event, ticketId, createdAt, status, answer }) => ({
        id,
        event,
        ticketId,
        createdAt,
        status,
        answer,
      })),
  }
}

function shownTicket(desk: Desk, ticket: Ticket): ShownTicket {
  const { id, subject, status, tags, updatedAt, comments } = ticket
  const waits = comments.findLast(({ type }) => type === 'public')?.from === 'client'
  return { id, subject, status, tags, updatedAt, waits, client: clientOf(desk, ticket).name }
}

function shownComment(comment: Comment): ShownComment {
  const { id, message, type, from, publishedAt, byApi, files } = comment
  const paths = fileShapes(comment, '').map(({ file }) => file)
  return {
    id,
    message,
    type,
    from,
    publishedAt,
    byApi,
    files: files.map(({ name, contentType, size }, index) => ({ name, contentType, size, src: paths[index] ?? '' })),
  }
}
