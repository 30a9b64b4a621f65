import type { Message } from '../../shapes.ts'

/** Milliseconds for which a link is kept: it works for 15 minutes. */
const KEPT = 10 * 60_000

type Kept = { readonly url: string; readonly previewUrl: string | null; readonly status: string; readonly at: number }

/**
 * Each answer of the API signs the links to pictures anew. For as long as the one before works it stays, so that no
 * picture is loaded again and no film begins from the start because a message came.
 */
export function steadyLinks(): (messages: readonly Message[], now?: number) => Message[] {
  const kept = new Map<string, Kept>()
  return (messages, now = Date.now()) =>
    messages.map((message) => ({
      ...message,
      attachments: message.attachments.map((one) => {
        const key = `${message.id} ${one.id}`
        const before = kept.get(key)
        if (before && before.status === one.status && now - before.at < KEPT) {
          return { ...one, url: before.url, previewUrl: before.previewUrl }
        }
        kept.set(key, { url: one.url, previewUrl: one.previewUrl, status: one.status, at: now })
        return one
      }),
    }))
}
