import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { paths } from '../lambdas/core/api/paths.ts'
import type { EventSource } from '../lambdas/core/x/event-source.ts'
import {
  type EnvironmentName,
  type FunctionName,
  type QueueName,
  queues,
  type SearchSetting,
  stream,
} from '../lambdas/runtime/resources.ts'
import { type Addresses, removeAddresses, writeAddresses } from './addresses.ts'
import { prepareStream, startDatabase } from './aws/database.ts'
import type { EmbeddedService } from './aws/embedded-service.ts'
import { ensureQueues, type QueueFigures, queueClient, startQueues } from './aws/queues.ts'
import { bucketName, ensureBucket, startStorage } from './aws/storage.ts'
import { ensureTable, sharedTable } from './aws/table.ts'
import { buildConsole, bundle, startFunctions } from './build.ts'
import { watchDeadLetters } from './dead-letters.ts'
import { type QueueWatch, watchQueues } from './drain.ts'
import { makePrivate } from './files.ts'
import { readConsolePages } from './gateway/console-pages.ts'
import { type Backends, startGateway } from './gateway/gateway.ts'
import { tellRefusedDeliveries } from './gateway/refused-deliveries.ts'
import { isOwnUrl } from './guard.ts'
import {
  consoleClient,
  type MachineName,
  machinesBehind,
  type PersonName,
  publicSecrets,
  type SignInSecrets,
} from './identity/clients.ts'
import { createTokenIssuer } from './identity/tokens.ts'
import { startPoller } from './lambda/poller.ts'
import type { FunctionLogLine } from './lambda/sandbox.ts'
import { startSchedules } from './lambda/schedules.ts'
import { startStreamPoller } from './lambda/stream-poller.ts'
import { lockDataDir } from './lock.ts'
import { ensureSignInSecrets, ensureTokensKey, writeSecrets, writeUsedeskSecrets, type XSecrets } from './secrets.ts'
import { type AwsEndpoints, defaults, type UsedeskSettings } from './settings.ts'

export type StackOptions = XSecrets & {
  /** Absolute path of the folder for all data that survives a restart. */
  readonly dataDir: string
  /** 0 means any free port. */
  readonly port: number
  /** The address under which X and browsers reach the stack. Default: `http://localhost:PORT`. */
  readonly publicUrl?: string | undefined
  /** Port of the X simulator. Default: any free port. */
  readonly xPort?: number
  /** An X to use instead of the simulator. The simulator does not start then. */
  readonly xApiUrl?: string | undefined
  /** The event system that channels subscribe to. Default: `x-activity`. */
  readonly eventSource?: EventSource
  /** Whole minutes between two polls of the mentions. Default: that of the manifest. */
  readonly mentionsPollMinutes?: number
  /** Whole hours for which the content of what was deleted on X is kept. Default: that of the manifest. */
  readonly deletionHoldHours?: number
  readonly lookupsPerCustomer?: number
  readonly megabytesPerCustomer?: number
  /** Usedesk. Default: it is not switched on. */
  readonly usedesk?: UsedeskSettings | undefined
  /** False if events may be sent only to public addresses, as on AWS. Default: also to this machine. */
  readonly localEndpoints?: boolean
  /** `off`: tickets are not found by their words. Default: `on`. */
  readonly search?: SearchSetting
  /** Port of the mailbox. Default: any free port. */
  readonly mailPort?: number
  /** Port of the stand-in for Usedesk. Default: it does not start. */
  readonly usedeskPort?: number | undefined
  /** Mail addresses that get the notifications for administrators. Default: `admin@example.com`. */
  readonly administrators?: readonly string[]
  /** Sender of those mails. Default: `helpdesk@example.com`. */
  readonly mailFrom?: string
  /** Whole days for which the audit trail is kept. Default: that of the manifest. */
  readonly auditDays?: number
  /** The machines that may get a token. Default: all, or only the helpdesk where X or the public address is real. */
  readonly machineClients?: readonly MachineName[] | undefined
  /** Origins whose pages may call the API. Default: none. */
  readonly corsOrigins?: readonly string[]
  /** The table of all data. Default: `helpdesk-twitter`. */
  readonly tableName?: string
  /** AWS services to use instead of the embedded ones. */
  readonly awsEndpoints?: AwsEndpoints
  /** Folders with an `index.mjs` to run instead of the bundles of `lambdas/`. */
  readonly folders?: Readonly<Record<FunctionName, string>>
  /** Figures of the queues instead of those of the manifest. */
  readonly queueFigures?: QueueFigures
  /** Called with one line for each step of the start. */
  readonly onProgress?: (text: string) => void
  /** Called with each line that a function logs. */
  readonly onLog?: (line: FunctionLogLine) => void
  /** Called with one sentence when something fails that is retried. */
  readonly onWarning?: (sentence: string) => void
  /** Called with one sentence when an embedded service stops unexpectedly. The stack does not work any more then. */
  readonly onFatal?: (sentence: string) => void
}

