/**
 * `npm run bench:starts [ROUNDS]`: how long each handler takes from the start of its process until its bundle is loaded,
 * beside its floor, a bundle with only the bare client that it needs, made the same way. Every round starts each of them
 * once, in turn, so what else the machine does meets all of them; the figures are medians. Compare ratios: milliseconds
 * depend on the machine.
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
type Candidate = Bundle & { readonly name: string; readonly starts: Start[] }

const rounds = Number(process.argv[2] ?? 21)
const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-starts-'))
try {
  const candidates = await bundleAll()
  // The first start of each warms the file cache and does not count.
  for (const one of candidates) startOnce(one)
  for (let round = 0; round < rounds; round++) {
    for (const one of round % 2 ? candidates : candidates.toReversed()) one.starts.push(startOnce(one))
  }
  print(candidates)
} finally {
  rmSync(folder, { recursive: true })
}

async function bundleAll(): Promise<Candidate[]> {
  const root = join(import.meta.dirname, '..')
  const entries = [
    ...floors.map((name) => [`floor ${name}`, join(root, `bench/floors/${name}.ts`)] as const),
    ...Object.keys(functions).map((name) => [name, join(root, `lambdas/handlers/${name}.ts`)] as const),
  ]
  return Promise.all(
    entries.map(async ([name, entry]) => ({ name, starts: [], ...(await bundle(entry, join(folder, name))) })),
  )
}

function startOnce({ folder }: Candidate): Start {
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

function print(candidates: readonly Candidate[]): void {
  const of = (name: string, figure: keyof Start) =>
    median(candidates.find((one) => one.name === name)?.starts.map((start) => start[figure]) ?? [])
  const row = (name: string, floor: string, bytes: number) => ({
    ms: Math.round(of(name, 'elapsedMs')),
    'ratio to floor': (of(name, 'elapsedMs') / of(floor, 'elapsedMs')).toFixed(2),
    'CPU ms': Math.round(of(name, 'cpuMs')),
    'CPU ratio': (of(name, 'cpuMs') / of(floor, 'cpuMs')).toFixed(2),
    floor: floor.replace('floor ', ''),
    'KB at start': Math.round(bytes / 1024),
  })
  console.log(`medians of ${rounds} starts each, Node ${process.version}`)
  console.table(
    Object.fromEntries(
      candidates.map(({ name, startBytes }) => {
        const floor = name in functions ? `floor ${floorOf[name as FunctionName]}` : name
        return [name, row(name, floor, startBytes)]
      }),
    ),
  )
}
