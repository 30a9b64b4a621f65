import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { createEncryption } from '../../lambdas/adapters/aws/encryption.ts'
import { createChannelStore } from '../../lambdas/adapters/dynamodb/channels.ts'
import { createChatKeyStore } from '../../lambdas/adapters/dynamodb/chat-keys.ts'
import { paths } from '../../lambdas/core/api/paths.ts'
import { sign } from '../../lambdas/core/x/signature.ts'
import { awsAccess } from '../../lambdas/runtime/aws.ts'
import { queues } from '../../lambdas/runtime/resources.ts'
import { databaseClient } from '../aws/table.ts'
import { ensureTokensKey } from '../secrets.ts'
import { type Stack, startStack } from '../stack.ts'
import { UserError } from '../user-error.ts'
import { type ChatKeys, enterChatKeys, readChatKeys, startKeyList, withDecrypted } from './chat-keys.ts'
import { faultsOf, type OpenedTickets } from './compare.ts'
import { LogCollector, type Observation, type Routed, readerOf } from './observe.ts'
import { type Account, readPlan, type Step } from './steps.ts'

const usage = 'npm run replay -- FOLDER [--expect FILE [--expect FILE]] [--chat-keys FILE]'
const consumerSecret = 'replay-consumer-secret'
const drainTimeoutSeconds = 60

/** Nobody repairs anything during a replay, so an event that fails is given up after 8 seconds, not after 22 minutes. */
const maxReceives = 3
const queueFigures = {
  events: { ...queues.events, maxReceives },
  replies: { ...queues.replies, maxReceives },
  media: { ...queues.media, maxReceives },
  outgoing: { ...queues.outgoing, maxReceives },
}

/**
 * Starts an empty stack, posts every webhook body of a folder to it, signed and in order, and prints the outcomes.
 * @returns true if every body was answered with 200, nothing was lost or crashed, and all expectations are met
 */
async function replay(folder: string, expectations: readonly string[], chatKeys: ChatKeys | null): Promise<boolean> {
  const { steps: planned, accounts, skipped } = readPlan(folder, expectations)
  const steps = chatKeys ? withDecrypted(planned, chatKeys) : planned
  const dataDir = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-replay-'))
  const logs = new LogCollector()
  let stack: Stack | undefined
  const keyList = chatKeys && (await startKeyList(chatKeys))
  const stop = async () => {
    await stack?.stop()
    await keyList?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  const interrupted = () => void stop().then(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    stack = await startStack({
      dataDir,
      port: 0,
      // Nothing listens there: without keys a replay makes no calls of X.
      xApiUrl: keyList?.url ?? 'http://127.0.0.1:9',
      consumerKey: 'replay-consumer-key',
      consumerSecret,
      queueFigures,
      onLog: logs.add,
      onProgress: (text) => console.log(`  ${text}`),
      onWarning: (sentence) => console.error(sentence),
    })
    await connect(stack, accounts, dataDir, chatKeys)
    console.log(
      `\n${steps.length} steps, ${accounts.length} channels, ${skipped.length} files are not webhook bodies\n`,
    )
    return await run(stack, steps, logs)
  } finally {
    await stop()
  }
}

/** Connects the accounts long before anything that a recorded body tells. */
async function connect(
  stack: Stack,
  accounts: readonly Account[],
  dataDir: string,
  chatKeys: ChatKeys | null,
): Promise<void> {
  const client = databaseClient(stack.endpoints.dynamodb)
  const documents = DynamoDBDocumentClient.from(client)
  const channels = createChannelStore({ tableName: stack.tableName, documents })
  for (const account of accounts) await channels.connect({ ...account, at: new Date(0).toISOString() })
  if (chatKeys) {
    const encryption = createEncryption(ensureTokensKey(dataDir), awsAccess('kms'))
    const access = { tableName: stack.tableName, documents }
    await enterChatKeys(chatKeys, accounts, { channels, chatKeys: createChatKeyStore(access), encryption })
  }
  client.destroy()
}

async function run(stack: Stack, steps: readonly Step[], logs: LogCollector): Promise<boolean> {
  const reader = readerOf(stack, await stack.token('admin'))
  const opened: OpenedTickets = new Map()
  const width = Math.max(...steps.map((step) => step.file.length), 0)
  let wrong = 0
  let count = await reader.messageCount()
  for (const step of steps) {
    const seen = await observe(stack, step, logs)
    const before = count
    count = await reader.messageCount()
    const faults = await faultsOf(step, seen, { before, after: count }, opened, reader)
    if (faults.length > 0) wrong++
    const outcomes = seen.events.map(({ outcome, reason }) => (reason ? `${outcome} (${reason})` : outcome)).join(', ')
    console.log(`${faults.length > 0 ? '✗' : '✓'} ${step.file.padEnd(width)}  ${seen.status}  ${outcomes || 'nothing'}`)
    for (const fault of faults) console.log(`    ${fault}`)
  }
  console.log(`\n${steps.length - wrong} passed, ${wrong} failed`)
  return wrong === 0
}

/** Posts one body and waits until the queues are drained. */
async function observe(stack: Stack, step: Step, logs: LogCollector): Promise<Observation> {
  const deadBefore = await stack.countDeadLetters()
  const response = await fetch(`${stack.url}${paths.webhook}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-twitter-webhooks-signature': sign(step.body, consumerSecret),
    },
    body: step.body,
  })
  const answer = response.status === 200 ? ((await response.json()) as { queued: number; counted: number }) : null
  const faults: string[] = []
  try {
    await stack.drained(drainTimeoutSeconds)
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error))
  }
  const logged = logs.take()
  const dead = (await stack.countDeadLetters()) - deadBefore
  if (dead > 0) faults.push(`${dead} messages are in the dead-letter queues`)
  if (answer && logged.routed.length !== answer.queued) {
    faults.push(`${answer.queued} events were queued, ${logged.routed.length} were routed`)
  }
  const counted: Routed = { outcome: 'counted', reason: '', ticketId: null, externalId: null, channelUserId: null }
  const events = [...logged.routed, ...Array.from({ length: answer?.counted ?? 0 }, () => counted)]
  return { status: response.status, events, deferred: logged.deferred, faults: [...faults, ...logged.faults] }
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { expect: { type: 'string', multiple: true }, 'chat-keys': { type: 'string' } },
  })
  const [folder, ...more] = positionals
  if (folder === undefined || more.length > 0) throw new UserError(usage)
  const isGood = await replay(
    resolve(folder),
    (values.expect ?? []).map((file) => resolve(file)),
    values['chat-keys'] === undefined ? null : readChatKeys(resolve(values['chat-keys'])),
  )
  process.exitCode = isGood ? 0 : 1
} catch (error) {
  const isUserError = error instanceof UserError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  console.error(isUserError ? (error as Error).message : error)
  process.exitCode = error instanceof UserError ? 2 : 1
}
