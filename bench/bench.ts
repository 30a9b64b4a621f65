/**
 * `npm run bench [PART …]`: measures the product and prints one table, each figure beside its goal or floor of the same
 * run, and writes docs/performance.md, each part between its two marker lines. Without PART it does all parts, which
 * takes some minutes. `-- --rounds N` sets how many pairs of runs the times are medians of, and `-- --record` writes the
 * capacity that `npm run check` compares with.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { capacity } from './capacity.ts'
import { encrypted } from './encrypted.ts'
import { oneMachine } from './one-machine.ts'
import { reasons } from './reasons.ts'
import { search } from './search.ts'
import { markdownOf, metText, type Part, type Row, remarkOf, withSection } from './section.ts'
import { starts } from './starts.ts'
import { webhook } from './webhook.ts'

const parts: Readonly<Record<string, Part>> = {
  capacity,
  starts,
  webhook,
  encrypted,
  search,
  'one-machine': oneMachine,
}

const { values, positionals } = parseArgs({
  options: { record: { type: 'boolean', default: false }, rounds: { type: 'string', default: '21' } },
  allowPositionals: true,
})
const unknown = positionals.filter((name) => !(name in parts))
const rounds = Number(values.rounds)
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(
    unknown.length > 0
      ? `There is no part ${unknown.join(', ')}: there are ${Object.keys(parts).join(', ')}.`
      : `--rounds must be a whole number from 1 on, not ${values.rounds}.`,
  )
  process.exit(1)
}

const page = join(import.meta.dirname, '../docs/performance.md')
const rows: Row[] = []
for (const [name, part] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const onProgress = (sentence: string) => void process.stderr.write(`${sentence}\n`)
  const section = await part({ rounds, record: values.record, onProgress })
  rows.push(...section.rows)
  writeFileSync(page, withSection(readFileSync(page, 'utf8'), name, markdownOf(section, reasons)))
}
console.table(
  Object.fromEntries(rows.map((row) => [row.name, { figure: row.figure, goal: row.goal, 'met?': metText(row) }])),
)
for (const row of rows) if (row.isMet === false) console.log(`${row.name}: ${remarkOf(row, reasons)}`)
console.log('written: docs/performance.md')
