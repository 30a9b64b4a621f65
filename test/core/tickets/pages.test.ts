import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { mergeLazily, mergePartitions, type PartitionPage, type Source } from '../../../lambdas/core/tickets/pages.ts'
import { cases } from '../../support/properties.ts'

/** Reads a partition as DynamoDB does: so many items below `after` before the filter, newest first. */
function read(partition: string[], after: string | null, readAtOnce: number, fits: (key: string) => boolean) {
  const below = partition
    .filter((key) => after === null || key < after)
    .sort()
    .reverse()
  const looked = below.slice(0, readAtOnce)
  const page: PartitionPage<string> = {
    items: looked.filter(fits),
    readDownTo: below.length > readAtOnce ? (looked.at(-1) ?? null) : null,
  }
  return page
}

describe('a list over partitions', () => {
  test('page by page gives everything once and in order, whatever the filter lets through', () => {
    const keys = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4, unit: 'grapheme-ascii' }), { maxLength: 40 })
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (all, limit, partitions) => {
        const spread = Array.from({ length: partitions }, (_, n) =>
          all.filter((_key, index) => index % partitions === n),
        )
        const fits = (key: string) => key.length % 2 === 0
        const seen: string[] = []
        let after: string | null = null
        let rounds = 0
        do {
          const start: string | null = after
          const pages: PartitionPage<string>[] = spread.map((partition) => read(partition, start, limit + 1, fits))
          const page: { items: string[]; next: string | null } = mergePartitions(pages, (key) => key, limit)
          expect(page.items.length).toBeLessThanOrEqual(limit)
          seen.push(...page.items)
          after = page.next
          rounds++
        } while (after !== null && rounds < 200)
        expect(after).toBeNull()
        expect(seen).toEqual(all.filter(fits).sort().reverse())
      }),
      { numRuns: cases(500) },
    )
  })

  test('gives everything once and in order too when partitions are read on in turn, each within a limit', async () => {
    const keys = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4, unit: 'grapheme-ascii' }), { maxLength: 40 })
    const few = fc.integer({ min: 1, max: 5 })
    await fc.assert(
      fc.asyncProperty(keys, few, few, few, few, async (all, limit, partitions, readAtOnce, reads) => {
        const spread = Array.from({ length: partitions }, () => [] as string[])
        all.forEach((key, index) => void spread[(index * index) % partitions]?.push(key))
        const fits = (key: string) => key.length % 2 === 0
        const seen: string[] = []
        let after: string | null = null
        let rounds = 0
        do {
          const start: string | null = after
          const sources = spread.map((partition): Source<string> => {
            let left = reads
            return async (from) => {
              if (left-- === 0) return null
              const page = read(partition, from === null ? start : String(from), readAtOnce, fits)
              return { ...page, next: page.readDownTo }
            }
          })
          const page: { items: string[]; next: string | null } = await mergeLazily(sources, (key) => key, limit)
          expect(page.items.length).toBeLessThanOrEqual(limit)
          seen.push(...page.items)
          after = page.next
          rounds++
        } while (after !== null && rounds < 200)
        expect(after).toBeNull()
        expect(seen).toEqual(all.filter(fits).sort().reverse())
      }),
      { numRuns: cases(500) },
    )
  })
})
