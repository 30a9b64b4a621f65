import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { startStores } from '../support/stores.ts'
import { xAt } from '../support/x.ts'
import { apiTarget } from './api.ts'
import { webhookTarget } from './webhook.ts'
import { xTarget } from './x.ts'

/** One door of the product, and what comes through it. */
type Target<Case> = {
  readonly name: string
  /** How much of all cases it gets, beside the other targets. */
  readonly share: number
  readonly cases: fc.Arbitrary<Case>
  /** Makes good again what a case may have switched off. */
  readonly reset: () => Promise<void>
  /** @throws Error when a promise is broken */
  readonly check: (one: Case) => Promise<void>
}

export type FuzzOptions = {
  readonly cases: number
  readonly seed: number
  /** Only this target. */
  readonly target?: string
  readonly onProgress?: (text: string) => void
}

/** After so many cases what a case may have switched off is made good. */
const RESET_EVERY = 20

/** The CPU time that one case may take. */
const MAX_CASE_SECONDS = 15

/** The characters that are shown of a case. */
const SHOWN = 2_000

/**
 * Sends rotten input of a seed through every door of the product.
 * @returns what was broken, in words, with what repeats it; nothing if all promises are kept
 */
export async function fuzz({ cases, seed, target: only, onProgress = () => {} }: FuzzOptions): Promise<string[]> {
  const stores = await startStores(() => new Date('2026-01-01T12:00:00.000Z'))
  const unhandled: string[] = []
  const onUnhandled = (error: unknown) => unhandled.push(error instanceof Error ? String(error.stack) : String(error))
  process.on('unhandledRejection', onUnhandled).on('uncaughtException', onUnhandled)
  const x = await xTarget(stores)
  const nobody = xAt('http://127.0.0.1:1', { app: async () => ({ key: 'key', secret: 'secret' }) }, 'x-activity')
  try {
    const targets = [webhookTarget(stores), await apiTarget(stores, nobody), x] as Target<unknown>[]
    const all = targets.reduce((sum, { share }) => sum + share, 0)
    const broken: string[] = []
    for (const target of targets.filter(({ name }) => !only || name === only)) {
      const numRuns = Math.ceil((cases * target.share) / (only ? target.share : all))
      const found = await run(target, { seed, numRuns }, onProgress)
      if (found) broken.push(found)
    }
    return [...broken, ...unhandled.map((one) => `unhandled: ${one}`)]
  } finally {
    process.off('unhandledRejection', onUnhandled).off('uncaughtException', onUnhandled)
    await x.stop()
    await stores.stop()
  }
}

async function run(
  { name, cases, reset, check }: Target<unknown>,
  { seed, numRuns }: { seed: number; numRuns: number },
  onProgress: (text: string) => void,
): Promise<string | null> {
  let count = 0
  let slowest = 0
  const property = fc.asyncProperty(cases, async (one) => {
    if (count++ % RESET_EVERY === 0) await reset()
    const before = process.cpuUsage()
    await check(one)
    const { user, system } = process.cpuUsage(before)
    const seconds = (user + system) / 1e6
    slowest = Math.max(slowest, seconds)
    if (seconds > MAX_CASE_SECONDS) throw new Error(`the case took ${seconds} seconds of CPU time`)
    if (count % 1_000 === 0) {
      const rss = Math.round(process.memoryUsage().rss / 2 ** 20)
      onProgress(`${name}: ${count} of ${numRuns}, slowest ${slowest.toFixed(2)} s, ${rss} MB`)
    }
  })
  const result = await fc.check(property, { seed, numRuns, endOnFailure: true })
  if (!result.failed) return null
  const { counterexample, errorInstance, counterexamplePath } = result
  const why = errorInstance instanceof Error ? String(errorInstance.stack) : String(errorInstance)
  return `${name}, seed ${seed}, case ${counterexamplePath}: ${why.slice(0, SHOWN)}\n${fc.stringify(counterexample).slice(0, SHOWN)}`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: { cases: { type: 'string' }, seed: { type: 'string' }, target: { type: 'string' } },
  })
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
  const cases = Number(values.cases ?? 100_000)
  console.log(`seed ${seed}, ${cases} cases`)
  const options = { cases, seed, onProgress: (text: string) => console.error(text) }
  const broken = await fuzz(values.target ? { ...options, target: values.target } : options)
  for (const one of broken) console.log(one)
  if (broken.length === 0) console.log('nothing broken')
  process.exitCode = broken.length > 0 ? 1 : 0
}
