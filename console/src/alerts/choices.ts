/** How a person wants to be told while they do something else: their own choice, kept in this browser. */
import { effect, signal } from '@preact/signals'
import { personId } from '../session/session.ts'

export type Choices = {
  /** The number of waiting customers in the title of the tab. */
  readonly title: boolean
  /** Notifications of the browser. */
  readonly notify: boolean
}

const none: Choices = { title: false, notify: false }

export const choices = signal<Choices>(none)
const key = () => `alerts ${personId.value}`

effect(() => {
  try {
    choices.value = { ...none, ...(JSON.parse(localStorage.getItem(key()) ?? '{}') as Partial<Choices>) }
  } catch {
    choices.value = none
  }
})

export function choose(change: Partial<Choices>): void {
  choices.value = { ...choices.value, ...change }
  try {
    localStorage.setItem(key(), JSON.stringify(choices.value))
  } catch {
    // Without storage it holds until the page is left.
  }
}
