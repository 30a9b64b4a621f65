import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from './api.ts'

/** Something that comes from the API: what there is of it, and what is wrong. */
export type Loaded<T> = {
  readonly value: T | undefined
  readonly error: ApiError | undefined
  /** Asks again; what is shown stays until the answer is there. */
  readonly reload: () => Promise<void>
  readonly set: (value: T) => void
}

/** Loads when the page appears, and anew when `key` changes. */
export function useLoaded<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; value?: T; error?: ApiError }>({ key })
  const latest = useRef(load)
  latest.current = load
  const current = useRef<AbortController | null>(null)

  const reload = useCallback(async () => {
    current.current?.abort()
    const controller = new AbortController()
    current.current = controller
    try {
      const value = await latest.current(controller.signal)
      if (!controller.signal.aborted) setState({ key, value })
    } catch (error) {
      if (controller.signal.aborted) return
      const seen = asApiError(error)
      setState((before) => (before.key === key ? { ...before, error: seen } : { key, error: seen }))
    }
  }, [key])

  useEffect(() => {
    void reload()
    return () => current.current?.abort()
  }, [reload])

  const own = state.key === key ? state : { key }
  return { value: own.value, error: own.error, reload, set: (value) => setState({ key, value }) }
}

/** What was thrown, as a failure of the API where it is none: people are told in either case. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  console.error(error)
  return new ApiError(-1, error instanceof Error ? error.message : String(error))
}

/** Milliseconds between two looks at what is new: while the page is looked at, while it is not, and at most after failures. */
const EVERY = { visible: 4_000, hidden: 60_000, failing: 60_000 } as const

/** Asks again and again while the page is there: less often when nobody looks or nobody answers, at once when that ends. */
export function usePolling(refresh: () => Promise<boolean>, isOn = true): void {
  const latest = useRef(refresh)
  latest.current = refresh
  useEffect(() => {
    if (!isOn) return undefined
    let timer = 0
    let failures = 0
    let stopped = false
    let running = false
    const plan = () => {
      const visible = Math.min(EVERY.visible * 2 ** failures, EVERY.failing)
      timer = window.setTimeout(run, document.hidden ? EVERY.hidden : visible)
    }
    const run = async () => {
      if (running) return
      running = true
      failures = (await latest.current()) ? 0 : failures + 1
      running = false
      if (!stopped) plan()
    }
    const atOnce = () => {
      if (document.hidden) return
      window.clearTimeout(timer)
      void run()
    }
    plan()
    document.addEventListener('visibilitychange', atOnce)
    window.addEventListener('online', atOnce)
    return () => {
      stopped = true
      window.clearTimeout(timer)
      document.removeEventListener('visibilitychange', atOnce)
      window.removeEventListener('online', atOnce)
    }
  }, [isOn])
}
