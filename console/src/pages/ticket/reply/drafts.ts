import { personId } from '../../../session/session.ts'

/**
 * The draft of a reply. Its idempotency key stays the same when the same reply is sent again, so that the customer gets
 * it once.
 */
export type Draft = { readonly text: string; readonly idempotencyKey: string }

const PREFIX = 'draft '

/** Where a reply is drafted: its ticket, and the entry that it answers; null for a direct message. */
export type DraftPlace = { readonly ticketId: string; readonly entryId: string | null }

// A draft belongs to its author: another person who signs in in this tab finds none of it.
const keyOf = ({ ticketId, entryId }: DraftPlace) => `${PREFIX}${personId.value} ${ticketId} ${entryId ?? ''}`

export const newDraft = (text = ''): Draft => ({ text, idempotencyKey: crypto.randomUUID() })

export function storedDraft(place: DraftPlace): Draft | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(place)) ?? 'null') as Draft | null
  } catch {
    return null
  }
}

/** Keeps a draft in this tab; one without a text is removed. */
export function storeDraft(place: DraftPlace, draft: Draft): void {
  if (draft.text) sessionStorage.setItem(keyOf(place), JSON.stringify(draft))
  else sessionStorage.removeItem(keyOf(place))
}

/** Adds a text to the draft at a place, below what is there. */
export function addToDraft(place: DraftPlace, text: string): void {
  const before = storedDraft(place)?.text
  storeDraft(place, newDraft(before ? `${before}\n${text}` : text))
}
