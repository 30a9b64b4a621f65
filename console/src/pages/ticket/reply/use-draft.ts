import { useState } from 'preact/hooks'

/** The idempotency key stays the same when the same reply is sent again, so that the customer gets it once. */
type Draft = { readonly text: string; readonly idempotencyKey: string }

const newDraft = (text = ''): Draft => ({ text, idempotencyKey: crypto.randomUUID() })

/**
 * A draft that survives leaving the page and signing in again, in this tab.
 * @param replyId identifies the reply: its ticket, and the entry that it answers
 */
export function useDraft(replyId: string) {
  const storageKey = `draft ${replyId}`
  const [draft, setDraft] = useState<Draft>(() => storedDraft(storageKey) ?? newDraft())
  const save = (next: Draft) => {
    setDraft(next)
    if (next.text) sessionStorage.setItem(storageKey, JSON.stringify(next))
    else sessionStorage.removeItem(storageKey)
  }
  return {
    ...draft,
    /** A new text makes it a new reply. */
    setText: (text: string) => save(newDraft(text)),
    /** Call it when anything else of the reply changes: that also makes it a new reply. */
    renewKey: () => save(newDraft(draft.text)),
    clear: () => save(newDraft()),
  }
}

function storedDraft(storageKey: string): Draft | null {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as Draft | null
  } catch {
    return null
  }
}
