import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { guarded } from '../guard.ts'
import { servePage } from '../served-page.ts'
import { close, listen } from '../server.ts'
import type { Nonces, UnauthenticatedCall } from './authentication.ts'
import { type Control, createControl } from './control.ts'
import { answerControl } from './control-calls.ts'
import { createDeliveries } from './deliveries.ts'
import { type Answer, readBody, send } from './http.ts'
import { answerView } from './page.ts'
import { createReplays } from './replay-jobs.ts'
import { handleCall } from './router.ts'
import { createScriptedAnswers, defaultAnswer, type ScriptedAnswer } from './scripted-answers.ts'
import { openStorage } from './storage.ts'
import { nextId, type World } from './world.ts'

/** X on this machine: X's API under its real paths, control calls under `/_x/`, and a page at `/`. See README.md. */
export type XSimulator = {
  readonly url: string
  readonly port: number
  readonly control: Control
  stop(): Promise<void>
}

export type XOptions = {
  /** 0 means any free port. */
  readonly port: number
  readonly consumerKey: string
  readonly consumerSecret: string
  /** The file that keeps the state across restarts. Default: in memory. */
  readonly dataFile?: string | undefined
  readonly now?: (() => Date) | undefined
  /** The helpdesk's console, to which the page links. Default: the origin of the webhook. */
  readonly consoleUrl?: string | undefined
  /** The delays before each retry of a delivery. Default: those of X. */
  readonly retryDelaysMs?: readonly number[] | undefined
  /** Called with one sentence when a delivery fails for good or the simulator has an internal error. */
  readonly onWarning?: ((sentence: string) => void) | undefined
}

/** After 3 seconds, then 27 seconds, then about 4 minutes. */
const defaultRetryDelaysMs = [3_000, 27_000, 242_000]

/**
 * Starts the simulator on 127.0.0.1.
 * @throws UserError when the port is in use or the data file is not readable
 */
export async function startX(options: XOptions): Promise<XSimulator> {
  const { consumerKey, consumerSecret, now = () => new Date(), onWarning = () => {} } = options
  const { state, changed, flush, bytes } = openStorage(options.dataFile)
  const clock = () => new Date(now().getTime() + state.clockAheadMs)
  const { retryDelaysMs = defaultRetryDelaysMs } = options
  const deliveries = createDeliveries({ state, consumerSecret, retryDelaysMs, now: clock, changed, onWarning })
  const world: World = {
    state,
    bytes,
    consumerKey,
    consumerSecret,
    changed,
    now: clock,
    emit: deliveries.emit,
    replay: createReplays({ ...deliveries, state, onWarning }),
    newId() {
      state.lastId = nextId(state.lastId, clock())
      changed()
      return state.lastId
    },
  }
  const answers = createScriptedAnswers()
  const control = createControl({ world, deliveries, answers, now })
  const nonces: Nonces = new Map()
  const page = servePage(join(import.meta.dirname, 'page'))

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const call = await readCall(request)
    if (call.path.startsWith('/_x/')) return finish(response, await answerControl(control, call))
    const about = { now: clock().toISOString(), consoleUrl: options.consoleUrl ?? null }
    const shown = answerView(state, call, about) ?? (call.method === 'GET' ? await page(call.path) : undefined)
    if (shown) return finish(response, shown)
    const scripted = answers.take(call.method, call.path)
    const own = isExecuted(scripted) ? await handleCall(world, nonces, call, onWarning) : undefined
    control.recordCall({ method: call.method, path: call.path, status: scripted?.status ?? own?.status ?? null })
    if (scripted?.delayMs) await pause(scripted.delayMs, undefined, { ref: false })
    if (scripted?.hang) return
    const headers = { ...own?.headers, ...scripted?.headers }
    finish(response, { ...(answerOf(scripted) ?? own ?? defaultAnswer(500)), headers })
  }

  const finish = (response: ServerResponse, answer: Answer) => {
    flush()
    send(response, answer)
  }

  const server = createServer(
    guarded((request, response) => {
      handle(request, response).catch((error) => {
        if (request.destroyed && !request.complete) return
        onWarning(`The X simulator failed: ${error instanceof Error ? error.stack : String(error)}`)
        if (!response.headersSent) send(response, defaultAnswer(500))
      })
    }),
  )
  const port = await listen(server, options.port, 'X_PORT')
  deliveries.resume()
  return {
    port,
    url: `http://localhost:${port}`,
    control,
    stop() {
      deliveries.stop()
      flush()
      return close(server)
    },
  }
}

/** True if the simulator executes a call although it has a scripted answer. */
const isExecuted = (scripted: ScriptedAnswer | undefined) =>
  !scripted || scripted.take === true || (scripted.status === undefined && scripted.hang !== true)

function answerOf(scripted: ScriptedAnswer | undefined): Answer | undefined {
  if (scripted?.status === undefined) return undefined
  return { ...defaultAnswer(scripted.status), ...(scripted.body === undefined ? {} : { body: scripted.body }) }
}

async function readCall(request: IncomingMessage): Promise<UnauthenticatedCall> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const body = await readBody(request)
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body,
  }
}
