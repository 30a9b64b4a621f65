import { type Figures, operations } from './operations.ts'
import type { Units } from './units.ts'

/** The figures that `npm run check` compares with: units by operation (bench/capacity.json). */
export type Recorded = Readonly<Record<string, Pick<Units, 'write' | 'read'>>>

/** The circumstances of the recorded figures: small, so that the check takes seconds. */
export const recordedWith = { tickets: 100, longMessages: 40 } as const

/** More growth than this needs a decision. */
const MAX_GROWTH = 1.2

/** What to record of figures. */
export function recordOf(figures: Figures): Recorded {
  return Object.fromEntries(operations.map((name) => [name, { write: figures[name].write, read: figures[name].read }]))
}

/** Says in a sentence each which figures have grown by more than a fifth, or have none to be compared with. */
export function growthOf(recorded: Recorded, measured: Recorded): string[] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(measured)])]
  return names.flatMap((name) => {
    const [before, after] = [recorded[name], measured[name]]
    if (!before) return [`«${name}» is not recorded`]
    if (!after) return [`«${name}» is recorded, but not measured`]
    return (['write', 'read'] as const)
      .filter((kind) => after[kind] > before[kind] * MAX_GROWTH)
      .map((kind) => `«${name}» took ${before[kind]} ${kind} units and takes ${after[kind]}`)
  })
}
