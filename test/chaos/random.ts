import { createHash } from 'node:crypto'

/** Random numbers from a seed: the same seed gives the same numbers. */
export type Random = {
  /** A whole number from 0 to `n` - 1. */
  below(n: number): number
  /** True with a probability from 0 to 1. */
  chance(probability: number): boolean
  /** @throws Error if the list is empty */
  pick<T>(list: readonly T[]): T
}

export function randomFrom(seed: number): Random {
  let drawn = 0
  const next = () => createHash('sha256').update(`${seed} ${drawn++}`).digest().readUInt32BE() / 2 ** 32
  const below = (n: number) => Math.floor(next() * n)
  return {
    below,
    chance: (probability) => next() < probability,
    pick(list) {
      const found = list[below(list.length)]
      if (found === undefined) throw new Error('nothing to pick from')
      return found
    },
  }
}
