import type { SharedTable } from '../adapters/dynamodb/table.ts'
import { type EventSource, eventSources } from '../core/x/event-source.ts'
import { type EnvironmentName, type FunctionName, functions, isInRange, tablePartitions } from './resources.ts'

/** A stack may have no administrators, who get mails, and one machine has no front door, which knows secrets. */
const MAY_BE_EMPTY: readonly EnvironmentName[] = ['ADMINISTRATORS', 'ORIGIN_SECRETS']

type NamesOf<F extends FunctionName> = (typeof functions)[F]['environment'][number]

/**
 * Reads the environment variables of a function.
 * @throws Error that names every missing or empty variable
 */
export function readEnvironment<F extends FunctionName>(
  name: F,
  source: Record<string, string | undefined> = process.env,
): Record<NamesOf<F>, string> {
  const names: readonly EnvironmentName[] = functions[name].environment
  const missing = names.filter(
    (variable) => !source[variable] && !(MAY_BE_EMPTY.includes(variable) && source[variable] === ''),
  )
  if (missing.length > 0) throw new Error(`${name}: environment variables missing: ${missing.join(', ')}`)
  return Object.fromEntries(names.map((variable) => [variable, source[variable]])) as Record<NamesOf<F>, string>
}

/** The table. @throws Error if it cannot have so many partitions */
export function tableIn({
  TABLE_NAME,
  TABLE_PARTITIONS,
}: Record<'TABLE_NAME' | 'TABLE_PARTITIONS', string>): SharedTable {
  const partitions = Number(TABLE_PARTITIONS)
  if (isInRange(partitions, tablePartitions)) return { tableName: TABLE_NAME, partitions }
  const { min, max } = tablePartitions
  throw new Error(
    `TABLE_PARTITIONS must be a whole number from ${min} to ${max}, and may only be raised, not ${TABLE_PARTITIONS}`,
  )
}

/** The items of a comma-separated list: mail addresses, secrets. */
export function listIn(value: string): string[] {
  return value
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
}

/** @throws Error if X has no such event source */
export function eventSourceIn(value: string): EventSource {
  const source = eventSources.find((one) => one === value)
  if (source) return source
  throw new Error(`EVENT_SOURCE must be ${eventSources.join(' or ')}, not ${value}`)
}
