/**
 * Called with the changes of the table, in order. Promises that the index of words then has the words of every message
 * and name that they tell, and none that they take away. After a failure the same changes come again.
 */
import type { Change } from '../core/outgoing/change.ts'
import type { Stores } from '../core/ports/stores.ts'
import { entriesOf, type WordEntry } from '../core/search/entries.ts'

export function createIndexing({ words }: Pick<Stores, 'words'>) {
  return async (changes: readonly Change[]): Promise<void> => {
    const added = new Map<string, WordEntry>()
    const removed = new Map<string, WordEntry>()
    for (const change of changes) {
      const entries = entriesOf(change)
      for (const entry of entries.removed) move(entry, added, removed)
      for (const entry of entries.added) move(entry, removed, added)
    }
    await words.write([...added.values()], [...removed.values()])
  }
}

/** The last change of an entry counts. */
function move(entry: WordEntry, from: Map<string, WordEntry>, to: Map<string, WordEntry>): void {
  const name = [entry.word, entry.at, entry.ticketId, entry.of].join(' ')
  from.delete(name)
  to.set(name, entry)
}
