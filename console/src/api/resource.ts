import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Problem } from '../../../client/src/client.ts'
import { toProblem } from './client.ts'

/** Data that a page loads from the API. After a failed reload, both `value` and `error` are set. */
export type Resource<T> = {
  readonly value: T | undefined
  readonly error: Problem | undefined
  /** Loads again; the current value stays until the answer is there. */
  readonly reload: () => Promise<void>
  readonly set: (value: T) => void
  /** Changes the current value, unless another key has come meanwhile. */
  readonly update: (change: (value: T) => T) => void
}

/** Loads when the page appears and when `key` changes. `load` must stop when its signal aborts. */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [state, setState] = useState<{ key: string; value?: T; error?: Problem }>({ key })
  const latestLoad = useRef(load)
  latestLoad.current = load
  const pending = useRef<AbortController | null>(null)

  const reload = useCallback(async () => {
    pending.current?.abort()
    const controller = new AbortController()
    pending.current = controller
    try {
      const value = await latestLoad.current(controller.signal)
      if (!controller.signal.aborted) setState({ key, value })
    } catch (thrown) {
      if (controller.signal.aborted) return
      const error = toProblem(thrown)
      setState((before) => (before.key === key ? { ...before, error } : { key, error }))
    }
  }, [key])

  useEffect(() => {
    void reload()
    return () => pending.current?.abort()
  }, [reload])

  const current = state.key === key ? state : { key }
  return {
    value: current.value,
    error: current.error,
    reload,
    set: (value) => setState({ key, value }),
    update: (change) =>
      setState((now) => (now.key === key && now.value !== undefined ? { key, value: change(now.value) } : now)),
  }
}
