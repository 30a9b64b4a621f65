import { type EnvironmentName, type FunctionName, functions } from './resources.ts'

type NamesOf<F extends FunctionName> = (typeof functions)[F]['environment'][number]

/**
 * The environment of one function, complete or not at all.
 * @throws Error naming every variable that is missing or empty
 */
export function readEnvironment<F extends FunctionName>(
  name: F,
  source: Record<string, string | undefined> = process.env,
): Record<NamesOf<F>, string> {
  const names: readonly EnvironmentName[] = functions[name].environment
  const missing = names.filter((variable) => !source[variable])
  if (missing.length > 0) throw new Error(`${name}: environment variables missing: ${missing.join(', ')}`)
  return Object.fromEntries(names.map((variable) => [variable, source[variable]])) as Record<NamesOf<F>, string>
}
