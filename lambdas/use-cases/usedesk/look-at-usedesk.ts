/**
 * Called every few minutes by `requeue`, as work of Usedesk's group. Finds what its webhooks did not bring: Usedesk repeats
 * none that was not answered. Promises that an answer of the last day becomes a reply all the same, and is not written
 * twice. After a failure the next look goes on.
 */
import type { Clock, Log } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { type ListedTicket, type UsedeskApi, UsedeskError } from '../../core/ports/usedesk.ts'
import { answerIn, type UsedeskHook } from '../../core/usedesk/hook.ts'
import type { UsedeskLink } from '../../core/usedesk/usedesk.ts'
import { keepFromUsedesk } from './keep-from-usedesk.ts'

export type LookAtUsedeskDependencies = Pick<Stores, 'deliveries' | 'usedesk'> & {
  api: Pick<UsedeskApi, 'changedTickets' | 'ticket'>
  now: Clock
  log: Log
}

/** A day, and as much as its clock may be off: we do not know its time zone. */
const LOOK_BACK_MS = (24 + 14) * 3600_000

/** Usedesk lists 100 at a time. */
const MAX_PAGES = 3
const PAGE = 100

/** Tickets that one look reads. The next one takes the rest. */
const MAX_TICKETS = 10

export function createLookAtUsedesk({ api, usedesk, now, log, ...stores }: LookAtUsedeskDependencies) {
  return async (): Promise<void> => {
    try {
      const changed = await changedSinceSeen()
      let found = 0
      for (const one of changed.slice(0, MAX_TICKETS)) found += await look(one)
      if (changed.length > 0) log({ event: 'usedesk_looked', tickets: changed.length, found })
    } catch (error) {
      if (!(error instanceof UsedeskError)) throw error
      log({ event: 'usedesk_looked', error: error.message })
    }
  }

  /** Our tickets that changed there since we last saw them, the longest ago first. */
  async function changedSinceSeen(): Promise<{ link: UsedeskLink; listed: ListedTicket }[]> {
    const since = new Date(now().getTime() - LOOK_BACK_MS).toISOString().slice(0, 16).replace('T', ' ')
    const all: ListedTicket[] = []
    for (let page = 0; page < MAX_PAGES; page++) {
      const listed = await api.changedTickets(since, page * PAGE)
      all.push(...listed)
      if (listed.length < PAGE) break
    }
    const changed = []
    for (const listed of all.sort((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1))) {
      const ticketId = await usedesk.ticketOf(listed.id)
      const link = ticketId === null ? null : await usedesk.link(ticketId)
      if (link && link.seenAt !== listed.updatedAt) changed.push({ link, listed })
    }
    return changed
  }

  /** Keeps what was not worked on. @returns how much that is */
  async function look({ link, listed }: { link: UsedeskLink; listed: ListedTicket }): Promise<number> {
    const at = now()
    const missed: UsedeskHook[] = []
    for (const comment of await api.ticket(listed.id)) {
      const hook = answerIn(comment, { ticket_id: listed.id })
      if (hook?.what === 'answer' && !(await usedesk.isAnswered(link.ticketId, hook.commentId))) missed.push(hook)
    }
    const isOurs = link.echo !== null && at.toISOString() < link.echo.until
    if (listed.status !== null && listed.status !== link.status && !isOurs) {
      missed.push({ what: 'status', usedeskTicketId: listed.id, status: listed.status })
    }
    for (const hook of missed) await keepFromUsedesk(stores, hook, at, at)
    await usedesk.saveLink({ ...link, seenAt: listed.updatedAt })
    return missed.length
  }
}
