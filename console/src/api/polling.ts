import { useEffect, useRef } from 'preact/hooks'

const VISIBLE_INTERVAL_MS = 4_000
const HIDDEN_INTERVAL_MS = 60_000
const MAX_BACKOFF_MS = 60_000

/**
 * Calls `refresh` again and again while the page exists: more rarely when the tab is hidden, with exponential backoff
 * after failures, and at once when the tab becomes visible or the device comes online.
 * @param refresh resolves to whether it succeeded
 */
export function usePolling(refresh: () => Promise<boolean>): void {
  const latestRefresh = useRef(refresh)
  latestRefresh.current = refresh
  useEffect(() => {
    let timer = 0
    let failures = 0
    let isStopped = false
    let isRunning = false
    const schedule = () => {
      const visibleDelayMs = Math.min(VISIBLE_INTERVAL_MS * 2 ** failures, MAX_BACKOFF_MS)
      timer = window.setTimeout(run, document.hidden ? HIDDEN_INTERVAL_MS : visibleDelayMs)
    }
    const run = async () => {
      if (isRunning) return
      isRunning = true
      failures = (await latestRefresh.current()) ? 0 : failures + 1
      isRunning = false
      if (!isStopped) schedule()
    }
    const runNow = () => {
      if (document.hidden) return
      window.clearTimeout(timer)
      void run()
    }
    schedule()
    document.addEventListener('visibilitychange', runNow)
    window.addEventListener('online', runNow)
    return () => {
      isStopped = true
      window.clearTimeout(timer)
      document.removeEventListener('visibilitychange', runNow)
      window.removeEventListener('online', runNow)
    }
  }, [])
}
