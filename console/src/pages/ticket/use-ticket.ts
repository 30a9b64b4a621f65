import { useEffect, useRef, useState } from 'preact/hooks'
import type { ApiTicket } from '../../../../lambdas/core/api/schemas.ts'
import { type ApiError, call, ticketPath, toApiError } from '../../api/client.ts'
import { usePolling } from '../../api/polling.ts'
import type { Message } from '../../api/types.ts'
import { announce } from '../../components/announcements.tsx'
import { conversationMessages } from '../../messages/ticket.ts'
import { createMediaLinkCache } from './media-link-cache.ts'

const PAGE_SIZE = 100

/** One in six refreshes loads the messages even if the ticket is unchanged: a deletion on X does not change the ticket. */
const FULL_REFRESH_EVERY = 6

type State = {
  readonly ticket?: ApiTicket
  readonly messages?: readonly Message[]
  /** True when the ticket has earlier messages than are loaded. */
  readonly hasEarlier: boolean
  readonly error?: ApiError | undefined
}

/** What components may do with the loaded ticket. */
export type TicketActions = {
  readonly setTicket: (ticket: ApiTicket) => void
  /** Adds a message, or replaces the one with the same ID. */
  readonly putMessage: (message: Message) => void
  readonly refresh: () => Promise<unknown>
  /** Loads one more page of earlier messages. */
  readonly loadEarlier: () => Promise<unknown>
}

/** Loads a ticket with its newest messages and polls for changes; earlier messages come when asked for. */
export function useTicket(id: string): State & { readonly actions: TicketActions } {
  const [state, setState] = useState<State>({ hasEarlier: false })
  const latest = useRef(state)
  const refreshCount = useRef(0)
  const pages = useRef(1)
  const [withCachedLinks] = useState(createMediaLinkCache)
  const update = (change: Partial<State>) => {
    latest.current = { ...latest.current, ...change }
    setState(latest.current)
  }
  const path = ticketPath(id)

  const loadMessages = async (): Promise<readonly Message[]> => {
    const loaded = await loadNewest(path, pages.current)
    const messages = withCachedLinks(loaded.messages)
    if (!isEqual(latest.current.messages, messages)) update({ messages, hasEarlier: loaded.hasEarlier })
    return messages
  }

  const loadEarlier = async (): Promise<unknown> => {
    pages.current += 1
    return loadMessages()
  }

  const refresh = async (): Promise<boolean> => {
    const { ticket: before, messages: known } = latest.current
    try {
      const ticket = await call<ApiTicket>('GET', path)
      refreshCount.current += 1
      const isChanged = !before || before.updatedAt !== ticket.updatedAt || before.messageCount !== ticket.messageCount
      const isFullRefresh = refreshCount.current % FULL_REFRESH_EVERY === 0
      if (!isEqual(before, ticket)) update({ ticket })
      if (!known || isChanged || isFullRefresh || known.some(isInProgress)) {
        announceNew(known, await loadMessages())
      }
      if (latest.current.error) update({ error: undefined })
      return true
    } catch (thrown) {
      // With messages on the page, the banner of the layout says that no answer comes.
      if (!latest.current.messages) update({ error: toApiError(thrown) })
      return false
    }
  }

  useEffect(() => {
    void refresh()
  }, [])
  usePolling(refresh)

  const putMessage = (message: Message) => {
    const messages = latest.current.messages ?? []
    const isKnown = messages.some((one) => one.id === message.id)
    update({
      messages: isKnown ? messages.map((one) => (one.id === message.id ? message : one)) : [...messages, message],
    })
  }
  return { ...state, actions: { setTicket: (ticket) => update({ ticket }), putMessage, refresh, loadEarlier } }
}

/** The newest messages, oldest first. @param pages how many pages of them */
async function loadNewest(path: string, pages: number): Promise<{ messages: readonly Message[]; hasEarlier: boolean }> {
  const messages: Message[] = []
  let cursor: string | null = null
  for (let page = 0; page < pages; page++) {
    const query = { order: 'newest', limit: String(PAGE_SIZE), cursor: cursor ?? undefined }
    const answer: { messages: Message[]; nextCursor: string | null } = await call('GET', `${path}/messages`, { query })
    messages.push(...answer.messages)
    cursor = answer.nextCursor
    if (cursor === null) break
  }
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
