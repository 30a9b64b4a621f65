/**
 * `npm run bench:starts [ROUNDS]`: how long each handler takes from the start of its process until its bundle is loaded,
 * beside its floor, a bundle with only the bare client that it needs, made the same way. Every round starts each handler
 * and, right beside it, its floor, so what else the machine does meets both. Ratios are medians of the ratios of the
 * pairs; look at those, because milliseconds depend on the machine and on its load. CPU time depends on load least.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Bundle, bundle } from '../build/bundle.ts'
import { type EnvironmentName, type FunctionName, functions } from '../lambdas/runtime/resources.ts'

const floors = ['webhook', 'dynamodb', 'dynamodb-s3'] as const
type Floor = (typeof floors)[number]

/** The floor of each function: what all its events need. */
const floorOf: Readonly<Record<FunctionName, Floor>> = {
  webhook: 'webhook',
  router: 'dynamodb',
  api: 'dynamodb',
  sender: 'dynamodb',
  media: 'dynamodb-s3',
  inactivity: 'dynamodb',
  requeue: 'dynamodb',
  mentions: 'dynamodb',
  reconcile: 'dynamodb',
}

const environment: Record<EnvironmentName, string> = {
  TABLE_NAME: 'table',
  EVENTS_QUEUE_URL: 'http://localhost/events',
  REPLIES_QUEUE_URL: 'http://localhost/replies',
  MEDIA_QUEUE_URL: 'http://localhost/media',
  MEDIA_BUCKET: 'bucket',
  X_SECRETS: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:x',
  TOKENS_KEY: 'arn:aws:kms:us-east-1:123456789012:key/tokens',
  X_API_URL: 'https://api.x.com',
  PUBLIC_URL: 'https://helpdesk.example.com',
  EVENT_SOURCE: 'x-activity',
  ADMINISTRATORS: 'admin@example.com',
  MAIL_FROM: 'helpdesk@example.com',
}

type Start = { readonly elapsedMs: number; readonly cpuMs: number }
type Row = { readonly name: FunctionName; readonly handler: Bundle; readonly floor: Bundle; readonly pairs: Pair[] }
type Pair = { readonly handler: Start; readonly floor: Start }

const root = join(import.meta.dirname, '..')
const rounds = Number(process.argv[2] ?? 21)
const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-starts-'))
try {
  const rows = await bundleAll()
  // The first start of each warms the file cache and does not count.
  for (const { handler, floor } of rows) for (const one of [floor, handler]) startOnce(one)
  for (let round = 0; round < rounds; round++) for (const row of rows) row.pairs.push(pairOf(row, round % 2 === 0))
  print(rows)
} finally {
  rmSync(folder, { recursive: true })
}

async function bundleAll(): Promise<Row[]> {
  const made = new Map<Floor, Bundle>()
  for (const name of floors) made.set(name, await bundle(join(root, `bench/floors/${name}.ts`), join(folder, name)))
  return Promise.all(
    (Object.keys(functions) as FunctionName[]).map(async (name) => {
      const handler = await bundle(join(root, `lambdas/handlers/${name}.ts`), join(folder, `handler-${name}`))
      const floor = made.get(floorOf[name])
      if (!floor) throw new Error(`${name} has no floor`)
      return { name, handler, floor, pairs: [] }
    }),
  )
}

function pairOf({ handler, floor }: Row, floorFirst: boolean): Pair {
  if (floorFirst) return { floor: startOnce(floor), handler: startOnce(handler) }
  return { handler: startOnce(handler), floor: startOnce(floor) }
}

function startOnce({ folder }: Bundle): Start {
  const script = join(import.meta.dirname, 'start-once.mjs')
  const output = execFileSync(process.execPath, [script, pathToFileURL(join(folder, 'index.mjs')).href], {
    env: { AWS_REGION: 'us-east-1', ...environment },
    encoding: 'utf8',
  })
  return JSON.parse(output) as Start
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function print(rows: readonly Row[]): void {
  console.log(`medians of ${rounds} pairs of starts, Node ${process.version}`)
  const figures = rows.map(({ name, handler, pairs }) => {
    const ratio = (of: keyof Start) => median(pairs.map((pair) => pair.handler[of] / pair.floor[of])).toFixed(2)
    const ms = (who: keyof Pair, of: keyof Start) => Math.round(median(pairs.map((pair) => pair[who][of])))
    const cells = {
      floor: floorOf[name],
      ms: ms('handler', 'elapsedMs'),
      'floor ms': ms('floor', 'elapsedMs'),
      ratio: ratio('elapsedMs'),
      'CPU ms': ms('handler', 'cpuMs'),
      'CPU ratio': ratio('cpuMs'),
      'KB at start': Math.round(handler.startBytes / 1024),
    }
    return [name, cells]
  })
  console.table(Object.fromEntries(figures))
}
