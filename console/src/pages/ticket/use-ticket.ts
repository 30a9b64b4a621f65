import { useEffect, useRef, useState } from 'preact/hooks'
import type { Message, Ticket } from '../../../../client/src/calls.ts'
import type { Answer, Problem, Tagged } from '../../../../client/src/client.ts'
import { call, readAgain, toProblem } from '../../api/client.ts'
import { usePolling } from '../../api/polling.ts'
import { announce } from '../../components/announcements.tsx'
import { conversationMessages } from '../../messages/ticket.ts'
import { createMediaLinkCache } from './media-link-cache.ts'

const PAGE_SIZE = 100

/**
 * After so many refreshes the messages are loaded even if the ticket is unchanged: a deletion on X, a retry by another
 * agent and a file that came late do not change the ticket.
 */
const REFRESHES_PER_LOAD = 12

/** How often to load the messages after a change of the ticket: a message may be readable a moment later than its ticket. */
const LOADS_AFTER_CHANGE = 2

type State = {
  readonly ticket?: Ticket
  readonly messages?: readonly Message[]
  /** True when the ticket has earlier messages than are loaded. */
  readonly hasEarlier: boolean
  readonly error?: Problem | undefined
}

/** What components may do with the loaded ticket. */
export type TicketActions = {
  readonly setTicket: (ticket: Ticket) => void
  /** Adds a message, or replaces the one with the same ID. */
  readonly putMessage: (message: Message) => void
  readonly refresh: () => Promise<unknown>
  /** Loads the newest messages and gives them. @throws Problem */
  readonly reload: () => Promise<readonly Message[]>
  /** Puts the text of a reply into the form again. */
  readonly rewrite: (reply: Message) => void
  /** Loads one more page of earlier messages. */
  readonly loadEarlier: () => Promise<unknown>
}

/**
 * Loads a ticket with its newest messages and polls for changes; earlier messages come when asked for.
 * @param known the ticket as the list shows it, until the answer is there
 */
export function useTicket(id: string, known?: Ticket): State & { readonly actions: Omit<TicketActions, 'rewrite'> } {
  const [state, setState] = useState<State>({ hasEarlier: false, ...(known && { ticket: known }) })
  const latest = useRef(state)
  const shown = useRef<Tagged<Ticket> | undefined>(undefined)
  const loadsDue = useRef(0)
  const refreshesSinceLoad = useRef(0)
  const pages = useRef(1)
  /** How often this person has changed something here. An answer that was asked for before may not know of it. */
  const ownChanges = useRef(0)
  const [withCachedLinks] = useState(createMediaLinkCache)
  const update = (change: Partial<State>) => {
    latest.current = { ...latest.current, ...change }
    setState(latest.current)
  }

  const show = (ticket: Tagged<Ticket>) => {
    shown.current = ticket
    update({ ticket: ticket.value })
  }

  const loadMessages = async (): Promise<readonly Message[]> => {
    const before = ownChanges.current
    const loaded = await loadNewest(id, pages.current * PAGE_SIZE)
    if (before !== ownChanges.current) return loadMessages()
    const messages = withCachedLinks(loaded.messages)
    if (!isEqual(latest.current.messages, messages)) update({ messages, hasEarlier: loaded.hasEarlier })
    return messages
  }

  /** Loads again the newest messages, down to the oldest that is in progress. New ones come with a change of the ticket. */
  const loadInProgress = async (known: readonly Message[]): Promise<void> => {
    const oldest = known.findIndex(isInProgress)
    if (oldest < 0) return
    const before = ownChanges.current
    const loaded = withCachedLinks((await loadNewest(id, known.length - oldest)).messages)
    if (before !== ownChanges.current) return
    const current = latest.current.messages ?? []
    const messages = current.map((message) => loaded.find(({ id }) => id === message.id) ?? message)
    if (!isEqual(current, messages)) update({ messages })
  }

  const loadEarlier = async (): Promise<unknown> => {
    pages.current += 1
    return loadMessages()
  }

  const refresh = async (): Promise<boolean> => {
    const { messages: knownMessages } = latest.current
    const before = shown.current
    const changesBefore = ownChanges.current
    try {
      const ticket = await readAgain('GET /api/tickets/{id}', before, { params: { id } })
      refreshesSinceLoad.current += 1
      if (ticket !== before) {
        if (changesBefore === ownChanges.current) show(ticket)
        loadsDue.current = before ? LOADS_AFTER_CHANGE : 1
      } else if (refreshesSinceLoad.current >= REFRESHES_PER_LOAD) {
        loadsDue.current ||= 1
      }
      if (loadsDue.current > 0) {
        announceNew(knownMessages, await loadMessages())
        loadsDue.current -= 1
        refreshesSinceLoad.current = 0
      } else if (knownMessages) {
        await loadInProgress(knownMessages)
      }
      if (latest.current.error) update({ error: undefined })
      return true
    } catch (thrown) {
      // With messages on the page, the banner of the layout says that no answer comes.
      if (!latest.current.messages) update({ error: toProblem(thrown) })
      return false
    }
  }

  useEffect(() => {
    void refresh()
  }, [])
  usePolling(refresh)

  const putMessage = (message: Message) => {
    ownChanges.current += 1
    const messages = latest.current.messages ?? []
    const isKnown = messages.some((one) => one.id === message.id)
    update({
      messages: isKnown ? messages.map((one) => (one.id === message.id ? message : one)) : [...messages, message],
    })
  }
  const setTicket = (value: Ticket) => {
    ownChanges.current += 1
    show({ value, tag: null })
  }
  return { ...state, actions: { setTicket, putMessage, refresh, reload: loadMessages, loadEarlier } }
}

/** The newest messages, oldest first. @param count how many of them */
async function loadNewest(id: string, count: number): Promise<{ messages: readonly Message[]; hasEarlier: boolean }> {
  const messages: Message[] = []
  let cursor: string | null = null
  do {
    const limit = Math.min(PAGE_SIZE, count - messages.length)
    const query = { order: 'newest', limit, cursor: cursor ?? undefined } as const
    const answer: Answer<'GET /api/tickets/{id}/messages'> = await call('GET /api/tickets/{id}/messages', {
      params: { id },
      query,
    })
    messages.push(...answer.messages)
    cursor = answer.nextCursor
  } while (cursor !== null && messages.length < count)
  return { messages: messages.reverse(), hasEarlier: cursor !== null }
}

/** True while a reply is being sent or an attachment downloads: the message changes without a change of the ticket. */
function isInProgress({ delivery, attachments }: Message): boolean {
  return delivery?.status === 'pending' || attachments.some(({ status }) => status === 'pending')
}

const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

function announceNew(known: readonly Message[] | undefined, messages: readonly Message[]): void {
  if (!known) return
  const isNew = (one: Message) => one.direction === 'inbound' && !known.some((old) => old.id === one.id)
  // An earlier message that was loaded just now is not news.
  const latest = messages.slice(messages.findIndex((one) => known.some((old) => old.id === one.id))).findLast(isNew)
  if (!latest) return
  const { author, text } = latest
  announce(`${conversationMessages.newFrom(author.name ?? author.username ?? '')}: ${text}`)
}
