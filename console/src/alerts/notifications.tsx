import { useRef } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { Ticket } from '../../../client/src/calls.ts'
import type { Answer, Tagged } from '../../../client/src/client.ts'
import { readAgain } from '../api/client.ts'
import { usePolling } from '../api/polling.ts'
import { alertsMessages as t } from '../messages/alerts.ts'

type TicketList = Answer<'GET /api/tickets'>

const LENGTH = 20

/** More new tickets than this at once are told as one. */
const MAX_AT_ONCE = 3

/** Notifies of customers' new messages while the person looks at something else. */
export function Notifications() {
  const { route } = useLocation()
  const latest = useRef<Tagged<TicketList> | undefined>(undefined)
  const open = (ticket: Ticket) => () => {
    focus()
    route(`/tickets/${encodeURIComponent(ticket.id)}`)
  }
  usePolling(async () => {
    const before = latest.current
    try {
      const now = await readAgain('GET /api/tickets', before, { query: { limit: LENGTH } })
      latest.current = now
      // What is there at first is no news.
      if (!before || now === before || document.hasFocus()) return true
      const fresh = now.value.tickets.filter((one) => isFresh(one, before.value))
      if (fresh.length > MAX_AT_ONCE) notify(t.many(fresh.length), '', 'many', () => focus())
      else for (const one of fresh) notify(t.from(nameOf(one)), one.lastMessage?.text ?? '', one.id, open(one))
      return true
    } catch {
      return false
    }
  })
  return null
}

/** True if a customer wrote it since the list before; a ticket that was below its end comes up for other reasons, too. */
function isFresh({ id, lastMessage }: Ticket, { tickets }: TicketList): boolean {
  if (lastMessage?.direction !== 'inbound') return false
  const known = tickets.find((one) => one.id === id)
  const end = tickets.length < LENGTH ? '' : (tickets.at(-1)?.updatedAt ?? '')
  return lastMessage.at > (known ? (known.lastMessage?.at ?? '') : end)
}

const nameOf = ({ customer }: Ticket) => customer.name ?? customer.username ?? customer.id

function notify(title: string, body: string, tag: string, onClick: () => void): void {
  try {
    const notification = new Notification(title, { body, tag, icon: '/favicon.svg' })
    notification.onclick = onClick
  } catch {
    // Browsers of phones have the class without letting pages use it.
  }
}
