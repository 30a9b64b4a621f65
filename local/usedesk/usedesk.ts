import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { guarded, pathOf } from '../guard.ts'
import { servePage } from '../served-page.ts'
import { close, listen } from '../server.ts'
import { openStateFile } from '../state-file.ts'
import { type Answer, readBody, send } from '../x-simulator/http.ts'
import { type CallName, calls, Refusal } from './calls.ts'
import { type Control, createControl } from './control.ts'
import { answerControl } from './control-calls.ts'
import { createDeliveries } from './deliveries.ts'
import type { Desk } from './desk.ts'
import { createFaults } from './faults.ts'
import { createPace } from './pace.ts'
import { Misuse, readParameters, type Sent } from './parameters.ts'
import { completeState, type RecordedCall } from './state.ts'
import { viewOf } from './view.ts'

/** A stand-in for Usedesk: its API, its events, control calls under `/_usedesk/`, and a page at `/`. See README.md. */
export type Usedesk = {
  readonly url: string
  readonly port: number
  /** The secret key of its channel: `api_token`. */
  readonly token: string
  readonly control: Control
  stop(): Promise<void>
}

export type UsedeskOptions = {
  /** 0 means any free port. */
  readonly port: number
  /** Default: a public one. */
  readonly token?: string | undefined
  /** Where its events go («Redirect URL»). Default: what is stored. */
  readonly redirectUrl?: string | undefined
  /** The file that keeps the state across restarts. Default: in memory. */
  readonly dataFile?: string | undefined
  readonly now?: (() => Date) | undefined
  /** Called with one sentence on an internal error. */
  readonly onWarning?: ((sentence: string) => void) | undefined
}

/** The token where none is given. Everybody knows it. */
export const publicToken = 'local-usedesk-token'

/** So many calls are remembered, and violations. */
const maxRecords = 2_000

/**
 * Starts Usedesk's stand-in on 127.0.0.1.
 * @throws UserError when the port is in use or the data file is not readable
 */
