import { computed, signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

const VISIBLE_INTERVAL_MS = 5_000
const HIDDEN_INTERVAL_MS = 60_000
/** A page counts as unused when nobody has moved a pointer or pressed a key for this long. */
const UNUSED_AFTER_MS = 120_000
const UNUSED_INTERVAL_MS = 30_000
const INPUTS = ['pointermove', 'pointerdown', 'keydown', 'wheel'] as const
const MAX_BACKOFF_MS = 60_000

/** The polls that fail now, and when each last succeeded, in milliseconds since 1970. */
const failing = signal<ReadonlyMap<object, number>>(new Map())

function setFailing(poller: object, succeededAtMs: number | null): void {
  if (succeededAtMs === null && !failing.value.has(poller)) return
  const next = new Map(failing.value)
  if (succeededAtMs === null) next.delete(poller)
  else next.set(poller, succeededAtMs)
  failing.value = next
}

/** ISO time since which the page may show what is no longer so; null while every poll succeeds. */
export const staleSince = computed<string | null>(() =>
  failing.value.size === 0 ? null : new Date(Math.min(...failing.value.values())).toISOString(),
)

/**
 * Calls `refresh` again and again while the page exists: more rarely when the tab is hidden or nobody uses the page,
 * because each call costs reads; with exponential backoff after failures; and at once when the tab becomes visible,
 * somebody comes back to the page, or the device comes online.
 * @param refresh resolves to whether it succeeded
 * @param leastMs the shortest time between two calls
 */
export function usePolling(refresh: () => Promise<boolean>, leastMs = VISIBLE_INTERVAL_MS): void {
  const latestRefresh = useRef(refresh)
  latestRefresh.current = refresh
  useEffect(() => {
    let timer = 0
    let failures = 0
    let isStopped = false
    const poller = {}
    let succeededAtMs = Date.now()
    let isRunning = false
    let usedAtMs = Date.now()
    const isUnused = () => Date.now() - usedAtMs > UNUSED_AFTER_MS
    const schedule = () => {
      const usualMs = document.hidden ? HIDDEN_INTERVAL_MS : isUnused() ? UNUSED_INTERVAL_MS : VISIBLE_INTERVAL_MS
      timer = window.setTimeout(
        run,
        Math.max(leastMs, usualMs, Math.min(VISIBLE_INTERVAL_MS * 2 ** failures, MAX_BACKOFF_MS)),
      )
    }
    const run = async () => {
      if (isRunning) return
      isRunning = true
      failures = (await latestRefresh.current()) ? 0 : failures + 1
      isRunning = false
      if (failures === 0) succeededAtMs = Date.now()
      if (!isStopped) setFailing(poller, failures === 0 ? null : succeededAtMs)
      if (!isStopped) schedule()
    }
    const runNow = () => {
      if (document.hidden) return
      window.clearTimeout(timer)
      void run()
    }
    const handleInput = () => {
      const wasUnused = isUnused()
      usedAtMs = Date.now()
      if (wasUnused) runNow()
    }
    schedule()
    for (const input of INPUTS) window.addEventListener(input, handleInput, { passive: true })
    document.addEventListener('visibilitychange', runNow)
    window.addEventListener('online', runNow)
    return () => {
      isStopped = true
      setFailing(poller, null)
      window.clearTimeout(timer)
      for (const input of INPUTS) window.removeEventListener(input, handleInput)
      document.removeEventListener('visibilitychange', runNow)
      window.removeEventListener('online', runNow)
    }
  }, [leastMs])
}
