import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ApiTicketNumbers } from '../../../lambdas/core/api/schemas.ts'
import { read, type Tagged } from './client.ts'
import { usePolling } from './polling.ts'

let latest: Tagged<ApiTicketNumbers> | undefined

/** How many tickets there are behind each tab, as they were last read; undefined until then. */
export const ticketNumbers = signal<ApiTicketNumbers | undefined>(undefined)

/** Keeps the numbers up to date while it is there. */
export function PollTicketNumbers() {
  const load = async () => {
    try {
      latest = await read('/api/ticket-numbers', {}, latest)
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
