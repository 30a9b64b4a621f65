/**
 * How many deliveries a second one machine accepts, and how many become messages in tickets. Starts the product as
 * `npm start` does, with data of its own, floods the webhook, waits until all is in tickets, and sends again at shares of
 * that rate for the time of an answer. At the end it asks the API for every message that was acknowledged, and counts
 * those that are missing or doubled. Processor time of a message depends least on what else the machine does.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ApiMessage, ApiTicket } from '../lambdas/core/api/schemas.ts'
import { type Addresses, readAddresses } from '../local/addresses.ts'
import { queueClient, queueDepth } from '../local/aws/queues.ts'
import { runCommand } from '../local/channel.ts'
import { UserError } from '../local/user-error.ts'
import { type Answer, deliveries, type Load, send, shop } from './load.ts'
import { type Usage, usageOf } from './processes.ts'

export type RateOptions = {
  /** Functions that have handled few events run several times slower than later. */
  readonly warmUpSeconds: number
  /** Seconds of the flood, and again of each share of its rate. */
  readonly seconds: number
  /** Deliveries that wait for an answer at once in the flood. */
  readonly concurrency: number
  /** Called with one sentence for each step. */
  readonly onProgress: (sentence: string) => void
}

export type RateFigures = {
  readonly acceptedPerSecond: number
  /** From the first delivery of the flood until the last of them is in its ticket. */
  readonly messagesPerSecond: number
  /** Processor time of all processes of the product for one message of the flood. */
  readonly cpuMsPerMessage: number
  /** Processor time that this process took for one delivery, to show that it does not limit. */
  readonly generatorCpuMs: number
  /** The time of an answer at each of `SHARES` of the rate that was accepted. */
  readonly latencies: readonly Latency[]
  /** Of all processes of the product: after the warm-up, after the flood, at the end. */
  readonly residentMb: { readonly before: number; readonly after: number; readonly end: number }
  readonly acknowledged: number
  /** Deliveries that were not answered with 200. Nothing is promised for them. */
  readonly refused: number
  readonly missing: number
  readonly doubled: number
}

/** What a delivery waited for its answer at a rate: half of them at most `p50Ms`, 99 of 100 at most `p99Ms`. */
export type Latency = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number }

/** Shares of the accepted rate at which the time of an answer is measured. */
export const SHARES = [0.25, 0.5, 0.75] as const

/** The consumer secret of the product that is measured. */
export const SECRET = 'bench-consumer-secret'
const root = join(import.meta.dirname, '..')

