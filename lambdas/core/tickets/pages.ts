/** The orders in which messages of a ticket are listed: the oldest or the newest first. */
export const messageOrders = ['oldest', 'newest'] as const
export type MessageOrder = (typeof messageOrders)[number]

/** What we read of one partition of a list: items, newest first. */
export type PartitionPage<T> = {
  readonly items: readonly T[]
  /** The sort key down to which we have read the partition; null if we read all of it. */
  readonly readDownTo: string | null
}

/**
 * Merges partitions of a list into one page, newest first.
 * The page ends where the first partition has not been read further, so it may be shorter than the limit. No item is
 * skipped or shown twice.
 * @param keyOf the sort key of an item, unique in the list
 * @returns the items, and the key after which the next page begins (exclusive); null if this is the last page
 */
export function mergePartitions<T>(
  pages: readonly PartitionPage<T>[],
  keyOf: (item: T) => string,
  limit: number,
): { items: T[]; next: string | null } {
  const bounds = pages.flatMap((page) => (page.readDownTo === null ? [] : [page.readDownTo]))
  const bound = bounds.sort().at(-1) ?? null
  const complete = pages
    .flatMap((page) => page.items)
    .filter((item) => bound === null || keyOf(item) >= bound)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : keyOf(a) > keyOf(b) ? -1 : 0))
  if (complete.length > limit) {
    const items = complete.slice(0, limit)
    const last = items.at(-1)
    return { items, next: last === undefined ? bound : keyOf(last) }
  }
  return { items: complete, next: bound }
}
