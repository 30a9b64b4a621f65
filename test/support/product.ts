import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ApiMessage, ApiTicket } from '../../lambdas/core/api.ts'
import { sign } from '../../lambdas/core/signature.ts'
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

/** The product as `npm start` runs it, on a free port. */
export class Product {
  readonly url: string
  readonly #child: ChildProcess
  readonly #dataDir: string

  private constructor(child: ChildProcess, dataDir: string, url: string) {
    this.#child = child
    this.#dataDir = dataDir
    this.url = url
  }

  /** @throws Error with its output when it ends instead of coming up */
  static async start(dataDir: string): Promise<Product> {
    const env = { ...process.env, PORT: '0', DATA_DIR: dataDir, X_CONSUMER_SECRET: secret }
    const child = spawn(process.execPath, ['local/start.ts'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stderr.on('data', (chunk) => (output += chunk))
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${output}`)))
      createInterface({ input: child.stdout }).on('line', (line) => {
        output += `${line}\n`
        const found = /^\s+API\s+(http:\/\/\S+?)\/api/.exec(line)
        if (found?.[1]) resolve(found[1])
      })
    })
    return new Product(child, dataDir, url)
  }

  /** Ends it, by the signal, and waits until it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill(signal)
    await gone
  }

  /** Connects an account by the command of the README. */
  async connect({ id, username }: User): Promise<void> {
    const { code, output } = await runScript('local/channel.ts', ['add', id, username], { DATA_DIR: this.#dataDir })
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

  /** Calls the API as the helpdesk's program does. */
  async call<T>(path: string, options: { method?: string; body?: object; client?: string } = {}): Promise<T> {
    const { method = 'GET', body, client = 'helpdesk' } = options
    const token = await this.#token(client)
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  async #token(client: string): Promise<string> {
    const response = await fetch(`${this.url}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${client}:local`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    return ((await response.json()) as { access_token: string }).access_token
  }

  async tickets(query = ''): Promise<ApiTicket[]> {
    return (await this.call<{ tickets: ApiTicket[] }>(`/api/tickets${query}`)).tickets
  }

  async messages(ticketId: string): Promise<ApiMessage[]> {
    return (await this.call<{ messages: ApiMessage[] }>(`/api/tickets/${ticketId}/messages?limit=100`)).messages
  }
}
