import type { Message } from '../../../../client/src/calls.ts'

/** Shorter than the 15 minutes for which a signed link is valid. */
const MAX_AGE_MS = 10 * 60_000

type CachedLink = {
  readonly url: string
  readonly previewUrl: string | null
  readonly status: string
  readonly cachedAtMs: number
}

/**
 * Keeps the links to attachments stable. The API signs new links in every answer; with a new link, the browser would
 * load a picture again and start a video from the beginning.
 * @returns a function that replaces new links by earlier ones that are still valid
 */
export function createMediaLinkCache(): (messages: readonly Message[], nowMs?: number) => Message[] {
  const links = new Map<string, CachedLink>()
  return (messages, nowMs = Date.now()) =>
    messages.map((message) => ({
      ...message,
      attachments: message.attachments.map((attachment) => {
        const { id, url, previewUrl, status } = attachment
        const key = `${message.id} ${id}`
        const cached = links.get(key)
        if (cached && cached.status === status && nowMs - cached.cachedAtMs < MAX_AGE_MS) {
          return { ...attachment, url: cached.url, previewUrl: cached.previewUrl }
        }
        links.set(key, { url, previewUrl, status, cachedAtMs: nowMs })
        return attachment
      }),
    }))
}
