import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { createChannelStore } from '../../lambdas/adapters/dynamodb/channels.ts'
import { sign } from '../../lambdas/core/x/signature.ts'
import { databaseClient } from '../aws/table.ts'
import { Refusal } from '../settings.ts'
import { type Stack, startStack } from '../stack.ts'
import { faultsOf, type Openings } from './compare.ts'
import { Listener, type Observation, type Routed, readerOf } from './observe.ts'
import { type Account, readPlan, type Step } from './steps.ts'

const usage = 'npm run replay -- FOLDER [--expect FILE [--expect FILE]]'
const consumerSecret = 'replay-consumer-secret'

/**
 * Posts every webhook body of a folder, signed and in order, to a fresh stack of its own, and says what came of each.
 * @returns whether all was well: everything answered 200, nothing lost or crashed, and everything as expected
 */
async function replay(folder: string, expectations: readonly string[]): Promise<boolean> {
  const { steps, accounts, skipped } = readPlan(folder, expectations)
  const dataDir = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-replay-'))
  const listener = new Listener()
  let stack: Stack | undefined
  const stop = async () => {
    await stack?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  const interrupted = () => void stop().then(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    stack = await startStack({
      dataDir,
      port: 0,
      // Nobody is there: a replay hears X and never calls it.
      xApiUrl: 'http://127.0.0.1:9',
      consumerKey: 'replay-consumer-key',
      consumerSecret,
      onLog: listener.hear,
      onProgress: (text) => console.log(`  ${text}`),
      onTrouble: (sentence) => console.error(sentence),
    })
    await connect(stack, accounts)
    console.log(`\n${steps.length} steps, ${accounts.length} channels, ${skipped.length} files are no webhook bodies\n`)
    return await run(stack, steps, listener)
  } finally {
    await stop()
  }
}

async function connect(stack: Stack, accounts: readonly Account[]): Promise<void> {
  const client = databaseClient(stack.endpoints.dynamodb)
  const documents = DynamoDBDocumentClient.from(client)
  const channels = createChannelStore({ tableName: stack.tableName, documents })
  for (const account of accounts) await channels.connect({ ...account, at: new Date().toISOString() })
  client.destroy()
}

async function run(stack: Stack, steps: readonly Step[], listener: Listener): Promise<boolean> {
  const reader = readerOf(stack, await stack.token('admin'))
  const openings: Openings = new Map()
  const width = Math.max(...steps.map((step) => step.file.length), 0)
  let wrong = 0
  let count = await reader.messageCount()
  for (const step of steps) {
    const seen = await observe(stack, step, listener)
    const before = count
    count = await reader.messageCount()
    const faults = await faultsOf(step, seen, { before, after: count }, openings, reader)
    if (faults.length > 0) wrong++
    const came = seen.events.map(({ outcome, reason }) => (reason ? `${outcome} (${reason})` : outcome)).join(', ')
    console.log(`${faults.length > 0 ? '✗' : '✓'} ${step.file.padEnd(width)}  ${seen.status}  ${came || 'nothing'}`)
    for (const fault of faults) console.log(`    ${fault}`)
  }
  console.log(`\n${steps.length - wrong} passed, ${wrong} failed`)
  return wrong === 0
}

/** Posts one body and waits until it is worked off. */
async function observe(stack: Stack, step: Step, listener: Listener): Promise<Observation> {
  const deadBefore = await stack.deadLetters()
  const response = await fetch(`${stack.url}/webhooks/twitter`, {
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
    await stack.settled(60)
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error))
  }
  const heard = listener.take()
  const dead = (await stack.deadLetters()) - deadBefore
  if (dead > 0) faults.push(`${dead} in the dead letters`)
  if (answer && heard.routed.length !== answer.queued) {
    faults.push(`${answer.queued} events were queued, of ${heard.routed.length} something was heard`)
  }
  const counted: Routed = { outcome: 'counted', reason: '', ticketId: null, externalId: null, channelUserId: null }
  const events = [...heard.routed, ...Array.from({ length: answer?.counted ?? 0 }, () => counted)]
  return { status: response.status, events, faults: [...faults, ...heard.faults] }
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { expect: { type: 'string', multiple: true } },
  })
  const [folder, ...more] = positionals
  if (folder === undefined || more.length > 0) throw new Refusal(usage)
  const well = await replay(
    resolve(folder),
    (values.expect ?? []).map((file) => resolve(file)),
  )
  process.exitCode = well ? 0 : 1
} catch (error) {
  const isOurs = error instanceof Refusal || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  console.error(isOurs ? (error as Error).message : error)
  process.exitCode = error instanceof Refusal ? 2 : 1
}
