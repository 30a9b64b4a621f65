/**
 * Called by `deliver-events.ts` with an event for Usedesk, one at a time. Promises that Usedesk has what the event says
 * when it is taken. A call that ended in doubt is made again, unless Usedesk shows that it has what was sent.
 */
import type { Answer, EventData, Waiting } from '../../core/outgoing/delivery.ts'
import { TEST_EVENT } from '../../core/outgoing/endpoint.ts'
import type { Bucket } from '../../core/ports/media.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { type UsedeskApi, UsedeskError } from '../../core/ports/usedesk.ts'
import type { Ticket } from '../../core/tickets/ticket.ts'
import { usedeskStatusOf } from '../../core/usedesk/statuses.ts'
import { digestOfComment, hasArrived, type ToTell, toTell, type UsedeskFile } from '../../core/usedesk/telling.ts'
import { ECHO_MS, type Told, type UsedeskLink } from '../../core/usedesk/usedesk.ts'
import { storedKey } from '../stored-file.ts'

export type TellUsedeskDependencies = Pick<Stores, 'tickets' | 'usedesk'> & {
  api: UsedeskApi
  bucket: Pick<Bucket, 'read'>
  now: Clock
}

/** An event as it is when it is sent: without what was deleted meanwhile. */
type Event = Pick<Waiting, 'group'> & { readonly type: Waiting['payload']['type']; readonly data: EventData }

export function createTellUsedesk({ tickets, usedesk, api, bucket, now }: TellUsedeskDependencies) {
  const read = ({ key, size }: UsedeskFile) => bucket.read(key, 0, size)

  return async (event: Event): Promise<Answer> => {
    const began = now().getTime()
    const answered = (answer: Omit<Answer, 'durationMs'>): Answer => ({
      ...answer,
      durationMs: now().getTime() - began,
    })
    try {
      const what = await tell(event)
      return answered({ status: what === null ? null : 200, body: what ?? 'nothing to tell', error: null })
    } catch (error) {
      if (!(error instanceof UsedeskError)) throw error
      return answered({ status: error.status, body: error.body, error: error.message })
    }
  }

  /** What was done, for administrators; null if nothing. @throws UsedeskError */
  async function tell({ type, group, data: { message } }: Event): Promise<string | null> {
    if (type === TEST_EVENT) {
      await api.check()
      return 'address and token are right'
    }
    // As it is now: what was changed back meanwhile, or by Usedesk, needs no call.
    const ticket = await tickets.ticket(group)
    if (!ticket) {
      await usedesk.forget(group)
      return null
    }
    const link = await usedesk.link(ticket.id)
    if (type === 'ticket.changed') return link ? changeTicket(ticket, link) : null
    if (!message || type === 'ticket.opened' || type === 'channel.changed') return null
    const told = await usedesk.told(ticket.id, message.id)
    const say = toTell(type, message, told, storedKey)
    if (!say) return null
    const before = told ?? {
      ticketId: ticket.id,
      customerId: ticket.customer.id,
      messageId: message.id,
      text: '',
      files: [],
      comments: [],
      claimed: null,
    }
    if (link?.usedeskTicketId) return comment(link.usedeskTicketId, before, say)
    // A ticket from before Usedesk was switched on begins there with the customer's next message.
    return type === 'message.received' ? openTicket(ticket, link, before, say) : null
  }

  async function changeTicket(ticket: Ticket, link: UsedeskLink): Promise<string | null> {
    if (link.usedeskTicketId === null) return null
    const status = usedeskStatusOf(ticket.status)
    const isSame = link.tags.length === ticket.tags.length && link.tags.every((tag, at) => tag === ticket.tags[at])
    if (status === link.status && isSame) return null
    const isOther = status !== link.status
    // Its webhook may be faster than its answer, and must not undo what happens here meanwhile.
    const until = new Date(now().getTime() + ECHO_MS).toISOString()
    const claimed = isOther ? { ...link, echo: { status, until } } : link
    if (isOther) await usedesk.saveLink(claimed)
    await api.updateTicket(link.usedeskTicketId, { ...(isOther && { status }), ...(!isSame && { tags: ticket.tags }) })
    await usedesk.saveLink({ ...claimed, status, tags: ticket.tags })
    return `update/ticket ${link.usedeskTicketId}`
  }

  /** Opens the ticket with a message. Its files follow in a comment, because the call takes none. */
  async function openTicket(ticket: Ticket, claimed: UsedeskLink | null, before: Told, say: ToTell): Promise<string> {
    const { id: ticketId, customer, tags } = ticket
    const status = usedeskStatusOf(ticket.status)
    const { comment: first } = say
    const link = { ticketId, customerId: customer.id, usedeskTicketId: null, status, tags, echo: null, seenAt: null }
    let usedeskTicketId = claimed ? await api.findTicket(ticketId) : null
    if (usedeskTicketId === null) {
      const last = await usedesk.lastTicketOf(customer.id)
      const clientId = last === null ? null : await api.clientOf(last)
      await usedesk.saveLink(link)
      usedeskTicketId = await api.createTicket({
        subject: ticket.subject,
        html: first.html,
        clientId,
        clientName: nameOf(customer),
        additionalId: ticketId,
        status,
        tags,
      })
    }
    const hasFiles = first.files.length > 0
    await usedesk.saveTold({
      ...before,
      text: say.told.text,
      ...(!hasFiles && { files: say.told.files }),
      comments: [digestOfComment(first.html)],
    })
    await usedesk.saveLink({ ...link, usedeskTicketId })
    if (!hasFiles) return `create/ticket ${usedeskTicketId}`
    const after = await usedesk.told(ticketId, before.messageId)
    const files = { ...say, comment: { ...first, html: 'To the message above.' } }
    return comment(usedeskTicketId, after ?? before, files)
  }

  async function comment(usedeskTicketId: string, before: Told, { comment, told }: ToTell): Promise<string> {
    const digest = digestOfComment(comment.html)
    const isThere = before.claimed === digest && (await hasComment(usedeskTicketId, before, digest, comment.isPrivate))
    if (!isThere) {
      await usedesk.saveTold({ ...before, claimed: digest })
      await api.createComment(usedeskTicketId, comment, read)
    }
    await usedesk.saveTold({ ...before, ...told, comments: [...before.comments, digest], claimed: null })
    return `create/comment ${usedeskTicketId}`
  }

  async function hasComment(usedeskTicketId: string, { ticketId }: Told, digest: string, isPrivate: boolean) {
    const there = (await api.comments(usedeskTicketId, isPrivate)).map(digestOfComment)
    const known = (await usedesk.allTold(ticketId)).flatMap(({ comments }) => comments)
    return hasArrived(digest, there, known)
  }
}

function nameOf({ id, username, name }: Ticket['customer']): string {
  if (username === null) return name ?? id
  return name === null ? `@${username}` : `${name} (@${username})`
}
