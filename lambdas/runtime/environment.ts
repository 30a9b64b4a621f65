import { type EventSource, eventSources } from '../core/x/event-source.ts'
import { type EnvironmentName, type FunctionName, functions } from './resources.ts'

/** No administrators is a state that a stack may be in: nobody is told. */
const MAY_BE_EMPTY = 'ADMINISTRATORS'

type NamesOf<F extends FunctionName> = (typeof functions)[F]['environment'][number]

/**
 * The environment of one function, complete or not at all.
 * @throws Error naming every variable that is missing, or empty where that means nothing
 */
export function readEnvironment<F extends FunctionName>(
  name: F,
  source: Record<string, string | undefined> = process.env,
): Record<NamesOf<F>, string> {
  const names: readonly EnvironmentName[] = functions[name].environment
  const missing = names.filter(
    (variable) => !source[variable] && !(variable === MAY_BE_EMPTY && source[variable] === ''),
  )
  if (missing.length > 0) throw new Error(`${name}: environment variables missing: ${missing.join(', ')}`)
  return Object.fromEntries(names.map((variable) => [variable, source[variable]])) as Record<NamesOf<F>, string>
}

/** The mail addresses in a list with commas. */
export function administratorsIn(value: string): string[] {
  return value
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
}

/** @throws Error for an event source that X does not have */
export function eventSourceIn(value: string): EventSource {
  const source = eventSources.find((one) => one === value)
  if (source) return source
  throw new Error(`EVENT_SOURCE must be ${eventSources.join(' or ')}, not ${value}`)
}
