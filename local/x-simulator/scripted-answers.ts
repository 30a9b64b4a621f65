import { randomUUID } from 'node:crypto'
import type { Answer } from './http.ts'

/** Replaces the answer to a call of X's API, to simulate an error, a lost answer or a delay. */
export type ScriptedAnswer = {
  /** Default: any method. */
  readonly method?: string | undefined
  /** The path; `*` matches any characters. */
  readonly path: string
  /** Without a status the call gets its normal answer, after `delayMs`. */
  readonly status?: number | undefined
  /** Sent as JSON, a string as it is. Default: X's body for the status. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** How many calls get this answer. Default: 1. */
  readonly times?: number | undefined
  /** True: the simulator executes the call before it sends this answer. */
  readonly take?: boolean | undefined
  readonly delayMs?: number | undefined
  /** True: the simulator never answers. */
  readonly hang?: boolean | undefined
}

export type PendingAnswer = ScriptedAnswer & { readonly id: string; left: number }

export type ScriptedAnswers = {
  add(scripted: ScriptedAnswer): PendingAnswer
  list(): readonly PendingAnswer[]
  clear(): void
  /** Returns the first answer that matches a call, and counts the call. */
  take(method: string, path: string): PendingAnswer | undefined
}

export function createScriptedAnswers(): ScriptedAnswers {
  let waiting: PendingAnswer[] = []
  return {
    add(scripted) {
      const added = { ...scripted, id: randomUUID(), left: scripted.times ?? 1 }
      waiting.push(added)
      return added
    },
    list: () => waiting,
    clear() {
      waiting = []
    },
    take(method, path) {
      const found = waiting.find((one) => (one.method ?? method).toUpperCase() === method && matches(one.path, path))
      if (!found) return undefined
      found.left -= 1
      waiting = waiting.filter(({ left }) => left > 0)
      return found
    },
  }
}

function matches(pattern: string, path: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(path)
}

const titles: Readonly<Record<number, readonly [title: string, detail: string]>> = {
  400: ['Invalid Request', 'One or more parameters to your request was invalid.'],
  401: ['Unauthorized', 'Unauthorized'],
  402: ['Payment Required', 'credits depleted'],
  403: ['Forbidden', 'You are not permitted to perform this action.'],
  404: ['Not Found', 'Not Found'],
  429: ['Too Many Requests', 'Too Many Requests'],
  500: ['Internal Server Error', 'Internal Server Error'],
  503: ['Service Unavailable', 'Service Unavailable'],
}

/** The answer that X sends with a status by default. */
export function defaultAnswer(status: number): Answer {
  const [title, detail] = titles[status] ?? ['Error', 'Error']
  const type = status === 402 ? 'https://api.x.com/2/problems/credits-depleted' : 'about:blank'
  return status < 400 ? { status } : { status, body: { title, detail, type, status } }
}
