import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type EnvironmentName,
  type FunctionName,
  functions,
  type QueueName,
  queues,
} from '../lambdas/runtime/resources.ts'
import { type Addresses, removeAddresses, writeAddresses } from './addresses.ts'
import { startDatabase } from './database.ts'
import { type LocalFunction, startFunction } from './functions.ts'
import { startGateway } from './gateway.ts'
import { lockDataDir } from './lock.ts'
import { startPoller } from './poller.ts'
import { ensureQueues, queueClient, queueDepth, startQueues } from './queues.ts'
import type { LogEntry } from './sandbox.ts'
import { writeSecrets, type XSecrets } from './secrets.ts'
import type { AwsEndpoints } from './settings.ts'
import { ensureTable, tableName } from './table.ts'
import { type ClientName, createTokenIssuer } from './tokens.ts'

export type StackOptions = XSecrets & {
  /** Absolute path of the folder for everything that survives a restart. */
  readonly dataDir: string
  /** 0 takes any free one. */
  readonly port: number
  /** How X and browsers reach the stack where that is not its own address. */
  readonly publicUrl?: string | undefined
  /** Parts to use instead of the embedded ones. */
  readonly awsEndpoints?: AwsEndpoints
  /** Folders with an `index.mjs` each to run instead of bundles of `lambdas/`. */
  readonly folders?: Readonly<Record<FunctionName, string>>
  /** Seconds until a failed message is tried again, given how often it was received. */
  readonly retrySeconds?: (receiveCount: number) => number
  /** Told in a line what is up. */
  readonly onProgress?: (text: string) => void
  /** Told each line that a function logs. */
  readonly onLog?: (entry: LogEntry) => void
  /** Told in a sentence when something does not work and will be tried again. */
  readonly onTrouble?: (sentence: string) => void
  /** Told in a sentence when a part ended by itself, after which nothing works. */
  readonly onBroken?: (sentence: string) => void
}

/** The whole product, running. */
export type Stack = Addresses & {
  /** How X and browsers reach it. */
  readonly publicUrl: string
  /**
   * Resolves when every queue is worked off: nothing visible, nothing in flight, no batch under work.
   * @throws Error with what is left after so many seconds, 30 when not said
   */
  settled(withinSeconds?: number): Promise<void>
  /** How many messages were given up. */
  deadLetters(): Promise<number>
  /** A token of the API. */
  token(client: ClientName): Promise<string>
  stop(): Promise<void>
}