/** The running product. */
export type Stack = Addresses &
  QueueWatch & {
    /** The address under which X reaches it. */
    readonly publicUrl: string
    /** The address of the console, on this machine. */
    readonly consoleUrl: string
    /** The secrets with which machines and people sign in. */
    readonly secrets: SignInSecrets
    /** The machines that may get a token. */
    readonly machineClients: readonly MachineName[]
    /** Issues an access token of the API for a machine. */
    token(client: MachineName): Promise<string>
    /** Issues the access token of the API that a person gets by signing in. */
    personToken(person: PersonName): Promise<string>
    stop(): Promise<void>
  }

/**
 * Starts the whole product on this machine. Resolves when it accepts requests.
 * On an error nothing is left running.
 * @throws UserError when a port or the data folder is in use
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const closing: (() => unknown)[] = []
  // Stops in reverse order of the start, and goes on when one part fails to stop.
  const stop = async () => {
    for (let close = closing.pop(); close; close = closing.pop()) {
      try {
        await close()
      } catch (error) {
        options.onWarning?.(`While stopping: ${error instanceof Error ? error.message : error}`)
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
    tableName = defaults.tableName,
    queueFigures = queues,
    onProgress = () => {},
    onLog = () => {},
    onWarning = () => {},
    onFatal = () => {},
  } = options
  const lock = lockDataDir(dataDir)
  closing.push(() => lock.release())
  makePrivate(dataDir)
  const tunnelUrl = options.publicUrl && !isOwnUrl(options.publicUrl) ? options.publicUrl : undefined
  const secrets = tunnelUrl || isRealX(options.xApiUrl) ? ensureSignInSecrets(dataDir) : publicSecrets
  const machineClients = options.machineClients ?? machinesBehind(secrets)

  // The gateway starts first, because the functions need its port. Requests wait until the rest is up.
  const backends = Promise.withResolvers<Backends>()
  const gateway = await startGateway({
    port: options.port,
    backends: backends.promise,
    tunnelUrl,
    corsOrigins: options.corsOrigins ?? [],
  })
  closing.push(() => gateway.stop())
  const url = `http://localhost:${gateway.port}`
  const publicUrl = options.publicUrl ?? url
  const consoleUrl = tunnelUrl ? url : publicUrl
  const consoleUrls = [...new Set([url, consoleUrl])]

  const startUnlessGiven = async (
    name: string,
    given: string | undefined,
    startService: () => Promise<EmbeddedService>,
  ) => {
    if (given) return given
    const service = await timed(onProgress, name, startService)
    closing.push(() => service.stop())
    return service.endpoint
  }
  const dynamodb = await startUnlessGiven('DynamoDB', awsEndpoints.dynamodb, () => startDatabase(dataDir, onFatal))
  await timed(onProgress, 'table', () => ensureTable(dynamodb, tableName))
  if (!awsEndpoints.dynamodb) prepareStream(dataDir)
  const sqs = await startUnlessGiven('SQS', awsEndpoints.sqs, () => startQueues(dataDir, onFatal))
  const client = queueClient(sqs)
  closing.push(() => client.destroy())
  const s3 = await startUnlessGiven('S3', awsEndpoints.s3, () =>
    startStorage(
      dataDir,
      consoleUrls.map((one) => new URL(one).origin),
    ),
  )
  await timed(onProgress, 'bucket', () => ensureBucket(s3))
  const ses = await startUnlessGiven('SES', awsEndpoints.ses, () => startMail(options))
  const { urls, deadLetterUrls } = await timed(onProgress, 'queues', () => ensureQueues(client, sqs, queueFigures))

  const x = options.xApiUrl
    ? undefined
    : await timed(onProgress, 'X', () => startSimulator(options, consoleUrl, onWarning))
  if (x) closing.push(() => x.stop())

  const { usedeskPort } = options
  const usedesk =
    usedeskPort === undefined
      ? undefined
      : await timed(onProgress, 'Usedesk', () => startUsedeskStandIn(dataDir, usedeskPort, url, onWarning))
  if (usedesk) closing.push(() => usedesk.stop())
  const usedeskSettings = options.usedesk ?? usedesk?.settings

  const site = await timed(onProgress, 'console', () => buildConsole(onProgress))
  // A relative URL: people sign in at the address at which they opened the console.
  const search = options.search ?? defaults.search
  const pages = readConsolePages(site, { signInUrl: '/', clientId: consoleClient.id, hasSearch: search === 'on' })
  const folders = options.folders ?? (await timed(onProgress, 'functions', () => bundle(join(dataDir, 'functions'))))
  const values: Record<EnvironmentName, string> = {
    TABLE_NAME: tableName,
    TABLE_PARTITIONS: String(sharedTable.partitions),
    DELETION_HOLD_HOURS: String(options.deletionHoldHours ?? defaults.deletionHoldHours),
    LOOKUPS_PER_CUSTOMER: String(options.lookupsPerCustomer ?? defaults.lookupsPerCustomer),
    MEGABYTES_PER_CUSTOMER: String(options.megabytesPerCustomer ?? defaults.megabytesPerCustomer),
    EVENTS_QUEUE_URL: urls.events,
    REPLIES_QUEUE_URL: urls.replies,
    MEDIA_QUEUE_URL: urls.media,
    OUTGOING_QUEUE_URL: urls.outgoing,
    LOCAL_ENDPOINTS: options.localEndpoints === false ? 'refused' : 'allowed',
    USEDESK_API_URL: usedeskSettings?.apiUrl ?? '',
    USEDESK_SECRETS: usedeskSettings ? writeUsedeskSecrets(dataDir, usedeskSettings) : '',
    SEARCH: search,
    MEDIA_BUCKET: bucketName,
    X_SECRETS: writeSecrets(dataDir, pickSecrets(options)),
    TOKENS_KEY: ensureTokensKey(dataDir),
    X_API_URL: options.xApiUrl ?? x?.url ?? '',
    KEY_RECOVERY: isRealX(options.xApiUrl) ? 'juicebox' : (options.xApiUrl ?? x?.url ?? ''),
    PUBLIC_URL: publicUrl,
    ORIGIN_SECRETS: '',
    EVENT_SOURCE: options.eventSource ?? defaults.eventSource,
    AUDIT_DAYS: String(options.auditDays ?? defaults.auditDays),
    ADMINISTRATORS: (options.administrators ?? defaults.administrators).join(','),
    MAIL_FROM: options.mailFrom ?? defaults.mailFrom,
    ALARM_TOPIC: '',
  }
  const endpoints = { dynamodb, sqs, s3, ses }
  const running = startFunctions(folders, values, endpoints, onLog)
  const pollers = (Object.keys(queues) as QueueName[]).map((name) =>
    startPoller({
      client,
      queueUrl: urls[name],
      resource: queueFigures[name],
      consumer: running[queueFigures[name].consumer],
      onWarning,
    }),
  )
  const changes = startStreamPoller({
    endpoint: dynamodb,
    tableName,
    dataDir,
    consumer: running[stream.consumer],
    onWarning,
  })
  // Stop both together: a poller waits for its function's calls, and stopping the function ends them.
  closing.push(() => Promise.all([...pollers, changes, ...Object.values(running)].map((part) => part.stop())))

  const alarms = watchDeadLetters(client, deadLetterUrls, onWarning)
  closing.push(() => alarms.stop())
  const schedules = startSchedules(running, { mentions: options.mentionsPollMinutes ?? defaults.mentionsPollMinutes })
  closing.push(() => schedules.stop())

  const tokens = await timed(onProgress, 'tokens', () =>
    createTokenIssuer(dataDir, { consoleUrls, secrets, machineClients, onWarning }),
  )
  const onRefusedDelivery = tellRefusedDeliveries(running.reconcile)
  backends.resolve({ functions: running, tokens, schedules, pages, onRefusedDelivery })
  // Close the gateway before its backends stop, so that no request reaches a stopped one.
  closing.push(() => gateway.stop())

  const addresses: Addresses = {
    url,
    endpoints,
    tableName,
    publicUrl,
    xApiUrl: values.X_API_URL,
    administrators: [...(options.administrators ?? defaults.administrators)],
    mailFrom: values.MAIL_FROM,
    queueUrls: urls,
    deadLetterUrls,
    ...(x && { x: { url: x.url } }),
    ...(usedesk && { usedesk: { url: usedesk.url, token: usedesk.token } }),
    ...(!awsEndpoints.ses && { mail: { url: ses } }),
  }
  writeAddresses(dataDir, addresses)
  closing.push(() => removeAddresses(dataDir))

  return {
    ...addresses,
    publicUrl,
    consoleUrl,
    secrets,
    machineClients,
    stop,
    token: (name) => tokens.issue(name),
    personToken: (name) => tokens.issueTo(name),
    ...watchQueues(client, urls, deadLetterUrls, pollers),
  }
}

/** True for an X elsewhere: a recording or a test double is on this machine. */
const isRealX = (url: string | undefined) => url !== undefined && !isOwnUrl(url)

