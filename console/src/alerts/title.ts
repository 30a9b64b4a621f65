import { computed, effect, signal } from '@preact/signals'
import { ticketNumbers } from '../api/ticket-numbers.ts'
import { commonMessages } from '../messages/common.ts'
import { choices } from './choices.ts'

const page = signal('')
const waiting = computed(() => (choices.value.title ? (ticketNumbers.value?.waiting ?? 0) : 0))

effect(() => {
  const number = waiting.value > 0 ? `(${waiting.value}) ` : ''
  document.title = `${number}${page.value ? `${page.value} · ` : ''}${commonMessages.product}`
})

/** Titles the tab after the page, with the number of waiting customers before it for who chose so. */
export function titleTab(title: string): void {
  page.value = title
}
