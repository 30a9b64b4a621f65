/**
 * `npm run bench starts`: how long each handler takes from the start of its process until its bundle is loaded, beside
 * its floor, a bundle with only the bare client that it needs, made the same way. Processor time counts: a start waits for
 * nothing else, in Lambda its share of a processor decides how long it takes, and it depends least on what else a machine
 * does. The clock's ratios stand beside it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bundle, bundle } from '../build/bundle.ts'
import { type FunctionName, functions } from '../lambdas/runtime/resources.ts'
import { medianOf, type Pair, pairOf, ratioOf, runOver } from './pairs.ts'
import { chart, type Options, type Row, type Section, table } from './section.ts'
import { spreadText } from './statistics.ts'

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
  erase: 'dynamodb',
  publish: 'dynamodb',
  deliver: 'dynamodb',
}

/** The most that a handler may take, times its floor. */
const MAX_RATIO = 1.3

/** Milliseconds from the start of a process until its bundle is loaded: by the clock, and of the processor. */
type Start = { readonly elapsedMs: number; readonly cpuMs: number }
type Started = {
  readonly name: FunctionName
  readonly handler: Bundle
  readonly floor: Bundle
  readonly pairs: Pair<Start>[]
}

const root = join(import.meta.dirname, '..')
const startOnce = (one: Bundle) => runOver<Start>('start-once.mjs', one)

/** Starts every handler and its floor in pairs, `rounds` times. @throws esbuild's error when one does not build */
export async function starts({ rounds, onProgress }: Options): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-starts-'))
  try {
    const all = await bundleAll(folder)
    // The first start of each warms the file cache and does not count.
    for (const { handler, floor } of all) for (const one of [floor, handler]) await startOnce(one)
    for (let round = 0; round < rounds; round++) {
      onProgress(`starting all handlers: ${round + 1} of ${rounds}`)
      for (const { handler, floor, pairs } of all) {
        pairs.push(
          await pairOf(
            round,
            () => startOnce(handler),
            () => startOnce(floor),
          ),
        )
      }
    }
    return sectionOf(all, rounds)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function bundleAll(folder: string): Promise<Started[]> {
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

function sectionOf(all: readonly Started[], rounds: number): Section {
  const names = all.map(({ name }) => name)
  const details = all.map(({ name, handler, pairs }) => [
    name,
    Math.round(medianOf(pairs, 'handler', 'cpuMs')),
    Math.round(medianOf(pairs, 'floor', 'cpuMs')),
    Math.round(medianOf(pairs, 'handler', 'elapsedMs')),
    Math.round(medianOf(pairs, 'floor', 'elapsedMs')),
    spreadText(ratioOf(pairs, 'elapsedMs')),
    Math.round(handler.startBytes / 1024),
  ])
  const ratios = all.map(({ pairs }) => Number(ratioOf(pairs, 'cpuMs').median.toFixed(2)))
  return {
    rows: all.map(rowOf),
    blocks: [
      `${rounds} pairs of starts, Node ${process.version}:`,
      table(
        ['function', 'CPU ms', 'of the floor', 'ms by the clock', 'of the floor', 'ratio', 'KB read at start'],
        details,
      ),
      chart(
        'Start of each handler, times the processor time of its floor',
        { title: 'function', values: names },
        { title: 'times the floor', bars: ratios, lines: [names.map(() => MAX_RATIO)] },
      ),
      'The line is the goal.',
    ],
  }
}

function rowOf({ name, pairs }: Started): Row {
  const ratio = ratioOf(pairs, 'cpuMs')
  return {
    name: `start of ${name}`,
    figure: `${spreadText(ratio)} times its floor, ${floorOf[name]}`,
    goal: `${MAX_RATIO} times`,
    isMet: ratio.median <= MAX_RATIO,
    remark: '',
  }
}
