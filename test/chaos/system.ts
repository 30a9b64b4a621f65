import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ListQueuesCommand } from '@aws-sdk/client-sqs'
import { paths } from '../../lambdas/core/api/paths.ts'
import { sign } from '../../lambdas/core/x/signature.ts'
import { type Addresses, readAddresses } from '../../local/addresses.ts'
import { queueClient, queueDepth } from '../../local/aws/queues.ts'
import { decideOnX } from '../support/authorize.ts'
import type { User } from '../support/x-payloads.ts'
import type { Fault } from './faults.ts'
import type { MutantName } from './mutants.ts'
import type { ServiceAddresses, ServiceReport } from './services.ts'

const consumerSecret = 'chaos-consumer-secret'
/** A call that is not answered in this time has failed. */
const callTimeoutMs = 40_000
/** A call that must succeed is made again for this long. */
const patienceMs = 120_000
const retryPauseMs = 200
const json = { 'content-type': 'application/json' }

export type ApiAnswer = { readonly status: number; readonly body: unknown }
export type ApiCall = { readonly method: string; readonly path: string; readonly body?: object; readonly key?: string }

/** The system that is disturbed: the stack and its services, in two processes, and the calls that people make. */
export class System {
  /** How often each fault happened, by service and kind. */
  readonly faultCounts = new Map<string, number>()
  readonly #dataDir: string
  readonly #seed: number
  readonly #mutant: MutantName | ''
  readonly #log: number
  #port = 0
  #children: ChildProcess[] = []
  #services: ServiceAddresses | undefined
  #addresses: Addresses | undefined
  #up: Promise<void> = Promise.resolve()
  #lives = 0
  #hasEnded = false
  #token: string | undefined

  /** @param mutant the wrong version of a function that runs instead of the product's; empty: none */
  constructor(dataDir: string, seed: number, mutant: MutantName | '') {
    this.#dataDir = dataDir
    this.#seed = seed
    this.#mutant = mutant
    this.#log = openSync(join(dataDir, 'stack.log'), 'a')
  }