export async function startUsedesk(options: UsedeskOptions): Promise<Usedesk> {
  const { token = publicToken, now = () => new Date(), onWarning = () => {} } = options
  const { state, changed, flush, bytes } = openStateFile(options.dataFile, { of: 'Usedesk', complete: completeState })
  if (options.redirectUrl !== undefined) state.settings.redirectUrl = options.redirectUrl
  const deliveries = createDeliveries({ state, token, now, changed })
  const faults = createFaults()
  const pace = createPace(() => now().getTime())
  let port = 0
  const url = () => `http://localhost:${port}`
  const desk: Desk = { state, changed, bytes, now, url, emit: deliveries.emit }
  const control = createControl({ desk, deliveries, faults })
  const page = servePage(join(import.meta.dirname, 'page'))

  const record = (call: string, sent: Sent | undefined, outcome: RecordedCall['outcome']) => {
    const { api_token: _, ...parameters } = sent?.parameters ?? {}
    const files = (sent?.files ?? []).map(({ name, contentType, bytes }) => ({ name, contentType, size: bytes.length }))
    state.calls.push({ at: now().toISOString(), call, parameters, files, outcome })
    state.calls.splice(0, state.calls.length - maxRecords)
    changed()
  }

  const violate = (call: string, problem: string): Answer => {
    state.violations.push({ at: now().toISOString(), call, problem })
    state.violations.splice(0, state.violations.length - maxRecords)
    changed()
    return { status: 200, body: { error: problem } }
  }

  /** Executes a call. Usedesk answers errors with 200 and an error inside. */
  const execute = (name: CallName, sent: Sent): { readonly answer: Answer; readonly isDone: boolean } => {
    const given = sent.parameters.api_token
    if (given === undefined) return { answer: violate(name, 'api_token: is missing'), isDone: false }
    if (given !== token) return { answer: { status: 200, body: { error: 'api_token: is wrong' } }, isDone: false }
    try {
      return { answer: { status: 200, body: calls[name](desk, sent) }, isDone: true }
    } catch (error) {
      if (error instanceof Misuse) return { answer: violate(name, error.message), isDone: false }
      if (error instanceof Refusal) return { answer: { status: 200, body: { error: error.message } }, isDone: false }
      throw error
    }
  }

  /** Answers a call of the API; undefined if the connection is to end without an answer. */
  const answerCall = async (request: IncomingMessage, body: Buffer): Promise<Answer | undefined> => {
    const path = pathOf(request)
    const name = nameOf(path)
    if (!Object.hasOwn(calls, name)) return { ...violate(path, `there is no call ${path}`), status: 404 }
    const call = name as CallName
    if (request.method !== 'POST') return violate(call, `the method is ${request.method}, not POST`)
    const { settings } = state
    if (!pace.allows(settings)) {
      record(call, undefined, 'limited')
      return { status: settings.limitAnswer === 'status' ? 429 : 200, body: { error: 'Too many requests' } }
    }
    const sent = await readParameters(request.headers, body).catch((error) => {
      if (error instanceof Misuse) return violate(call, error.message)
      throw error
    })
    if ('status' in sent) return sent
    const fault = faults.take(call)
    if (fault?.kind === 'fail' || fault?.kind === 'error') {
      record(call, sent, 'failed')
      const error = 'Something went wrong'
      return { status: fault.kind === 'fail' ? (fault.status ?? 500) : 200, body: { error } }
    }
    const { answer, isDone } = execute(call, sent)
    record(call, sent, fault?.kind === 'lost' ? 'lost' : isDone ? 'done' : 'refused')
    if (fault?.kind === 'slow') await pause(fault.delayMs ?? 1_000, undefined, { ref: false })
    return fault?.kind === 'lost' ? undefined : answer
  }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(request)
    const path = pathOf(request)
    const answer = path.startsWith('/_usedesk/')
      ? await answerControl(control, request.method, path, body)
      : ((request.method === 'GET' ? await answerGet(request, path) : undefined) ?? (await answerCall(request, body)))
    flush()
    if (answer) send(response, answer)
    else response.destroy()
  }

  /** The page, what it shows, and files of comments, which anyone may load who has their address. */
  const answerGet = async (request: IncomingMessage, path: string): Promise<Answer | undefined> => {
    if (path === '/page/view') {
      const open = new URL(request.url ?? '/', url()).searchParams.get('open')
      return { status: 200, body: viewOf(desk, token, Number(open)), headers: { 'cache-control': 'no-store' } }
    }
    const [, key] = /^\/upload\/([\w-]+)\/[^/]+$/.exec(path) ?? []
    if (key !== undefined) return fileAt(key)
    const known = await page(path)
    // A browser asks for more than there is, such as an icon.
    return known ?? (Object.hasOwn(calls, nameOf(path)) ? undefined : { status: 404, body: { error: 'Not found' } })
  }

  const fileAt = (key: string): Answer => {
    const all = state.tickets.flatMap(({ comments }) => comments.flatMap(({ files }) => files))
    const file = all.find((one) => one.key === key)
    const content = file && bytes.get(key)
    if (!content) return { status: 404, body: { error: 'There is no such file' } }
    // Scripts in a file never run, also when somebody opens the file itself.
    const headers = {
      'content-type': file.contentType || 'application/octet-stream',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    }
    return { status: 200, body: content, headers }
  }

  const server = createServer(
    guarded((request, response) => {
      handle(request, response).catch((error) => {
        if (request.destroyed && !request.complete) return
        onWarning(`Usedesk's stand-in failed: ${error instanceof Error ? error.stack : String(error)}`)
        if (!response.headersSent) send(response, { status: 500, body: { error: 'Something went wrong' } })
      })
    }),
  )
  port = await listen(server, options.port, 'USEDESK_PORT')
  deliveries.resume()
  return {
    port,
    url: url(),
    token,
    control,
    stop() {
      deliveries.stop()
      flush()
      return close(server)
    },
  }
}

/** The name of a call. The international installation has its calls under /uapi/. */
const nameOf = (path: string) => path.replace(/^\/(uapi\/)?/, '')
