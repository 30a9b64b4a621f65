import { useEffect, useRef, useState } from 'preact/hooks'
import type { Problem } from '../../../client/src/client.ts'
import { showToast } from '../components/announcements.tsx'
import { commonMessages } from '../messages/common.ts'
import { describeError } from '../messages/errors.ts'
import { toProblem } from './client.ts'

/**
 * Runs a change and keeps its error for the page to show; the next success clears it. A person who has gone on by then is
 * told where they are.
 * @param what what was not done, as a sentence; null if nobody who has gone on needs to know
 */
export function useAction(what: string | null = commonMessages.notDone) {
  const [error, setError] = useState<Problem>()
  const isGone = useRef(false)
  useEffect(
    () => () => {
      isGone.current = true
    },
    [],
  )
  /** @returns whether it succeeded */
  const run = async (action: () => Promise<unknown>): Promise<boolean> => {
    try {
      await action()
      setError(undefined)
      return true
    } catch (thrown) {
      const problem = toProblem(thrown)
      setError(problem)
      if (isGone.current && what !== null) showToast(`${what} ${describeError(problem).text}`, 'long')
      return false
    }
  }
  return { error, run }
}
