import type { ApiResponseError } from 'twitter-api-v2'
import { detailOf, isLibraryError } from './client.ts'

/** The fields and expansions of a request, by X's names of them. */
type Wanted = Readonly<Record<string, string>>

/** The same request in X's old and in its new vocabulary: https://docs.x.com/changelog (OpenAPI 2.167, August 2026). */
export type InBoth = {
  readonly old: Wanted
  readonly new: Wanted
  /** What X gives of every item if it understands the request. */
  readonly always: readonly string[]
}

/**
 * Asks X in the vocabulary that it understands. X refuses no unknown name, it leaves the field out, and nobody says when
 * the old names end. So an answer whose items lack what every item has is asked for again in the other vocabulary; if
 * that brings more, it is remembered for as long as the process lives.
 * @param call makes the request with these fields, @param itemsIn the items of an answer
 */
export type Ask = <T>(
  wanted: InBoth,
  call: (wanted: Wanted) => Promise<T>,
  itemsIn: (answer: T) => readonly unknown[],
) => Promise<T>

/** Begins with the old vocabulary. */
export function createAsk(): Ask {
  let understood: 'old' | 'new' = 'old'
  return async (wanted, call, itemsIn) => {
    const other = understood === 'old' ? 'new' : 'old'
    const first = await answerOf(call(wanted[understood]))
    if ('answer' in first && countIncomplete(itemsIn(first.answer), wanted) === 0) return first.answer
    const second = await answerOf(call(wanted[other]))
    const whole = (one: typeof first) =>
      'answer' in one ? itemsIn(one.answer).length - countIncomplete(itemsIn(one.answer), wanted) : -1
    if ('answer' in second && whole(second) > whole(first)) {
      understood = other
      return second.answer
    }
    if ('answer' in first) return first.answer
    throw first.refusal
  }
}

/** X may come to refuse the names of a vocabulary instead of leaving the fields out. Other errors are thrown. */
async function answerOf<T>(call: Promise<T>): Promise<{ answer: T } | { refusal: ApiResponseError }> {
  try {
    return { answer: await call }
  } catch (error) {
    const isOfNames =
      isLibraryError('response', error) && error.code === 400 && /fields|expansions/.test(detailOf(error))
    if (!isOfNames) throw error
    return { refusal: error }
  }
}

/** How many items lack what X gives of every item. */
export function countIncomplete(items: readonly unknown[], { always }: Pick<InBoth, 'always'>): number {
  const isWhole = (item: unknown) =>
    typeof item === 'object' && item !== null && always.every((name) => Reflect.get(item, name) !== undefined)
  return items.filter((item) => !isWhole(item)).length
}