/** @throws Error when the product does not start or does not drain */
export async function measureRate({
  warmUpSeconds,
  seconds,
  concurrency,
  onProgress,
}: RateOptions): Promise<RateFigures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'helpdesk-rate-'))
  const { child, addresses } = await startProduct(dataDir)
  const processId = child.pid ?? 0
  const source = deliveries(SECRET)
  const sqs = queueClient(addresses.endpoints.sqs)
  /** How many events wait in the queue or are being processed. */
  const depthOf = async () => {
    const { visible, inFlight } = await queueDepth(sqs, addresses.queueUrls.events)
    return visible + inFlight
  }
  const answers: Answer[] = []
  const sendAll = async (load: Load) => {
    const own = process.cpuUsage()
    const before = usageOf(processId)
    const began = performance.now()
    const answered = await send(addresses.url, source, load)
    const sendMs = performance.now() - began
    const { user, system } = process.cpuUsage(own)
    await drained(depthOf, onProgress)
    answers.push(...answered)
    const accepted = answered.filter(({ status }) => status === 200)
    return {
      accepted,
      sendMs,
      allMs: performance.now() - began,
      before,
      after: usageOf(processId),
      generatorCpuMs: (user + system) / 1000 / answered.length,
    }
  }
  try {
    await runCommand({ do: 'add', twitterUserId: shop.id, username: shop.username }, dataDir, new Date())
    onProgress('warming up')
    await sendAll({ seconds: warmUpSeconds, concurrency })
    onProgress(`sending as fast as it goes for ${seconds} s`)
    const flood = await sendAll({ seconds, concurrency })
    const acceptedPerSecond = (flood.accepted.length / flood.sendMs) * 1000
    onProgress(`${Math.round(acceptedPerSecond)} a second are accepted`)
    const latencies: Latency[] = []
    for (const share of SHARES) {
      const perSecond = acceptedPerSecond * share
      onProgress(`sending ${Math.round(perSecond)} a second for ${seconds} s`)
      const { accepted } = await sendAll({ seconds, ratePerSecond: perSecond, concurrency: 1000 })
      const times = accepted.map(({ ms }) => ms).sort((a, b) => a - b)
      latencies.push({ perSecond, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) })
    }
    const end: Usage = usageOf(processId)
    const acknowledged = answers.filter(({ status }) => status === 200).map(({ externalId }) => externalId)
    onProgress(`asking for ${acknowledged.length} messages`)
    const stored = await storedMessages(addresses.url)
    return {
      acceptedPerSecond,
      messagesPerSecond: (flood.accepted.length / flood.allMs) * 1000,
      cpuMsPerMessage: (flood.after.cpuMs - flood.before.cpuMs) / flood.accepted.length,
      generatorCpuMs: flood.generatorCpuMs,
      latencies,
      residentMb: { before: flood.before.residentMb, after: flood.after.residentMb, end: end.residentMb },
      acknowledged: acknowledged.length,
      refused: answers.length - acknowledged.length,
      ...lossIn(acknowledged, stored),
    }
  } finally {
    sqs.destroy()
    await stop(child)
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Starts the product as `npm start` does, with data of its own. @throws Error if it does not start */
export async function startProduct(dataDir: string): Promise<{ child: ChildProcess; addresses: Addresses }> {
  const here = { PORT: '0', X_PORT: '0', MAIL_PORT: '0', DATA_DIR: dataDir, X_CONSUMER_SECRET: SECRET }
  const log = join(dataDir, 'output.log')
  const output = openSync(log, 'a')
  const child = spawn(process.execPath, ['local/start.ts'], {
    cwd: root,
    env: { ...process.env, ...here },
    stdio: ['ignore', output, output],
  })
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the product does not start: ${readFileSync(log, 'utf8')}`)
    try {
      return { child, addresses: readAddresses(dataDir) }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      await pause(50)
    }
  }
}

/** Ends it, and waits until it is gone. */
export async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  if (child.exitCode !== null || !child.kill('SIGTERM')) return
  await gone
}

const POLL_MS = 50
const PROGRESS_MS = 5_000
const DRAIN_TIMEOUT_MS = 300_000

async function drained(depthOf: () => Promise<number>, onProgress: (sentence: string) => void): Promise<void> {
  const began = performance.now()
  let said = began
  for (let depth = await depthOf(); depth > 0; depth = await depthOf()) {
    const now = performance.now()
    if (now - began > DRAIN_TIMEOUT_MS) throw new Error(`${depth} events are not in tickets after 5 minutes`)
    if (now - said > PROGRESS_MS) {
      onProgress(`${depth} events wait`)
      said = now
    }
    await pause(POLL_MS)
  }
}

/** How many acknowledged messages are in no ticket, and how many messages are in tickets more than once. */
export function lossIn(acknowledged: readonly string[], stored: ReadonlyMap<string, number>) {
  return {
    missing: acknowledged.filter((id) => !stored.has(id)).length,
    doubled: [...stored.values()].filter((count) => count > 1).length,
  }
}

/** Reads all messages of all tickets; returns how often each external id is there. */
async function storedMessages(url: string): Promise<Map<string, number>> {
  const token = await helpdeskToken(url)
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
    if (response.status !== 200) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  const found = new Map<string, number>()
  let cursor = ''
  do {
    const page = await get<{ tickets: ApiTicket[]; nextCursor: string | null }>(`/api/tickets?limit=100${cursor}`)
    const ofTickets = page.tickets.map(({ id }) =>
      get<{ messages: ApiMessage[] }>(`/api/tickets/${id}/messages?limit=100`),
    )
    for (const { messages } of await Promise.all(ofTickets)) {
      for (const { externalId } of messages) {
        if (externalId !== null) found.set(externalId, (found.get(externalId) ?? 0) + 1)
      }
    }
    cursor = page.nextCursor ? `&cursor=${encodeURIComponent(page.nextCursor)}` : ''
  } while (cursor)
  return found
}

/** A token of the helpdesk's machine client. */
export async function helpdeskToken(url: string): Promise<string> {
  const response = await fetch(`${url}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('helpdesk:local').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  return ((await response.json()) as { access_token: string }).access_token
}

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
