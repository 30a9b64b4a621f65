import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll } from '@jest/globals'
import type { Calls, Message, NewReply, Ticket } from '../../client/src/calls.ts'
import { createClient } from '../../client/src/client.ts'
import { sign } from '../../lambdas/core/x/signature.ts'
import { decideOnX } from './authorize.ts'
import type { User } from './x-payloads.ts'

const root = join(import.meta.dirname, '../..')
const secret = 'journey-consumer-secret'

/** Runs a script of the project and returns how it ended and what it said. */
export async function runScript(script: string, args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, env: { ...process.env, ...environment } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, output }
}

/** A data folder for one journey, kept over restarts. */
export function dataFolder() {
  const path = mkdtempSync(join(tmpdir(), 'helpdesk-journey-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/**
 * A port that is free, and stays so while the product is ended and started again: below those that Linux gives to
 * connections (from 32768), one of which could take it meanwhile.
 */
export async function freePort(): Promise<string> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    await new Promise((resolve) => server.close(resolve))
    return String(port)
  }
}

/** A mail as the mailbox keeps it. */
type StoredMail = {
  readonly subject: string
  readonly destination: { readonly to: string[] }
  readonly body: { readonly text?: string; readonly html?: string }
}

/**
 * The product for the tests of one file: it starts before the first and ends after the last, with data of its own.
 * @param prepare runs when it has started, before the first test
 */
export function productForTests(
  prepare: () => Promise<unknown> = async () => {},
  environment: Record<string, string> = {},
): Product {
  const folder = dataFolder()
  const product = new Product(folder.path, environment)
  beforeAll(async () => {
    await product.start()
    await prepare()
  })
  afterAll(async () => {
    await product.end()
    folder.remove()
  })
  return product
}

/** The product as `npm start` runs it, on free ports. */
export class Product {
  /** Everything that it has printed since it was last started. */
  output = ''
  readonly dataDir: string
  readonly #environment: Record<string, string>
  #child: ChildProcess | undefined
  /** The API as the helpdesk's program calls it. */
  readonly helpdesk = this.#clientOf('helpdesk')
  /** The API as an administrator's program calls it. */
  readonly admin = this.#clientOf('admin')

  constructor(dataDir: string, environment: Record<string, string>) {
    this.dataDir = dataDir
    this.#environment = environment
  }

  get url(): string {
    return /^\s+API\s+(http:\/\/\S+?)\/api/m.exec(this.output)?.[1] ?? ''
  }

  /** Where the X simulator is. */
  get xUrl(): string {
    return /^\s+X\s+(http:\/\/\S+)/m.exec(this.output)?.[1] ?? ''
  }

  /** Where the mailbox is. */
  get mailUrl(): string {
    return /^\s+Mail\s+(http:\/\/\S+)/m.exec(this.output)?.[1] ?? ''
  }

  /**
   * Starts it, also again after its end, and returns when it is ready.
   * @throws Error with its output when it ends instead
   */
  async start(): Promise<void> {
    // What the tests of handlers set for themselves is not meant for it: empty is not set.
    const own = { X_API_URL: '', PUBLIC_URL: '', EVENT_SOURCE: '', ADMINISTRATORS: '', MAIL_FROM: '', TABLE_NAME: '' }
    const here = { PORT: '0', X_PORT: '0', MAIL_PORT: '0', DATA_DIR: this.dataDir, X_CONSUMER_SECRET: secret }
    const env = { ...process.env, ...own, ...here, ...this.#environment }
    const child = spawn(process.execPath, ['local/start.ts'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.output = ''
    child.stderr.on('data', (chunk) => (this.output += chunk))
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${this.output}`)))
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.output += `${line}\n`
        if (line.startsWith('End with')) resolve()
      })
    })
  }

  /** Ends it, by the signal, and waits until it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }

  /** Makes people and accounts known to the simulated X. */
  async addToX(...users: readonly User[]): Promise<void> {
    for (const user of users) await this.onX('POST', 'users', user)
  }

  /** Connects an account by the command of the README. */
  async connect({ id, username }: User): Promise<void> {
    const { code, output } = await runScript('local/channel.ts', ['add', id, username], { DATA_DIR: this.dataDir })
    if (code !== 0) throw new Error(output)
  }

  /** Posts a delivery, signed as X signs. */
  async deliver(delivery: object): Promise<number> {
    const body = JSON.stringify(delivery)
    const headers = { 'content-type': 'application/json', 'x-twitter-webhooks-signature': sign(body, secret) }
    const response = await fetch(`${this.url}/webhooks/twitter`, { method: 'POST', headers, body })
    await response.arrayBuffer()
    return response.status
  }

  /** A client that finds the product also after it was started anew, at another address. */
  #clientOf(name: string) {
    const send = (path: string, init: RequestInit) => fetch(this.url + path, init)
    return createClient({ url: '', token: () => this.#token(name), fetch: send })
  }

  async #token(client: string): Promise<string> {
    const response = await fetch(`${this.url}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${client}:local`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    return ((await response.json()) as { access_token: string }).access_token
  }

  /** Calls the API and tells status and body, whatever it answers. */
  async try(path: string, options: { method?: string; body?: object; headers?: Record<string, string> } = {}) {
    const { method = 'GET', body, headers = {} } = options
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
      redirect: 'manual',
    })
    return { status: response.status, headers: response.headers, body: await response.text() }
  }

  async bearer(client = 'helpdesk'): Promise<{ authorization: string }> {
    return { authorization: `Bearer ${await this.#token(client)}` }
  }

  /** Answers a customer as the helpdesk's program does. */
  reply(ticketId: string, body: NewReply, idempotencyKey?: string): Promise<Message> {
    return this.helpdesk.call('POST /api/tickets/{id}/replies', { params: { id: ticketId }, body, idempotencyKey })
  }

  /** Does by X's control what people do on X. @throws Error with what was wrong */
  async onX<T>(method: string, path: string, body?: object): Promise<T> {
    const headers = { 'content-type': 'application/json' }
    const sent = body ? { body: JSON.stringify(body) } : {}
    const response = await fetch(`${this.xUrl}/_x/${path}`, { method, headers, ...sent })
    if (!response.ok) throw new Error(`${method} /_x/${path}: ${await response.text()}`)
    return (await response.json()) as T
  }

  /** Begins to connect an account as the console does; gives the page on X and the browser's cookie. */
  async beginConnecting(): Promise<{ authorizeUrl: string; cookie: string }> {
    const headers = await this.bearer('admin')
    const answer = await this.try('/api/channels/twitter/connect', { method: 'POST', headers })
    if (answer.status !== 201) throw new Error(`${answer.status} ${answer.body}`)
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    return { ...(JSON.parse(answer.body) as { authorizeUrl: string }), cookie }
  }

  /** Comes back from X with the browser's cookie; gives where the console is opened. */
  async comeBack(from: URL, cookie: string): Promise<string> {
    const answer = await this.try(`${from.pathname}${from.search}`, { headers: cookie ? { cookie } : {} })
    if (answer.status !== 302) throw new Error(`${answer.status} ${answer.body}`)
    return String(answer.headers.get('location')).slice(this.url.length)
  }

  /** Connects an account the whole way. */
  async connectByOAuth({ id }: User): Promise<string> {
    const { authorizeUrl, cookie } = await this.beginConnecting()
    return this.comeBack(await decideOnX(authorizeUrl, id, 'allow'), cookie)
  }

  /** Runs a schedule at once, on a clock of its own. */
  async schedule(name: string, now?: string): Promise<void> {
    const answer = await this.try(`/_local/schedules/${name}`, { method: 'POST', ...(now ? { body: { now } } : {}) })
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`)
  }

  /** What the product has sent by mail since it was started, in that order. */
  async mails(): Promise<{ subject: string; to: string[]; text: string; html: string }[]> {
    const { emails } = (await (await fetch(`${this.mailUrl}/store`)).json()) as { emails: StoredMail[] }
    return emails.map(({ subject, destination: { to }, body: { text = '', html = '' } }) => ({
      subject,
      to,
      text,
      html,
    }))
  }

  async tickets(query: Calls['GET /api/tickets']['query'] = {}): Promise<readonly Ticket[]> {
    return (await this.helpdesk.call('GET /api/tickets', { query })).tickets
  }

  async messages(ticketId: string): Promise<readonly Message[]> {
    const options = { params: { id: ticketId }, query: { limit: 100 } }
    return (await this.helpdesk.call('GET /api/tickets/{id}/messages', options)).messages
  }
}