  /** Starts services and stack on the data of their last life. @throws Error if one ends instead */
  async start(): Promise<void> {
    this.#port ||= await freePort()
    const services = this.#fork('services.ts', [this.#dataDir, String(this.#seed + ++this.#lives)])
    this.#children = [services]
    services.on('message', (report: ServiceReport) => {
      if ('fault' in report) this.faultCounts.set(report.fault, (this.faultCounts.get(report.fault) ?? 0) + 1)
    })
    const { proxied, direct } = await firstReport<{ ready: ServiceAddresses }>(services).then(({ ready }) => ready)
    this.#services = { proxied, direct }
    const stack = this.#fork('stack.ts', [], {
      PORT: String(this.#port),
      AWS_ENDPOINT_URL_DYNAMODB: proxied.dynamodb,
      AWS_ENDPOINT_URL_SQS: proxied.sqs,
      AWS_ENDPOINT_URL_S3: proxied.s3,
      AWS_ENDPOINT_URL_SES: proxied.ses,
    })
    this.#children = [services, stack]
    await firstReport(stack)
    this.#addresses = readAddresses(this.#dataDir)
  }

  /** Kills everything with SIGKILL and starts it again. What people do meanwhile waits. */
  restart(): Promise<void> {
    this.#up = this.#kill().then(() => this.start())
    return this.#up
  }

  /** Ends everything; calls that are made or repeated later fail. */
  async end(): Promise<void> {
    this.#hasEnded = true
    await this.#kill()
    closeSync(this.#log)
  }

  async #kill(): Promise<void> {
    await Promise.all(
      this.#children.map((child) => {
        const gone = new Promise((resolve) => child.once('exit', resolve))
        child.kill('SIGKILL')
        return child.exitCode === null && child.signalCode === null ? gone : undefined
      }),
    )
  }

  #fork(script: string, args: readonly string[], environment: Record<string, string> = {}): ChildProcess {
    // What the tests of handlers set for themselves is not meant for it: empty is not set.
    const own = { X_API_URL: '', PUBLIC_URL: '', EVENT_SOURCE: '', ADMINISTRATORS: '', MAIL_FROM: '' }
    const here = { X_PORT: '0', MAIL_PORT: '0', DATA_DIR: this.#dataDir, X_CONSUMER_SECRET: consumerSecret, TZ: 'UTC' }
    return fork(join(import.meta.dirname, script), args, {
      env: { ...process.env, ...own, ...here, CHAOS_MUTANT: this.#mutant, ...environment },
      execArgv: [],
      stdio: ['ignore', this.#log, this.#log, 'ipc'],
    })
  }

  /** Sets the faults of the services; those before end. */
  async setFaults(faults: readonly Fault[]): Promise<void> {
    await this.#up
    const [services] = this.#children
    if (!services) throw new Error('nothing is started')
    const set = new Promise<void>((resolve) => {
      const onMessage = (report: ServiceReport) => {
        if (!('set' in report)) return
        services.off('message', onMessage)
        resolve()
      }
      services.on('message', onMessage)
    })
    services.send(faults)
    await set
  }

  /** Posts a delivery once, signed as X signs; the status, or null without an answer. */
  async deliver(delivery: object): Promise<number | null> {
    await this.#up
    const body = JSON.stringify(delivery)
    const headers = { 'content-type': 'application/json', 'x-twitter-webhooks-signature': sign(body, consumerSecret) }
    const answer = await this.#fetch(`${this.#url}${paths.webhook}`, { method: 'POST', headers, body })
    return answer?.status ?? null
  }

  /**
   * Calls the API until it answers with less than 500, as a careful client does.
   * @throws Error if it does not in two minutes
   */
  async call(call: ApiCall): Promise<ApiAnswer> {
    return this.#patiently(`${call.method} ${call.path}`, async () => {
      this.#token ??= await this.#newToken()
      if (this.#token === undefined) return undefined
      const headers: Record<string, string> = {
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
        ...(call.key ? { 'idempotency-key': call.key } : {}),
      }
      const answer = await this.#fetch(`${this.#url}${call.path}`, {
        method: call.method,
        headers,
        ...(call.body ? { body: JSON.stringify(call.body) } : {}),
      })
      if (answer?.status === 401) this.#token = undefined
      const isAnswered = answer && answer.status < 500 && ![401, 429].includes(answer.status)
      return isAnswered ? { status: answer.status, body: JSON.parse(answer.text || '{}') as unknown } : undefined
    })
  }

  /** Reads from the API. @throws Error unless it answers 200 */
  async get<T>(path: string): Promise<T> {
    const { status, body } = await this.call({ method: 'GET', path })
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`)
    return body as T
  }

  /** Changes something by the API. @throws Error unless it answers 200 */
  async patch(path: string, body: object): Promise<void> {
    const answer = await this.call({ method: 'PATCH', path, body })
    if (answer.status !== 200) throw new Error(`PATCH ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  }

  /** Runs a schedule until it succeeds. @param now the time on its clock */
  async schedule(name: string, now = new Date()): Promise<void> {
    await this.#patiently(`the schedule ${name}`, async () => {
      const status = await this.scheduleOnce(name, now)
      return status === 200 ? true : undefined
    })
  }

  /** Runs a schedule once; the status, or null without an answer. */
  async scheduleOnce(name: string, now: Date): Promise<number | null> {
    await this.#up
    const body = JSON.stringify({ now: now.toISOString() })
    const asked = { method: 'POST', headers: json, body }
    return (await this.#fetch(`${this.#url}/_local/schedules/${name}`, asked))?.status ?? null
  }

  /**
   * Makes a control call of X once; null without an answer.
   * @throws Error with what X says is wrong
   */
  async onX<T>(method: string, path: string, body?: object): Promise<T | null> {
    await this.#up
    const url = `${this.#addresses?.x?.url}/_x/${path}`
    const answer = await this.#fetch(url, { method, headers: json, ...(body ? { body: JSON.stringify(body) } : {}) })
    if (answer && answer.status !== 200) throw new Error(`${method} /_x/${path}: ${answer.status} ${answer.text}`)
    return answer ? (JSON.parse(answer.text) as T) : null
  }

  /** Makes a control call of X until it is answered: for what may be done twice. */
  surelyOnX<T>(method: string, path: string, body?: object): Promise<T> {
    return this.#patiently(`${method} /_x/${path}`, async () => (await this.onX<T>(method, path, body)) ?? undefined)
  }

  /** Connects an account as its owner does. */
  async connect({ id }: User): Promise<void> {
    const headers = { authorization: `Bearer ${await this.#newToken()}` }
    const begun = await fetch(`${this.#url}/api/channels/twitter/connect`, { method: 'POST', headers })
    const { authorizeUrl } = (await begun.json()) as { authorizeUrl: string }
    const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const back = await decideOnX(authorizeUrl, id, 'allow')
    const done = await fetch(`${this.#url}${back.pathname}${back.search}`, { headers: { cookie }, redirect: 'manual' })
    if (done.status !== 302) throw new Error(`the account ${id} could not be connected: ${done.status}`)
  }

  /** How many messages the queues hold, and the dead-letter queues. */
  async depth(): Promise<{ readonly waiting: number; readonly dead: number }> {
    await this.#up
    const client = queueClient(this.#services?.direct.sqs ?? '')
    try {
      const { QueueUrls: urls = [] } = await client.send(new ListQueuesCommand({}))
      const depths = await Promise.all(urls.map(async (url) => ({ url, ...(await queueDepth(client, url)) })))
      const sum = (isDead: boolean) =>
        depths
          .filter(({ url }) => url.includes('-dead') === isDead)
          .reduce((all, { visible, inFlight }) => all + visible + inFlight, 0)
      return { waiting: sum(false), dead: sum(true) }
    } finally {
      client.destroy()
    }
  }

  /** The mails in the mailbox. */
  async mails(): Promise<{ readonly subject: string }[]> {
    const answer = await fetch(`${this.#services?.direct.ses}/store`)
    return ((await answer.json()) as { emails: { subject: string }[] }).emails
  }

  get #url(): string {
    return this.#addresses?.url ?? ''
  }

  async #newToken(): Promise<string | undefined> {
    const answer = await this.#fetch(`${this.#url}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('admin:local').toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    return answer?.status === 200 ? (JSON.parse(answer.text) as { access_token: string }).access_token : undefined
  }

  /** Null without an answer. @throws Error when the system has ended */
  async #fetch(url: string, options: RequestInit): Promise<{ readonly status: number; readonly text: string } | null> {
    if (this.#hasEnded) throw new Error('the system has ended')
    try {
      const answer = await fetch(url, { ...options, signal: AbortSignal.timeout(callTimeoutMs) })
      return { status: answer.status, text: await answer.text() }
    } catch {
      return null
    }
  }

  /** Tries until there is a result. */
  async #patiently<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
    const until = performance.now() + patienceMs
    for (;;) {
      await this.#up
      const result = await attempt()
      if (result !== undefined) return result
      if (performance.now() > until) throw new Error(`${what}: not done after ${patienceMs / 1000} seconds`)
      await pause(retryPauseMs)
    }
  }
}

/** The first message of a process. @throws Error if it ends before */
function firstReport<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (report) => resolve(report as T))
    child.once('exit', (code) => reject(new Error(`a process of the system ended with ${code}: see stack.log`)))
  })
}

/** The webhook's address at X contains the port, so it stays over a restart. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}
