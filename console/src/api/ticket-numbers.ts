import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { TicketNumbers } from '../../../client/src/calls.ts'
import type { Tagged } from '../../../client/src/client.ts'
import { readAgain } from './client.ts'
import { usePolling } from './polling.ts'

let latest: Tagged<TicketNumbers> | undefined

/** How many tickets there are behind each tab, as they were last read; undefined until then. */
export const ticketNumbers = signal<TicketNumbers | undefined>(undefined)

/** Keeps the numbers up to date while it is there. */
export function PollTicketNumbers() {
  const load = async () => {
    try {
      latest = await readAgain('GET /api/ticket-numbers', latest)
      ticketNumbers.value = latest.value
      return true
    } catch {
      return false
    }
  }
  useEffect(() => void load(), [])
  usePolling(load)
  return null
}
