import { useRef, useState } from 'preact/hooks'
import { type Draft, type DraftPlace, newDraft, storeDraft, storedDraft } from './drafts.ts'

/** A draft that survives leaving the page and signing in again, in this tab. */
export function useDraft(place: DraftPlace) {
  const [draft, setDraft] = useState<Draft>(() => storedDraft(place) ?? newDraft())
  /** What changes it later, such as the end of an upload, changes it as it is then. */
  const latest = useRef(draft)
  const save = (next: Draft) => {
    latest.current = next
    setDraft(next)
    storeDraft(place, next)
  }
  return {
    ...draft,
    /** A new text makes it a new reply. */
    setText: (text: string) => save(newDraft(text)),
    /** Call it when anything else of the reply changes: that also makes it a new reply. */
    renewKey: () => save(newDraft(latest.current.text)),
    clear: () => save(newDraft()),
  }
}
