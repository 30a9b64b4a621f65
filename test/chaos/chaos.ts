import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { defaultLimits } from '../../local/x-simulator/limits.ts'
import { isCaught, type MutantName, mutants, shapeFor } from './mutants.ts'
import { type Plan, planFrom, type Shape, type Step } from './plan.ts'
import { carryOut } from './run.ts'
import { System } from './system.ts'
import { judge, type Verdict } from './verdict.ts'

export type Options = {
  readonly seed: number
  readonly deliveries: number
  readonly shape?: Shape
  readonly mutant?: MutantName | ''
  /** How long the queues may take until they are empty; a message that fails comes again for 22 minutes. */
  readonly patienceSeconds?: number
  readonly onProgress?: (text: string) => void
}

export type Outcome = Verdict & {
  /** How often each fault happened, by service and kind. */
  readonly faults: ReadonlyMap<string, number>
  /** The folder with the data and `stack.log`, if a promise was broken by the product itself; null if it is deleted. */
  readonly keptIn: string | null
}

/** Tries the product with the plan of a seed. A run that does not come to its end is a violation too. */
export async function chaos(options: Options): Promise<Outcome> {
  const { seed, deliveries, shape, mutant = '', patienceSeconds = 25 * 60, onProgress = () => {} } = options
  const plan = planFrom(seed, deliveries, shape)
  const dataDir = mkdtempSync(join(tmpdir(), 'helpdesk-chaos-'))
  const system = new System(dataDir, seed, mutant)
  const verdict = await run().catch(unfinished)
  await system.end()
  const isKept = verdict.violations.length > 0 && mutant === ''
  if (!isKept) rmSync(dataDir, { recursive: true, force: true })
  return { ...verdict, faults: system.faultCounts, keptIn: isKept ? dataDir : null }

  async function run(): Promise<Verdict> {
    await system.start()
    await prepare(plan, system)
    return judge(plan, await carryOut(plan, system, patienceSeconds, onProgress), system)
  }
}

function unfinished(error: unknown): Verdict {
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const replies = { sent: 0, failed: 0, unknown: 0, pending: 0 }
  return { violations: [`not finished: ${why}`], tickets: 0, messages: 0, replies }
}

/** People and connected accounts. X's limits are out of the way: those that the product keeps itself stay. */
async function prepare({ channels, customers }: Plan, system: System): Promise<void> {
  for (const user of [...channels, ...customers]) await system.surelyOnX('POST', 'users', user)
  const names = Object.keys(defaultLimits())
  await system.surelyOnX('POST', 'limits', Object.fromEntries(names.map((name) => [name, { limit: 1_000_000 }])))
  for (const channel of channels) await system.connect(channel)
  await system.schedule('reconcile')
}

/** The plan in a few lines: how often each step comes, and all but the ordinary ones. */
export function summaryOf({ seed, channels, customers, steps }: Plan): string {
  const counts = Map.groupBy(steps, (step) => step.do)
  const ordinary: readonly Step['do'][] = ['deliver', 'agent', 'write', 'x_answers']
  return [
    `seed ${seed}: ${channels.length} channels, ${customers.length} customers`,
    `  ${[...counts].map(([name, all]) => `${all.length} ${name}`).join(', ')}`,
    ...steps.flatMap((step, index) => (ordinary.includes(step.do) ? [] : [`  ${index}: ${shortly(step)}`])),
  ].join('\n')
}

function shortly(step: Step): string {
  if (step.do === 'faults') {
    return `faults: ${step.faults.map(({ service, kind, share }) => `${service} ${kind} ${share}`).join(', ') || 'none'}`
  }
  return step.do === 'switch' ? `${step.what} off` : step.do
}

const maxShown = 30

function tell(
  title: string,
  { violations, tickets, messages, replies, faults, keptIn }: Outcome,
  seconds: number,
): void {
  console.log(`${title}: ${violations.length} violations, ${Math.round(seconds)} s`)
  for (const violation of violations.slice(0, maxShown)) console.log(`  ${violation}`)
  if (keptIn) console.log(`  The data and stack.log are in ${keptIn}.`)
  console.log(`  ${tickets} tickets, ${messages} messages; replies: ${JSON.stringify(replies)}`)
  console.log(
    `  faults: ${[...faults]
      .sort()
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')}`,
  )
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      deliveries: { type: 'string', default: '2000' },
      mutants: { type: 'boolean', default: false },
      mutant: { type: 'string', default: '' },
      plan: { type: 'boolean', default: false },
    },
  })
  const [seed, deliveries] = [Number(values.seed), Number(values.deliveries)]
  if (![seed, deliveries].every((one) => Number.isSafeInteger(one) && one > 0)) {
    console.error('Usage: npm run chaos -- [--seed NUMBER] [--deliveries NUMBER] [--plan | --mutants]')
    process.exit(2)
  }
  const onProgress = (text: string) => console.error(`${new Date().toISOString().slice(11, 19)}  ${text}`)
  const timed = async (title: string, options: Options) => {
    const began = performance.now()
    const outcome = await chaos(options)
    tell(title, outcome, (performance.now() - began) / 1000)
    return outcome
  }
  if (values.plan) {
    for (const step of planFrom(seed, deliveries).steps) console.log(JSON.stringify(step))
  } else if (values.mutants || values.mutant) {
    const all = Object.keys(mutants) as MutantName[]
    const chosen = values.mutants ? all : all.filter((name) => name === values.mutant)
    for (const name of chosen) {
      const options = { seed, deliveries, shape: shapeFor[name], mutant: name, patienceSeconds: 90, onProgress }
      const { violations } = await timed(`mutant «${name}»: ${mutants[name].what}`, options)
      if (!isCaught(name, violations)) {
        console.log('  NOT CAUGHT')
        process.exitCode = 1
      }
    }
  } else {
    console.error(summaryOf(planFrom(seed, deliveries)))
    const { violations } = await timed(`seed ${seed}, ${deliveries} deliveries`, { seed, deliveries, onProgress })
    if (violations.length > 0) process.exitCode = 1
  }
}
