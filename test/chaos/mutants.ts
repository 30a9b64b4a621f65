import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FunctionName } from '../../lambdas/runtime/resources.ts'
import type { Shape } from './plan.ts'

/**
 * Wrong versions of functions, each of which breaks a promise that the harness checks. They prove that the harness can
 * fail. `mutant-handlers.ts` has their code; `shows` is how the violation begins that each leads to.
 */
export const mutants = {
  idempotency: { of: 'router', what: 'a direct message that comes again is stored again', shows: 'doubled: ' },
  batch: { of: 'router', what: 'the batch of events reports no failures', shows: 'lost: ' },
  closed: { of: 'router', what: 'a direct message joins a closed ticket', shows: 'closed, not the end: ' },
  claim: { of: 'sender', what: 'an attempt is not stored before the reply is sent', shows: 'doubled at X: ' },
  outcome: { of: 'sender', what: 'a reply whose outcome is unknown counts as not sent', shows: 'doubled at X: ' },
  order: { of: 'sender', what: 'a reply does not wait for the earlier one of its ticket', shows: 'overtaken: ' },
  queue: { of: 'webhook', what: 'the webhook answers 200 when the queue has failed', shows: 'lost: ' },
} as const satisfies Record<string, { readonly of: FunctionName; readonly what: string; readonly shows: string }>

export type MutantName = keyof typeof mutants

/** True if the violations are those that the mutant must lead to, among others. */
export function isCaught(name: MutantName, violations: readonly string[]): boolean {
  return violations.some((one) => one.startsWith(mutants[name].shows))
}

const dense: Shape = {
  isWhole: false,
  agentEvery: 3,
  faultsEvery: 30,
  services: ['dynamodb'],
  faultKinds: ['slow'],
  xAnswersEvery: 5,
  xAnswers: ['slow'],
}

/** The plan in which a mutant shows soon: with much of what it cannot stand. */
export const shapeFor: Readonly<Record<MutantName, Shape>> = {
  idempotency: dense,
  batch: { ...dense, faultKinds: ['failing', 'throttled'] },
  closed: dense,
  claim: { ...dense, xAnswers: ['taken, and the sender dies'] },
  outcome: { ...dense, xAnswers: ['503, taken'] },
  order: { ...dense, agentEvery: 2, xAnswersEvery: 3, xAnswers: ['500'] },
  queue: { ...dense, services: ['sqs'], faultKinds: ['failing'] },
}

/**
 * Bundles the function of a mutant, as the functions of the product are bundled.
 * @param folder where its source and its bundle are written
 * @returns the folder of the bundle by the function's name
 */
export async function bundleMutant(name: MutantName, folder: string): Promise<Partial<Record<FunctionName, string>>> {
  const [{ bundle }, bundler] = await Promise.all([import('../../build/bundle.ts'), import('esbuild')])
  const handlers = join(import.meta.dirname, 'mutant-handlers.ts')
  const entry = join(folder, `${name}.ts`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(entry, `import { handlerOf } from '${handlers}'\nexport const handler = handlerOf.${name}()\n`)
  try {
    return { [mutants[name].of]: (await bundle(entry, join(folder, mutants[name].of))).folder }
  } finally {
    // Otherwise it waits as a process of its own for more to bundle.
    await bundler.stop()
  }
}
