import { useEffect, useState } from 'preact/hooks'
import { call } from '../../api.ts'
import type { Check } from '../../shapes.ts'

/** Milliseconds without typing after which the API is asked. */
const PAUSE = 600

/** The reply as it would be sent. */
export type ReplyBody = {
  readonly text: string
  readonly inReplyTo?: string
  readonly attachmentIds?: readonly string[]
}

/**
 * What X would say to the reply, asked whenever the person pauses; null before that, and where the API cannot say:
 * then it says so when the reply is sent.
 */
export function useCheck(path: string, body: ReplyBody): Check | null {
  const [check, setCheck] = useState<{ readonly of: string; readonly found: Check } | null>(null)
  const asked = JSON.stringify(body)
  useEffect(() => {
    if (body.text.trim() === '' && !body.attachmentIds?.length) return undefined
    const controller = new AbortController()
    const timer = window.setTimeout(async () => {
      try {
        const query = { dryRun: 'true' }
        const found = await call<Check>('POST', path, { query, body, signal: controller.signal })
        setCheck({ of: asked, found })
      } catch {
        // It is a help before sending; sending itself says what is wrong.
      }
    }, PAUSE)
    return () => {
      window.clearTimeout(timer)
      controller.abort()
    }
  }, [path, asked])
  return check?.of === asked ? check.found : null
}
