/** What one partition of a list gave: items newest first, and how far it has been read when there is more. */
export type PartitionPage<T> = {
  readonly items: readonly T[]
  /** The sort key down to which everything is known; null when the partition is read to its end. */
  readonly readDownTo: string | null
}

/**
 * One page, newest first, out of a list that is spread over partitions.
 * Only what every partition has been read down to is certain to be complete; the rest waits for the next page,
 * so a page may be shorter than the limit, and nothing is skipped or shown twice.
 * @param keyOf the sort key of an item, unique in the list
 * @returns the items and where the next page begins (exclusive); null at the end
 */
export function mergePartitions<T>(
  pages: readonly PartitionPage<T>[],
  keyOf: (item: T) => string,
  limit: number,
): { items: T[]; next: string | null } {
  const bounds = pages.flatMap((page) => (page.readDownTo === null ? [] : [page.readDownTo]))
  const bound = bounds.sort().at(-1) ?? null
  const known = pages
    .flatMap((page) => page.items)
    .filter((item) => bound === null || keyOf(item) >= bound)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : keyOf(a) > keyOf(b) ? -1 : 0))
  if (known.length > limit) {
    const items = known.slice(0, limit)
    const last = items.at(-1)
    return { items, next: last === undefined ? bound : keyOf(last) }
  }
  return { items: known, next: bound }
}
