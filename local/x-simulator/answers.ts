import { randomUUID } from 'node:crypto'
import type { Answer } from './http.ts'

/** An answer that is asked for in advance. */
export type Scripted = {
  /** `POST`; any when it is not given. */
  readonly method?: string | undefined
  /** The path; `*` stands for anything. */
  readonly path: string
  /** Without one the call's own answer is given, as after `delayMs`. */
  readonly status?: number | undefined
  /** Sent as JSON, or as it is when it is a string. X's words for the status when it is not given. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** For so many calls, one when it is not given. */
  readonly times?: number | undefined
  /** True: the call is carried out, and then this is answered. */
  readonly take?: boolean | undefined
  readonly delayMs?: number | undefined
  /** True: nothing is ever answered. */
  readonly hang?: boolean | undefined
}

export type WaitingAnswer = Scripted & { readonly id: string; left: number }

export type Answers = {
  add(scripted: Scripted): WaitingAnswer
  list(): readonly WaitingAnswer[]
  clear(): void
  /** The answer for a call, used up by it. */
  take(method: string, path: string): WaitingAnswer | undefined
}

export function createAnswers(): Answers {
  let waiting: WaitingAnswer[] = []
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
      const found = waiting.find((one) => (one.method ?? method).toUpperCase() === method && fits(one.path, path))
      if (!found) return undefined
      found.left -= 1
      waiting = waiting.filter(({ left }) => left > 0)
      return found
    },
  }
}

function fits(pattern: string, path: string): boolean {
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

/** What X says with a status when nothing else is asked for. */
export function plainAnswer(status: number): Answer {
  const [title, detail] = titles[status] ?? ['Error', 'Error']
  const type = status === 402 ? 'https://api.x.com/2/problems/credits-depleted' : 'about:blank'
  return status < 400 ? { status } : { status, body: { title, detail, type, status } }
}
