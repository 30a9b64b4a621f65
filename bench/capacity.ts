/**
 * `npm run bench:capacity [TICKETS] [--record]`: how many capacity units of DynamoDB each operation consumes, beside its
 * goal. Prints the table and writes it into docs/performance.md. `--record` also writes bench/capacity.json, which
 * `npm run check` compares with. Units depend neither on the machine nor on its load; only how many tickets there are
 * in the largest run does, because filling ends after a minute.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { recordedWith, recordOf } from './growth.ts'
import { startBench } from './operations.ts'
import { cellsOf, markdownOf, type Run, rowsOf, withGenerated } from './page.ts'

const FILL_MS = 60_000
const LONG_MESSAGES = 400
const CHANNELS = 1_000

const { values, positionals } = parseArgs({ options: { record: { type: 'boolean' } }, allowPositionals: true })
const wanted = Number(positionals[0] ?? 10_000)
const path = (file: string) => join(import.meta.dirname, '..', file)
const amount = (count: number) => count.toLocaleString('en')

const bench = await startBench()
try {
  const runs = await runAll()
  console.log(`with ${runs[0].stored}`)
  console.table(Object.fromEntries(rowsOf(runs).map((row) => [row.operation, cellsOf(row)])))
  const page = path('docs/performance.md')
  writeFileSync(page, withGenerated(readFileSync(page, 'utf8'), markdownOf(runs)))
  console.log('written: docs/performance.md')
  if (values.record) {
    writeFileSync(path('bench/capacity.json'), `${JSON.stringify(recordOf(runs[0].figures), null, 2)}\n`)
    console.log('written: bench/capacity.json')
  }
} finally {
  await bench.stop()
}

async function runAll(): Promise<[Run, Run, Run]> {
  const { tickets, longMessages } = recordedWith
  progress(`filling: ${tickets} tickets`)
  await bench.fill(tickets)
  const small = await measure(`${tickets} tickets`, longMessages)
  const until = Date.now() + FILL_MS
  const more = await bench.fill(wanted - tickets, (opened) => {
    if (opened % 500 === 0) progress(`filling: ${amount(tickets + opened)} of ${amount(wanted)} tickets`)
    return Date.now() < until
  })
  const many = `${amount(tickets + more)} tickets`
  const large = await measure(many, LONG_MESSAGES)
  progress(`connecting ${amount(CHANNELS)} channels`)
  await bench.connect(CHANNELS)
  return [small, large, await measure(`${amount(CHANNELS)} channels`, longMessages)]
}

async function measure(stored: string, longMessages: number): Promise<Run> {
  progress(`measuring with ${stored}`)
  return { stored, figures: await bench.measure(longMessages) }
}

function progress(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}
