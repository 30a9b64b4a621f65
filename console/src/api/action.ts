import { useState } from 'preact/hooks'
import { type ApiError, toApiError } from './client.ts'

/** Runs a change and keeps its error for the page to show; the next success clears it. */
export function useAction() {
  const [error, setError] = useState<ApiError>()
  const run = async (action: () => Promise<unknown>): Promise<void> => {
    try {
      await action()
      setError(undefined)
    } catch (thrown) {
      setError(toApiError(thrown))
    }
  }
  return { error, run }
}
