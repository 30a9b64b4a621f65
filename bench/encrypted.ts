/**
 * `npm run bench encrypted`: what encrypted messages take of the router. Where none comes, its start and its memory beside
 * those of a router without the parts that read them. Where they come, the processor time of the first one of a process,
 * in which the engine is loaded, and of each further one, beyond that of a direct message of the same process.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Bundle, bundle } from '../build/bundle.ts'
import { createEncryption } from '../lambdas/adapters/aws/encryption.ts'
import { awsAccess } from '../lambdas/runtime/aws.ts'
import { tableName } from '../local/aws/table.ts'
import { startStores } from '../test/support/stores.ts'
import { encryptedTraffic } from './encrypted-traffic.ts'
import { medianOf, type Pair, pairOf, ratioOf, runOver } from './pairs.ts'
import type { Options, Row, Section } from './section.ts'
import { spreadOf, spreadText } from './statistics.ts'

/** What `router-once.mjs` prints: processor time in ms, resident memory in MB. */
type WithoutAny = {
  readonly startMs: number
  readonly startMb: number
  readonly directMs: number
  readonly directMb: number
}
type WithSome = WithoutAny & {
  readonly firstMs: number
  readonly eachMs: number
  readonly encryptedMb: number
  readonly engineMs: number
}

/** What comes to less than this share more is noise of the measurement. */
const MAX_RATIO = 1.05
const MAX_FIRST_MS = 130
const MAX_EACH_MS = 4

const root = join(import.meta.dirname, '..')

/** @throws Error when a message is not read, or a bundle does not build */
export async function encrypted({ rounds, onProgress }: Options): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-encrypted-'))
  const database = await startStores()
  const queue = createServer((request, response) => {
    request.resume().on('end', () => response.end('{"Successful":[],"Failed":[]}'))
  })
  try {
    await new Promise<void>((resolve) => queue.listen(0, '127.0.0.1', resolve))
    const { port } = queue.address() as AddressInfo
    const tokensKey = join(folder, 'tokens.key')
    writeFileSync(tokensKey, randomBytes(32).toString('base64'))
    const environment = {
      AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${port}`,
      AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      TABLE_NAME: tableName,
      TOKENS_KEY: pathToFileURL(tokensKey).href,
      NODE_OPTIONS: '--expose-gc',
    }
    const handler = await bundle(join(root, 'lambdas/handlers/router.ts'), join(folder, 'handler'))
    const floor = await bundle(join(root, 'bench/floors/router.ts'), join(folder, 'floor'))
    const traffic = await encryptedTraffic(database, createEncryption(environment.TOKENS_KEY, awsAccess('kms')))
    const file = join(folder, 'events.json')
    const run = <Figures>(one: Bundle, events: object) => {
      writeFileSync(file, JSON.stringify(events))
      return runOver<Figures>('router-once.mjs', one, { args: [file], environment })
    }
    const pairs: Pair<WithoutAny>[] = []
    const some: WithSome[] = []
    for (let round = 0; round < rounds; round++) {
      onProgress(`handing messages to the router: ${round + 1} of ${rounds}`)
      const pair = await pairOf(
        round,
        () => run<WithoutAny>(handler, traffic.direct()),
        () => run<WithoutAny>(floor, traffic.direct()),
      )
      pairs.push(pair)
      some.push(await run<WithSome>(handler, await traffic.withEncrypted()))
    }
    await traffic.check()
    return { rows: [...withoutAny(pairs), ...withSome(some)], blocks: [sizes(rounds, handler, floor)] }
  } finally {
    queue.close()
    await database.stop()
    rmSync(folder, { recursive: true })
  }
}

function sizes(rounds: number, handler: Bundle, floor: Bundle): string {
  const [kb, floorKb] = [handler, floor].map(({ startBytes }) => Math.round(startBytes / 1024))
  return `${rounds} rounds of three processes. At its start the router reads ${kb} KB; without the parts for encrypted messages ${floorKb}.`
}

function withoutAny(pairs: readonly Pair<WithoutAny>[]): Row[] {
  const row = (name: string, figure: keyof WithoutAny, unit: string): Row => {
    const ratio = ratioOf(pairs, figure)
    const median = (side: keyof Pair<unknown>) => medianOf(pairs, side, figure).toPrecision(3)
    return {
      name: `no encrypted message: ${name}`,
      figure: `${spreadText(ratio)} times that without the parts for them`,
      goal: `${MAX_RATIO} times`,
      isMet: ratio.median <= MAX_RATIO,
      remark: `${median('handler')} ${unit}; without ${median('floor')}.`,
    }
  }
  return [
    row('start of router', 'startMs', 'ms of the processor'),
    row('its memory after the start', 'startMb', 'MB'),
    row('a direct message', 'directMs', 'ms of the processor'),
    row('its memory after direct messages', 'directMb', 'MB'),
  ]
}

function withSome(all: readonly WithSome[]): Row[] {
  const of = (figure: (one: WithSome) => number) => spreadOf(all.map(figure))
  const first = of(({ firstMs, directMs }) => firstMs - directMs)
  const each = of(({ eachMs, directMs }) => eachMs - directMs)
  const memory = of(({ encryptedMb, directMb }) => encryptedMb - directMb)
  const median = (figure: 'engineMs' | 'directMs') => of((one) => one[figure]).median.toFixed(1)
  return [
    {
      name: 'the first encrypted message of a process',
      figure: `${spreadText(first, 0)} ms of the processor more than a direct message`,
      goal: `${MAX_FIRST_MS} ms`,
      isMet: first.median <= MAX_FIRST_MS,
      remark: 'It loads the engine and opens the key of the account and of the conversation.',
    },
    {
      name: 'each further encrypted message',
      figure: `${spreadText(each, 1)} ms of the processor more than a direct message`,
      goal: `${MAX_EACH_MS} ms`,
      isMet: each.median <= MAX_EACH_MS,
      remark: `Of that the engine takes ${median('engineMs')} ms. A direct message takes ${median('directMs')} ms.`,
    },
    {
      name: 'memory with encrypted messages',
      figure: `${spreadText(memory, 0)} MB more than before`,
      goal: '',
      isMet: null,
      remark: '',
    },
  ]
}
