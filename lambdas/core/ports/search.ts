import type { WordEntry } from '../search/entries.ts'
import type { Person } from '../x/activity.ts'
import type { Page, PageRequest } from './tickets.ts'

/** The index of words (docs/decisions/search.md). */
export type WordStore = {
  /** Writes entries and removes others; no entry is among both. Doing it again changes nothing. */
  write(added: readonly WordEntry[], removed: readonly WordEntry[]): Promise<void>
  /** The customers who have all words in their handles and names, those with the newest ticket first. */
  customers(words: readonly string[], page: PageRequest): Promise<Page<Person>>
}
