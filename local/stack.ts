import { join } from 'node:path'
import { type EnvironmentName, type FunctionName, type QueueName, queues } from '../lambdas/runtime/resources.ts'
import { type Addresses, removeAddresses, writeAddresses } from './addresses.ts'
import { type Part, startDatabase } from './aws/database.ts'
import { ensureQueues, queueClient, startQueues } from './aws/queues.ts'
import { bucketName, ensureBucket, startStorage } from './aws/storage.ts'
import { ensureTable, tableName } from './aws/table.ts'
import { buildConsole, bundle, startFunctions } from './build.ts'
import { type Settling, watchQueues } from './drain.ts'
import { readConsolePages } from './gateway/console-pages.ts'
import { type Answerers, startGateway } from './gateway/gateway.ts'
import { consoleClient, type MachineName, type PersonName } from './identity/clients.ts'
import { createTokenIssuer } from './identity/tokens.ts'
import { startPoller } from './lambda/poller.ts'
import type { LogEntry } from './lambda/sandbox.ts'
import { startSchedules } from './lambda/schedules.ts'
import { lockDataDir } from './lock.ts'
import { keepTokensKey, writeSecrets, type XSecrets } from './secrets.ts'
import { type AwsEndpoints, type EventSource, mailDefaults } from './settings.ts'

export type StackOptions = XSecrets & {
  /** Absolute path of the folder for everything that survives a restart. */
  readonly dataDir: string
  /** 0 takes any free one. */
  readonly port: number
  /** How X and browsers reach the stack where that is not its own address. */
  readonly publicUrl?: string | undefined
  /** Of the X simulator; any free one when not said. */
  readonly xPort?: number
  /** The X to use instead of the simulator, which then does not start. */
  readonly xApiUrl?: string | undefined
  /** What a channel subscribes to; `account-activity` when not said. */
  readonly eventSource?: EventSource
  /** Of the mailbox; any free one when not said. */
  readonly mailPort?: number
  /** Mail addresses of those who hear when something is wrong; `admin@example.com` when not said. */
  readonly administrators?: readonly string[]
  /** From whom they hear; `helpdesk@example.com` when not said. */
  readonly mailFrom?: string
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
export type Stack = Addresses &
  Settling & {
    /** How X and browsers reach it. */
    readonly publicUrl: string
    /** A token of the API for a machine. */
    token(client: MachineName): Promise<string>
    /** A token of the API for a person, as signing in gives it. */
    personToken(person: PersonName): Promise<string>
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

  // First of all, since functions must know the port, which may be any; until all is up, requests wait.
  const answerers = Promise.withResolvers<Answerers>()
  const gateway = await startGateway({ port: options.port, answerers: answerers.promise })
  closing.push(() => gateway.stop())
  const url = `http://localhost:${gateway.port}`
  const publicUrl = options.publicUrl ?? url

  const embed = async (name: string, given: string | undefined, startPart: () => Promise<Part>) => {
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
  const s3 = await embed('S3', awsEndpoints.s3, () => startStorage(dataDir, [url, new URL(publicUrl).origin]))
  await timed(onProgress, 'bucket', () => ensureBucket(s3))
  const ses = await embed('SES', awsEndpoints.ses, () => startMail(options))
  const { urls, deadLetters } = await timed(onProgress, 'queues', () => ensureQueues(client, sqs))

  const x = options.xApiUrl
    ? undefined
    : await timed(onProgress, 'X', () => startSimulator(options, publicUrl, onTrouble))
  if (x) closing.push(() => x.stop())

  const site = await timed(onProgress, 'console', () => buildConsole(onProgress))
  // Tokens come from the address at which the console itself was opened.
  const pages = readConsolePages(site, { signInUrl: '/', clientId: consoleClient.id })
  const folders = options.folders ?? (await timed(onProgress, 'functions', () => bundle(join(dataDir, 'functions'))))
  const values: Record<EnvironmentName, string> = {
    TABLE_NAME: tableName,
    EVENTS_QUEUE_URL: urls.events,
    REPLIES_QUEUE_URL: urls.replies,
    MEDIA_QUEUE_URL: urls.media,
    MEDIA_BUCKET: bucketName,
    X_SECRETS: writeSecrets(dataDir, pickSecrets(options)),
    TOKENS_KEY: keepTokensKey(dataDir),
    X_API_URL: options.xApiUrl ?? x?.url ?? '',
    PUBLIC_URL: publicUrl,
    EVENT_SOURCE: options.eventSource ?? 'account-activity',
    ADMINISTRATORS: (options.administrators ?? mailDefaults.administrators).join(','),
    MAIL_FROM: options.mailFrom ?? mailDefaults.mailFrom,
  }
  const endpoints = { dynamodb, sqs, s3, ses }
  const running = startFunctions(folders, values, endpoints, onLog)
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

  const schedules = startSchedules(running)
  closing.push(() => schedules.stop())

  const consoleUrls = [...new Set([url, publicUrl])]
  const tokens = await timed(onProgress, 'tokens', () => createTokenIssuer(dataDir, { consoleUrls, onTrouble }))
  answerers.resolve({ functions: running, tokens, schedules, pages })
  // Nobody comes in any more before what answers is stopped.
  closing.push(() => gateway.stop())

  const addresses: Addresses = {
    url,
    endpoints,
    tableName,
    queueUrls: urls,
    ...(x && { x: { url: x.url } }),
    ...(!awsEndpoints.ses && { mail: { url: ses } }),
  }
  writeAddresses(dataDir, addresses)
  closing.push(() => removeAddresses(dataDir))

  return {
    ...addresses,
    publicUrl,
    stop,
    token: (name) => tokens.issue(name),
    personToken: (name) => tokens.issueTo(name),
    ...watchQueues(client, urls, deadLetters, pollers),
  }
}

/** X, in the small. It is loaded only here: who has another X needs none. */
async function startSimulator(options: StackOptions, consoleUrl: string, onTrouble: (sentence: string) => void) {
  const { startX } = await import('./x-simulator/simulator.ts')
  const { dataDir, consumerKey, consumerSecret, xPort: port = 0 } = options
  return startX({ port, consumerKey, consumerSecret, dataFile: join(dataDir, 'x.json'), consoleUrl, onTrouble })
}

/** The mailbox. It is loaded only here: who has another SES needs none. */
async function startMail({ mailPort = 0 }: StackOptions): Promise<Part> {
  const { startMailbox } = await import('./aws/mailbox.ts')
  return startMailbox(mailPort)
}

/** Says what has come up and how long it took. */
async function timed<T>(onProgress: (text: string) => void, name: string, act: () => Promise<T>): Promise<T> {
  const before = performance.now()
  const result = await act()
  onProgress(`${name.padEnd(10)} ${Math.round(performance.now() - before)} ms`)
  return result
}

const pickSecrets = ({ consumerKey, consumerSecret, consumerSecretPrevious }: XSecrets): XSecrets => ({
  consumerKey,
  consumerSecret,
  consumerSecretPrevious,
})