/**
 * Starts everything on this machine and returns when it is ready for requests.
 * @throws Refusal when the port or the data folder is taken, and whatever keeps a part from starting; nothing is left running
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const closing: (() => unknown)[] = []
  // In the opposite order of starting, and each part even when another fails to stop.
  const stop = async () => {
    for (let close = closing.pop(); close; close = closing.pop()) {
      try {
        await close()
      } catch (error) {
        options.onTrouble?.(`While stopping: ${error instanceof Error ? error.message : error}`)
      }
    }
  }
  try {
    return await start(options, closing, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(options: StackOptions, closing: (() => unknown)[], stop: () => Promise<void>): Promise<Stack> {
  const {
    dataDir,
    awsEndpoints = {},
    onProgress = () => {},
    onLog = () => {},
    onTrouble = () => {},
    onBroken = () => {},
  } = options
  const lock = lockDataDir(dataDir)
  closing.push(() => lock.release())

  const embed = async (name: string, given: string | undefined, startPart: () => ReturnType<typeof startDatabase>) => {
    if (given) return given
    const part = await timed(onProgress, name, startPart)
    closing.push(() => part.stop())
    return part.endpoint
  }
  const dynamodb = await embed('DynamoDB', awsEndpoints.dynamodb, () => startDatabase(dataDir, onBroken))
  await timed(onProgress, 'table', () => ensureTable(dynamodb))
  const sqs = await embed('SQS', awsEndpoints.sqs, () => startQueues(dataDir))
  const client = queueClient(sqs)
  closing.push(() => client.destroy())
  const { urls, deadLetters } = await timed(onProgress, 'queues', () => ensureQueues(client, sqs))

  const folders = options.folders ?? (await timed(onProgress, 'functions', () => bundle(join(dataDir, 'functions'))))
  const values: Record<EnvironmentName, string> = {
    TABLE_NAME: tableName,
    EVENTS_QUEUE_URL: urls.events,
    X_SECRETS: writeSecrets(dataDir, pickSecrets(options)),
  }
  const running = startFunctions(folders, values, { dynamodb, sqs }, onLog)
  const pollers = (Object.keys(queues) as QueueName[]).map((name) =>
    startPoller({
      client,
      queueUrl: urls[name],
      resource: queues[name],
      consumer: running[queues[name].consumer],
      ...(options.retrySeconds && { retrySeconds: options.retrySeconds }),
      onTrouble,
    }),
  )
  // Together: a poller ends when its function's calls do, and stopping the function ends those.
  closing.push(() => Promise.all([...pollers, ...Object.values(running)].map((part) => part.stop())))

  const tokens = await createTokenIssuer(dataDir)
  const gateway = await timed(onProgress, 'gateway', () =>
    startGateway({ port: options.port, functions: running, tokens }),
  )
  closing.push(() => gateway.stop())

  const url = `http://localhost:${gateway.port}`
  const addresses: Addresses = { url, endpoints: { dynamodb, sqs }, tableName, queueUrls: urls }
  writeAddresses(dataDir, addresses)
  closing.push(() => removeAddresses(dataDir))

  const left = async () => {
    const perQueue = Object.entries(urls).map(async ([name, queueUrl]) => {
      const { visible, inFlight } = await queueDepth(client, queueUrl)
      return visible + inFlight > 0 ? [`${name}: ${visible} visible, ${inFlight} in flight`] : []
    })
    const found = (await Promise.all(perQueue)).flat()
    const working = pollers.reduce((sum, poller) => sum + poller.working, 0)
    return working > 0 ? [...found, `${working} under work`] : found
  }

  return {
    ...addresses,
    publicUrl: options.publicUrl ?? url,
    stop,
    token: (name) => tokens.issue(name),
    async settled(withinSeconds = 30) {
      const until = Date.now() + withinSeconds * 1000
      for (let rest = await left(); rest.length > 0; rest = await left()) {
        if (Date.now() > until) throw new Error(`Not settled after ${withinSeconds} seconds: ${rest.join('; ')}.`)
        await pause(20)
      }
    },
    async deadLetters() {
      const depths = await Promise.all(Object.values(deadLetters).map((queueUrl) => queueDepth(client, queueUrl)))
      return depths.reduce((sum, { visible, inFlight }) => sum + visible + inFlight, 0)
    },
  }
}

/** Says what has come up and how long it took. */
async function timed<T>(onProgress: (text: string) => void, name: string, act: () => Promise<T>): Promise<T> {
  const before = performance.now()
  const result = await act()
  onProgress(`${name.padEnd(10)} ${Math.round(performance.now() - before)} ms`)
  return result
}

/** The bundles that CDK ships. The bundler is loaded only here: who brings folders of their own need not wait for it. */
async function bundle(folder: string): Promise<Record<FunctionName, string>> {
  const [{ bundleHandlers }, bundler] = await Promise.all([import('../lib/bundle.ts'), import('esbuild')])
  rmSync(folder, { recursive: true, force: true })
  try {
    return bundleHandlers(folder)
  } finally {
    // Otherwise it waits as a process of its own for more to bundle.
    await bundler.stop()
  }
}

const pickSecrets = ({ consumerKey, consumerSecret, consumerSecretPrevious }: XSecrets): XSecrets => ({
  consumerKey,
  consumerSecret,
  consumerSecretPrevious,
})

function startFunctions(
  folders: Readonly<Record<FunctionName, string>>,
  values: Readonly<Record<EnvironmentName, string>>,
  endpoints: Addresses['endpoints'],
  onLog: (entry: LogEntry) => void,
): Record<FunctionName, LocalFunction> {
  const entries = (Object.keys(functions) as FunctionName[]).map((name) => {
    const own = functions[name].environment.map((variable) => [variable, values[variable]])
    const environment = {
      ...Object.fromEntries(own),
      AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
      AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    }
    return [name, startFunction({ name, folder: folders[name], resource: functions[name], environment, onLog })]
  })
  return Object.fromEntries(entries) as Record<FunctionName, LocalFunction>
}
