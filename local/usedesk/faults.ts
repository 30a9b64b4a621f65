import type { CallName } from './calls.ts'

/** An ordered fault of the next calls. */
export type Fault = {
  /** Default: any call. */
  readonly call?: CallName | undefined
  /**
   * `fail`: not executed, answered with an HTTP status; `error`: not executed, answered 200 with an error inside;
   * `slow`: executed, answered late; `lost`: executed, and the connection ends without an answer.
   */
  readonly kind: 'fail' | 'error' | 'slow' | 'lost'
  /** Of `fail`. Default: 500. */
  readonly status?: number | undefined
  /** Of `slow`. Default: 1000. */
  readonly delayMs?: number | undefined
  /** How many calls it befalls. Default: 1. */
  readonly times?: number | undefined
}

export type Faults = {
  order(fault: Fault): void
  /** The fault of a call, if one was ordered. Counts the call. */
  take(call: CallName): Fault | undefined
  waiting(): readonly Fault[]
  clear(): void
}

export function createFaults(): Faults {
  let ordered: { readonly fault: Fault; left: number }[] = []
  return {
    order(fault) {
      ordered.push({ fault, left: fault.times ?? 1 })
    },
    take(call) {
      const found = ordered.find(({ fault }) => fault.call === undefined || fault.call === call)
      if (!found) return undefined
      found.left -= 1
      ordered = ordered.filter(({ left }) => left > 0)
      return found.fault
    },
    waiting: () => ordered.map(({ fault, left }) => ({ ...fault, times: left })),
    clear() {
      ordered = []
    },
  }
}
