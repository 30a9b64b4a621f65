import { useState } from 'preact/hooks'
import type { Problem } from '../../../client/src/client.ts'
import { toProblem } from './client.ts'

/** Runs a change and keeps its error for the page to show; the next success clears it. */
export function useAction() {
  const [error, setError] = useState<Problem>()
  const run = async (action: () => Promise<unknown>): Promise<void> => {
    try {
      await action()
      setError(undefined)
    } catch (thrown) {
      setError(toProblem(thrown))
    }
  }
  return { error, run }
}
