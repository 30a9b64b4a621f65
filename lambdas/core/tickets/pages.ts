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

/** Reads on in a partition, newest first, from where it stopped; null for the start. Null if it may read no further. */
export type Source<T> = (start: unknown) => Promise<(PartitionPage<T> & { readonly next: unknown }) | null>

/**
 * Merges partitions of a list into one page, newest first, and reads on only in those whose items run out. If one may
 * read no further, the page ends there: it may be shorter than the limit, but no item is skipped or shown twice.
 * @param keyOf the sort key of an item, unique in the list
 * @returns the items, and the key after which the next page begins (exclusive); null if this is the last page
 */
export async function mergeLazily<T>(
  sources: readonly Source<T>[],
  keyOf: (item: T) => string,
  limit: number,
): Promise<{ items: T[]; next: string | null }> {
  const heads = sources.map((source) => ({
    source,
    items: [] as T[],
    next: null as unknown,
    isOver: false,
    readDownTo: '' as string | null,
  }))
  const found: T[] = []
  /** No item at or below this key can be shown: a partition may hold others that were not read. */
  let bound: string | null = null
  for (;;) {
    await Promise.all(heads.map(fill))
    for (const { isOver, items, readDownTo } of heads) {
      if (isOver && items.length === 0 && readDownTo !== null && (bound === null || readDownTo > bound))
        bound = readDownTo
    }
    const [newest] = heads
      .filter(({ items }) => items.length > 0)
      .sort((a, b) => (keyOf(a.items[0] as T) < keyOf(b.items[0] as T) ? 1 : -1))
    const item = newest?.items[0]
    if (item === undefined || (bound !== null && keyOf(item) < bound)) return { items: found, next: bound }
    if (found.length === limit) return { items: found, next: keyOf(found.at(-1) as T) }
    found.push(item)
    newest?.items.shift()
  }

  /** Reads on until there is an item, or no more may be read. */
  async function fill(head: (typeof heads)[number]): Promise<void> {
    while (head.items.length === 0 && !head.isOver) {
      const page = await head.source(head.next)
      if (page === null) head.isOver = true
      else {
        head.items.push(...page.items)
        head.readDownTo = page.readDownTo
        head.next = page.next
        if (page.next === null) head.isOver = true
      }
    }
  }
}
