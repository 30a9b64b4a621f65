import type { SharedTable } from '../adapters/dynamodb/table.ts'
import type { CustomerLimits } from '../core/tickets/customer-limits.ts'
import { type EventSource, eventSources } from '../core/x/event-source.ts'
import {
  auditDays,
  deletionHoldHours,
  type EnvironmentName,
  type FunctionName,
  functions,
  isInRange,
  lookupsPerCustomer,
  megabytesPerCustomer,
  tablePartitions,
} from './resources.ts'

/**
 * A stack may have no administrators, who get mails, and no Usedesk; one machine has no front door, which knows secrets, and
 * no alarms.
 */
const MAY_BE_EMPTY: readonly EnvironmentName[] = [
  'ADMINISTRATORS',
  'ORIGIN_SECRETS',
  'ALARM_TOPIC',
  'USEDESK_API_URL',
  'USEDESK_SECRETS',
  // Of `deliver`, which writes replies for Usedesk alone.
  'REPLIES_QUEUE_URL',
]

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

/** The days for which entries of the audit trail are kept. @throws Error if they are none that can be set */
export function auditDaysIn(value: string): number {
  const days = Number(value)
  if (isInRange(days, auditDays)) return days
  throw new Error(`AUDIT_DAYS must be whole days from ${auditDays.min} to ${auditDays.max}, not ${value}`)
}

/** The hold before what was deleted on X is deleted here, in milliseconds. @throws Error if it is no whole number of hours */
export function deletionHoldIn(value: string): number {
  return numberIn('DELETION_HOLD_HOURS', value, deletionHoldHours) * 3600_000
}

/** What may be fetched because of one customer in a day. @throws Error if it is nothing that can be set */
export function customerLimitsIn({
  LOOKUPS_PER_CUSTOMER,
  MEGABYTES_PER_CUSTOMER,
}: Record<'LOOKUPS_PER_CUSTOMER' | 'MEGABYTES_PER_CUSTOMER', string>): CustomerLimits {
  return {
    lookups: numberIn('LOOKUPS_PER_CUSTOMER', LOOKUPS_PER_CUSTOMER, lookupsPerCustomer),
    megabytes: numberIn('MEGABYTES_PER_CUSTOMER', MEGABYTES_PER_CUSTOMER, megabytesPerCustomer),
  }
}

function numberIn(name: EnvironmentName, value: string, range: { readonly min: number; readonly max: number }): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
  if (isInRange(number, range)) return number
  throw new Error(`${name} must be a whole number from ${range.min} to ${range.max}, not ${value}`)
}

/** The items of a comma-separated list: mail addresses, secrets. */
export function listIn(value: string): string[] {
  return value
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
}

/** True for X's own API, and not for a simulator of it. */
export const isRealX = (apiUrl: string): boolean => apiUrl === 'https://api.x.com'

/** @throws Error if X has no such event source */
export function eventSourceIn(value: string): EventSource {
  const source = eventSources.find((one) => one === value)
  if (source) return source
  throw new Error(`EVENT_SOURCE must be ${eventSources.join(' or ')}, not ${value}`)
}

/** True if events may be sent to this machine itself. @throws Error for any other value */
export function localEndpointsIn(value: string): boolean {
  if (value === 'allowed' || value === 'refused') return value === 'allowed'
  throw new Error(`LOCAL_ENDPOINTS must be allowed or refused, not ${value}`)
}

/** True if words are indexed and found. @throws Error for a value that is none of the setting */
export function searchIn(value: string): boolean {
  if (value === 'on' || value === 'off') return value === 'on'
  throw new Error(`SEARCH must be on or off, not ${value}`)
}
