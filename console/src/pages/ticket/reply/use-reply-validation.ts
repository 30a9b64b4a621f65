import { useEffect, useState } from 'preact/hooks'
import { call } from '../../../api/client.ts'
import type { ReplyValidation } from '../../../api/types.ts'

const TYPING_PAUSE_MS = 600

/** Request body of a reply. */
export type ReplyBody = {
  readonly text: string
  readonly inReplyTo?: string
  readonly attachmentIds?: readonly string[]
}

/**
 * Validates the reply with a dry run of the API whenever typing pauses.
 * @returns null until there is a result for exactly this reply, and when the API does not answer
 */
export function useReplyValidation(path: string, body: ReplyBody): ReplyValidation | null {
  const [latest, setLatest] = useState<{ readonly reply: string; readonly validation: ReplyValidation } | null>(null)
  const reply = JSON.stringify(body)
  useEffect(() => {
    if (body.text.trim() === '' && !body.attachmentIds?.length) return undefined
    const controller = new AbortController()
    const timer = window.setTimeout(async () => {
      try {
        const query = { dryRun: 'true' }
        const validation = await call<ReplyValidation>('POST', path, { query, body, signal: controller.signal })
        setLatest({ reply, validation })
      } catch {
        // Not shown: sending reports the same error.
      }
    }, TYPING_PAUSE_MS)
    return () => {
      window.clearTimeout(timer)
      controller.abort()
    }
  }, [path, reply])
  return latest?.reply === reply ? latest.validation : null
}
