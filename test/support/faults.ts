import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'

/**
 * How a call of the database goes wrong. `unreached` and `unanswered` end the process: the call never reached the
 * database, or was carried out and the answer lost, and every later call fails. `repeated` does not: the answer was lost
 * and the SDK carried the call out again.
 */
export const faults = ['unreached', 'unanswered', 'repeated'] as const
export type Fault = (typeof faults)[number]

/** Calls of a database of which one can be made to go wrong. */
export type FaultyCalls = {
  /** Lets the n-th call from now on go wrong. @param n from 1 */
  fail(n: number, fault: Fault): void
  /** Does something before the n-th call from now on, as if by another process at that moment. @param n from 1 */
  interrupt(n: number, action: () => Promise<unknown>): void
  /** Lets all calls succeed again; true if there was an n-th call. */
  recover(): boolean
}

/** Makes the calls of a client go wrong on demand. */
export function faultyCalls(client: DynamoDBClient): FaultyCalls {
  let planned: { n: number; fault: Fault } | { n: number; action: () => Promise<unknown> } | null = null
  let isInterrupted = false
  let calls = 0

  client.middlewareStack.add(
    (next) => async (args) => {
      if (!planned || isInterrupted) return next(args)
      const { n } = planned
      calls++
      if ('action' in planned) {
        if (calls !== n) return next(args)
        isInterrupted = true
        await planned.action()
        isInterrupted = false
        return next(args)
      }
      const { fault } = planned
      if (calls < n || (calls > n && fault === 'repeated')) return next(args)
      const isNow = calls === n
      if (isNow && fault === 'unanswered') await next(args).catch(() => {})
      if (isNow && fault === 'repeated') {
        await next(args).catch(() => {})
        return next(args)
      }
      throw new Error('the process ended')
    },
    // After the request is written, before it is sent: the SDK repeats the same request.
    { step: 'build' },
  )

  return {
    fail(n, fault) {
      planned = { n, fault }
      calls = 0
    },
    interrupt(n, action) {
      planned = { n, action }
      calls = 0
    },
    recover() {
      const wasReached = planned !== null && calls >= planned.n
      planned = null
      return wasReached
    },
  }
}
