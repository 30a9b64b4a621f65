import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from '../settings.ts'
import { createAnswers, plainAnswer, type Scripted } from './answers.ts'
import { carryOut } from './api.ts'
import type { Nonces, Unanswered } from './authentication.ts'
import { type Control, createControl } from './control.ts'
import { answerControl } from './control-calls.ts'
import { createDeliveries } from './deliveries.ts'
import { type Answer, readBody, send } from './http.ts'
import { answerPage } from './page.ts'
import { createReplays } from './replay.ts'
import { openStorage } from './storage.ts'
import { nextId, type World } from './world.ts'

/** X on this machine: its API under its real paths, `/_x/` to do what people do on X, and `/` to do it on a page. */
export type XSimulator = {
  readonly url: string
  readonly port: number
  readonly control: Control
  stop(): Promise<void>
}

export type XOptions = {
  /** 0 takes any free one. */
  readonly port: number
  readonly consumerKey: string
  readonly consumerSecret: string
  /** Where the state survives a restart; in memory without one. */
  readonly dataFile?: string | undefined
  readonly now?: (() => Date) | undefined
  /** Where the page leads to for the helpdesk's console; where the webhook is, when it is not given. */
  readonly consoleUrl?: string | undefined
  /** When a failed delivery is tried again; X's own times when it is not given. */
  readonly retryDelaysMs?: readonly number[] | undefined
  /** Hears in a sentence what nobody else would: a delivery given up, a fault of the simulator. */
  readonly onTrouble?: ((sentence: string) => void) | undefined
}

/**
 * Starts the simulator on 127.0.0.1.
 * @throws Refusal when the port is taken or the data file is not to be read
 */
export async function startX(options: XOptions): Promise<XSimulator> {
  const { consumerKey, consumerSecret, now = () => new Date(), onTrouble = () => {} } = options
  const { state, changed, flush, bytes } = openStorage(options.dataFile)
  const clock = () => new Date(now().getTime() + state.clockAheadMs)
  const retryDelaysMs = options.retryDelaysMs ?? [3_000, 27_000, 242_000]
  const deliveries = createDeliveries({ state, consumerSecret, retryDelaysMs, now: clock, changed, onTrouble })
  const world: World = {
    state,
    bytes,
    consumerKey,
    consumerSecret,
    changed,
    now: clock,
    emit: deliveries.emit,
    replay: createReplays({ ...deliveries, state, onTrouble }),
    newId() {
      state.lastId = nextId(state.lastId, clock())
      changed()
      return state.lastId
    },
  }
  const answers = createAnswers()
  const control = createControl({ world, deliveries, answers, now })
  const nonces: Nonces = new Map()

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const call = await readCall(request)
    if (call.path.startsWith('/_x/')) return finish(response, await answerControl(control, call))
    const page = answerPage(state, call, { now: clock().toISOString(), consoleUrl: options.consoleUrl ?? null })
    if (page) return finish(response, page)
    const scripted = answers.take(call.method, call.path)
    const own = isCarriedOut(scripted) ? await carryOut(world, nonces, call, onTrouble) : undefined
    control.heard({ method: call.method, path: call.path, status: scripted?.status ?? own?.status ?? null })
    if (scripted?.delayMs) await pause(scripted.delayMs, undefined, { ref: false })
    if (scripted?.hang) return
    const headers = { ...own?.headers, ...scripted?.headers }
    finish(response, { ...(asked(scripted) ?? own ?? plainAnswer(500)), headers })
  }

  const finish = (response: ServerResponse, answer: Answer) => {
    flush()
    send(response, answer)
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      if (request.destroyed && !request.complete) return
      onTrouble(`The X simulator has a fault: ${error instanceof Error ? error.stack : String(error)}`)
      if (!response.headersSent) send(response, plainAnswer(500))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const sentence = `X_PORT ${options.port} is in use by another process: end that one or set X_PORT to another number.`
      reject(error.code === 'EADDRINUSE' ? new Refusal(sentence) : error)
    })
    server.listen(options.port, '127.0.0.1', resolve)
  })
  deliveries.resume()
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://localhost:${port}`,
    control,
    stop: () =>
      new Promise((resolve) => {
        deliveries.stop()
        flush()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Whether a call is done although another answer than its own is asked for. */
const isCarriedOut = (scripted: Scripted | undefined) =>
  !scripted || scripted.take === true || (scripted.status === undefined && scripted.hang !== true)

function asked(scripted: Scripted | undefined): Answer | undefined {
  if (scripted?.status === undefined) return undefined
  return { ...plainAnswer(scripted.status), ...(scripted.body === undefined ? {} : { body: scripted.body }) }
}

async function readCall(request: IncomingMessage): Promise<Unanswered> {
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
