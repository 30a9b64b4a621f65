import { useState } from 'preact/hooks'

/** What is being written, and the key under which it is one reply however often it is sent. */
type Draft = { readonly text: string; readonly key: string }

const fresh = (text = ''): Draft => ({ text, key: crypto.randomUUID() })

/** A draft that outlives leaving the page and signing in again, in this tab. @param place where the reply stands */
export function useDraft(place: string) {
  const name = `draft ${place}`
  const [draft, setDraft] = useState<Draft>(() => kept(name) ?? fresh())
  const change = (next: Draft) => {
    setDraft(next)
    if (next.text) sessionStorage.setItem(name, JSON.stringify(next))
    else sessionStorage.removeItem(name)
  }
  return {
    ...draft,
    /** Another text is another reply. */
    write: (text: string) => change(fresh(text)),
    /** Something else than the text has changed: that too makes it another reply. */
    renew: () => change(fresh(draft.text)),
    clear: () => change(fresh()),
  }
}

function kept(name: string): Draft | null {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? 'null') as Draft | null
  } catch {
    return null
  }
}
