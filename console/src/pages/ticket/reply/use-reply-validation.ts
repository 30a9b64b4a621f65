import { useEffect, useState } from 'preact/hooks'
import type { DryRun, NewReply } from '../../../../../client/src/calls.ts'
import { call } from '../../../api/client.ts'

const TYPING_PAUSE_MS = 600

/**
 * Validates the reply with a dry run of the API whenever typing pauses.
 * @returns null until there is a result for exactly this reply, and when the API does not answer
 */
export function useReplyValidation(ticketId: string, body: NewReply): DryRun | null {
  const [latest, setLatest] = useState<{ readonly reply: string; readonly validation: DryRun } | null>(null)
  const reply = JSON.stringify(body)
  useEffect(() => {
    if (body.text.trim() === '' && !body.attachmentIds?.length) return undefined
    const controller = new AbortController()
    const timer = window.setTimeout(async () => {
      try {
        const options = { params: { id: ticketId }, body, signal: controller.signal }
        const validation = await call('POST /api/tickets/{id}/replies?dryRun=true', options)
        setLatest({ reply, validation })
      } catch {
        // Not shown: sending reports the same error.
      }
    }, TYPING_PAUSE_MS)
    return () => {
      window.clearTimeout(timer)
      controller.abort()
    }
  }, [ticketId, reply])
  return latest?.reply === reply ? latest.validation : null
}
