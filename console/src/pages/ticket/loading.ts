import { useEffect, useRef, useState } from 'preact/hooks'
import type { ApiTicket } from '../../../../lambdas/core/api/schemas.ts'
import { type ApiError, call } from '../../api.ts'
import { asApiError, usePolling } from '../../loading.ts'
import { announce } from '../../parts/announce.tsx'
import type { Message } from '../../shapes.ts'
import { words } from '../../words.ts'
import { steadyLinks } from './steady-links.ts'

/** Pages of a hundred messages that are read of one ticket. */
const PAGES = 10

/** Every so many looks the messages are read in any case: marks of deletion and the like change no ticket. */
const ALL_EVERY = 6

type State = {
  readonly ticket?: ApiTicket
  readonly messages?: readonly Message[]
  readonly isCut?: boolean
  readonly error?: ApiError | undefined
}

/** What the parts of the page may do with the ticket. */
export type TicketHandle = {
  readonly setTicket: (ticket: ApiTicket) => void
  /** Shows a message as it is now: a new one, or one that has changed. */
  readonly put: (message: Message) => void
  readonly refresh: () => Promise<unknown>
}

/** A ticket with its messages, brought up to date while the page is there. */
export function useTicket(id: string): State & TicketHandle & { isCut: boolean } {
  const [state, setState] = useState<State>({})
  const latest = useRef(state)
  const looks = useRef(0)
  const [steady] = useState(steadyLinks)
  const update = (change: Partial<State>) => {
    latest.current = { ...latest.current, ...change }
    setState(latest.current)
  }
  const path = `/api/tickets/${encodeURIComponent(id)}`

  const refresh = async (): Promise<boolean> => {
    const { ticket: before, messages: known } = latest.current
    try {
      const ticket = await call<ApiTicket>('GET', path)
      looks.current += 1
      const isChanged = !before || before.updatedAt !== ticket.updatedAt || before.messageCount !== ticket.messageCount
      if (!isSameTicket(before, ticket)) update({ ticket })
      if (!known || isChanged || known.some(isUnderWay) || looks.current % ALL_EVERY === 0) {
        const { messages, isCut } = await messagesOf(path)
        const read = { messages: steady(messages), isCut }
        announceNew(known, read.messages)
        if (JSON.stringify(known) !== JSON.stringify(read.messages)) update(read)
      }
      if (latest.current.error) update({ error: undefined })
      return true
    } catch (thrown) {
      // What is there stays; that nobody answers is said in the frame.
      if (!latest.current.messages) update({ error: asApiError(thrown) })
      return false
    }
  }

  useEffect(() => {
    void refresh()
  }, [])
  usePolling(refresh)

  return {
    ...state,
    isCut: state.isCut ?? false,
    refresh,
    setTicket: (ticket) => update({ ticket }),
    put(message) {
      const messages = latest.current.messages ?? []
      const isKnown = messages.some((one) => one.id === message.id)
      update({
        messages: isKnown ? messages.map((one) => (one.id === message.id ? message : one)) : [...messages, message],
      })
    },
  }
}

async function messagesOf(path: string): Promise<{ messages: readonly Message[]; isCut: boolean }> {
  const messages: Message[] = []
  let cursor: string | null = null
  for (let page = 0; page < PAGES; page++) {
    const query = { limit: '100', cursor: cursor ?? undefined }
    const answer: { messages: Message[]; nextCursor: string | null } = await call('GET', `${path}/messages`, { query })
    messages.push(...answer.messages)
    cursor = answer.nextCursor
    if (cursor === null) break
  }
  return { messages, isCut: cursor !== null }
}

/** What will change by itself: a reply on its way, a picture that is being fetched. */
function isUnderWay({ delivery, attachments }: Message): boolean {
  return delivery?.status === 'pending' || attachments.some(({ status }) => status === 'pending')
}

function isSameTicket(before: ApiTicket | undefined, after: ApiTicket): boolean {
  return JSON.stringify(before) === JSON.stringify(after)
}

function announceNew(known: readonly Message[] | undefined, now: readonly Message[]): void {
  if (!known) return
  const fresh = now.filter((one) => one.direction === 'inbound' && !known.some((old) => old.id === one.id))
  const latest = fresh.at(-1)
  if (latest) announce(`${words.ticket.newFrom(latest.author.name ?? latest.author.username ?? '')}: ${latest.text}`)
}
