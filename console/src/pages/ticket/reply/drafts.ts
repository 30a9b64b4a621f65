import { type Signal, signal } from '@preact/signals'
import { attachmentMessages as t } from '../../../messages/ticket.ts'
import { personId } from '../../../session/session.ts'

/** A file of a reply that is not sent yet. */
export type DraftFile = {
  readonly key: string
  readonly name: string
  readonly type: string
  /** Null after the page was loaded again. */
  readonly previewUrl: string | null
  /** Attachment ID of the API; undefined until the upload is finished. */
  readonly id?: string
  readonly error?: string
}

/**
 * The draft of a reply. Its idempotency key stays the same when the same reply is sent again, so that the customer gets
 * it once.
 */
export type Draft = {
  readonly text: string
  readonly files: readonly DraftFile[]
  readonly idempotencyKey: string
  readonly isSending: boolean
}

/** Where a reply is drafted: its ticket, and the entry that it answers; null for a direct message. */
export type DraftPlace = { readonly ticketId: string; readonly entryId: string | null }

const PREFIX = 'draft '

// A draft belongs to its author: another person who signs in in this tab finds none of it.
const keyOf = ({ ticketId, entryId }: DraftPlace) => `${PREFIX}${personId.value} ${ticketId} ${entryId ?? ''}`

/** A draft outlives its form: an upload or a sending that ends after its agent has gone on finds it. */
const drafts = new Map<string, Signal<Draft>>()

/** The draft at a place, as it is now; empty if there is none. It survives signing in again, in this tab. */
export function draftAt(place: DraftPlace): Signal<Draft> {
  const key = keyOf(place)
  const draft = drafts.get(key) ?? signal({ ...emptyDraft(), ...stored(key) })
  drafts.set(key, draft)
  return draft
}

export function hasDraft(place: DraftPlace): boolean {
  const { text, files } = draftAt(place).peek()
  return text !== '' || files.length > 0
}

/** Changes what a draft says, which makes it a new reply. */
export function changeDraft(place: DraftPlace, change: Partial<Pick<Draft, 'text' | 'files'>>): void {
  const draft = draftAt(place)
  draft.value = { ...draft.value, ...change, idempotencyKey: crypto.randomUUID() }
  store(keyOf(place), draft.value)
}

export function setSending(place: DraftPlace, isSending: boolean): void {
  const draft = draftAt(place)
  draft.value = { ...draft.value, isSending }
}

/** Adds a text to the draft at a place, below what is there. */
export function addToDraft(place: DraftPlace, text: string): void {
  const before = draftAt(place).value.text
  changeDraft(place, { text: before ? `${before}\n${text}` : text })
}

/** Empties the draft at a place. */
export function clearDraft(place: DraftPlace): void {
  for (const file of draftAt(place).value.files) releasePreview(file)
  changeDraft(place, { text: '', files: [] })
}

/** The browser keeps the bytes of a file until its preview is released. */
export function releasePreview({ previewUrl }: DraftFile): void {
  if (previewUrl) URL.revokeObjectURL(previewUrl)
}

const emptyDraft = (): Draft => ({ text: '', files: [], idempotencyKey: crypto.randomUUID(), isSending: false })

type Stored = Pick<Draft, 'text' | 'files' | 'idempotencyKey'>

function stored(key: string): Stored | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as Stored | null
  } catch {
    return null
  }
}

/** Keeps a draft in this tab. A file whose upload the end of the page would cut off has failed then. */
function store(key: string, { text, files, idempotencyKey }: Draft): void {
  const kept: Stored = {
    text,
    files: files.map((file) => ({ ...(file.id ? {} : { error: t.failed }), ...file, previewUrl: null })),
    idempotencyKey,
  }
  if (text || files.length > 0) sessionStorage.setItem(key, JSON.stringify(kept))
  else sessionStorage.removeItem(key)
}