/** Starts the X simulator. It is imported here only, because a stack with another X does not need it. */
async function startSimulator(options: StackOptions, consoleUrl: string, onWarning: (sentence: string) => void) {
  const { startX } = await import('./x-simulator/simulator.ts')
  const { dataDir, consumerKey, consumerSecret, xPort: port = 0 } = options
  return startX({ port, consumerKey, consumerSecret, dataFile: join(dataDir, 'x.json'), consoleUrl, onWarning })
}

/**
 * Starts the stand-in for Usedesk, connected both ways. The secret is a new one at each start: a tunnel leads to that door
 * too. It is imported here only, because few stacks need it.
 */
async function startUsedeskStandIn(
  dataDir: string,
  port: number,
  ownUrl: string,
  onWarning: (sentence: string) => void,
) {
  const { startUsedesk } = await import('./usedesk/usedesk.ts')
  const webhookSecret = randomBytes(24).toString('base64url')
  // Told at the start, because events that wait from before go there, too.
  const redirectUrl = `${ownUrl}${paths.usedesk}?secret=${webhookSecret}`
  const usedesk = await startUsedesk({ port, redirectUrl, dataFile: join(dataDir, 'usedesk.json'), onWarning })
  const settings: UsedeskSettings = { apiUrl: usedesk.url, apiToken: usedesk.token, webhookSecret }
  return { ...usedesk, settings }
}

/** Starts the mailbox. It is imported here only, because a stack with another SES does not need it. */
async function startMail({ mailPort = 0 }: StackOptions): Promise<EmbeddedService> {
  const { startMailbox } = await import('./aws/mailbox.ts')
  return startMailbox(mailPort)
}

/** Runs a step of the start and reports how long it took. */
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
