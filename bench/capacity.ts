/**
 * `npm run bench capacity`: how many capacity units of DynamoDB each operation consumes, beside its goal, with few and
 * many tickets and channels. Units depend neither on the machine nor on its load; only how many tickets there are in the
 * largest run does, because filling ends after a minute. With `--record` it also writes bench/capacity.json, which
 * `npm run check` compares with.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordedWith, recordOf } from './growth.ts'
import { type Figures, goalOf, type Operation, operations, startBench } from './operations.ts'
import { dollarsAtX, dollarsOf, dollarText } from './prices.ts'
import { chart, type Options, type Row, type Section, table } from './section.ts'
import type { Units } from './units.ts'

const FILL_MS = 60_000
const LONG_MESSAGES = 400
const CHANNELS = 1_000

/** Figures, and with how much stored they were measured: `4,000 tickets`. */
export type Run = { readonly stored: string; readonly figures: Figures }

const amount = (count: number) => count.toLocaleString('en')

/** @throws Error when an operation has another outcome than the one that is measured */
export async function capacity({ record, onProgress }: Options): Promise<Section> {
  const bench = await startBench()
  const measure = async (stored: string, longMessages: number): Promise<Run> => {
    onProgress(`measuring with ${stored}`)
    return { stored, figures: await bench.measure(longMessages) }
  }
  try {
    const { tickets, longMessages } = recordedWith
    onProgress(`filling: ${tickets} tickets`)
    await bench.fill(tickets)
    const few = await measure(`${tickets} tickets`, longMessages)
    const until = Date.now() + FILL_MS
    const runs: [Run, ...Run[]] = [few]
    for (let stored = tickets, next = 1_000; Date.now() < until; next *= 10) {
      stored += await bench.fill(next - stored, (opened) => {
        if (opened % 500 === 0) onProgress(`filling: ${amount(stored + opened)} tickets`)
        return Date.now() < until
      })
      const isLast = Date.now() >= until
      runs.push(await measure(`${amount(stored)} tickets`, isLast ? LONG_MESSAGES : longMessages))
    }
    onProgress(`connecting ${amount(CHANNELS)} channels`)
    await bench.connect(CHANNELS)
    runs.push(await measure(`${amount(CHANNELS)} channels besides`, longMessages))
    if (record) {
      const file = join(import.meta.dirname, 'capacity.json')
      writeFileSync(file, `${JSON.stringify(recordOf(few.figures), null, 2)}\n`)
      onProgress('written: bench/capacity.json')
    }
    return sectionOf(runs)
  } finally {
    await bench.stop()
  }
}

/** The section of one run or more. */
export function sectionOf(runs: readonly [Run, ...Run[]]): Section {
  const [{ figures }] = runs
  const sizes = runs.map(({ stored }) => stored)
  const over = (title: string, shown: readonly (readonly [Operation, 'write' | 'read'])[]) =>
    chart(
      title,
      { title: 'stored', values: sizes },
      { title: 'units', lines: shown.map(([operation, kind]) => runs.map((run) => run.figures[operation][kind])) },
    )
  return {
    rows: operations.map((operation) => rowOf(operation, runs)),
    blocks: [
      `With ${sizes.join(', then ')}. A goal is met if every run meets it.`,
      over('A direct message joins a ticket: write units, and read units below', [
        ['a direct message joins a ticket', 'write'],
        ['a direct message joins a ticket', 'read'],
      ]),
      over('A page of 50 tickets: read units of all, and of a rare tag', [
        ['a page of 50 tickets', 'read'],
        ['a page of a rare tag: 3 old tickets', 'read'],
      ]),
      'What DynamoDB charges for a million of each, with the first of these sizes, and X:',
      table(
        ['a million times', 'DynamoDB', 'X'],
        operations.map((operation) => {
          const atX = dollarsAtX[operation]
          return [operation, dollarText(dollarsOf(figures[operation]) * 1e6), atX ? dollarText(atX * 1e6) : '']
        }),
      ),
    ],
  }
}

/** The figure of the first run, and from which run on it is another. */
function rowOf(operation: Operation, runs: readonly [Run, ...Run[]]): Row {
  const [first] = runs
  const textIn = (run: Run) => unitsText(run.figures[operation])
  const goal = goalOf(operation, first.figures)
  const isMetIn = ({ figures }: Run) => {
    const { write = Number.POSITIVE_INFINITY, read = Number.POSITIVE_INFINITY } = goalOf(operation, figures)
    return figures[operation].write <= write && figures[operation].read <= read
  }
  const changes = runs.filter((run, index) => index > 0 && textIn(run) !== textIn(runs[index - 1] ?? first))
  return {
    name: operation,
    figure: textIn(first),
    goal: [goal.write === undefined ? '' : `${goal.write} write`, goal.read === undefined ? '' : `${goal.read} read`]
      .filter(Boolean)
      .join(', '),
    isMet: goal.write === undefined && goal.read === undefined ? null : runs.every(isMetIn),
    remark: changes.map((run) => `From ${run.stored} on: ${textIn(run)}.`).join(' '),
  }
}

/** `23 write (10 in indexes), 6 read` */
function unitsText({ write, read, inIndexes }: Units): string {
  const writes = `${write} write${inIndexes > 0 ? ` (${inIndexes} in indexes)` : ''}`
  return [...(write > 0 ? [writes] : []), ...(read > 0 ? [`${read} read`] : [])].join(', ') || 'nothing'
}
