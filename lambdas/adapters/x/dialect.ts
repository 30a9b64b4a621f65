import { ApiResponseError } from 'twitter-api-v2'
import { detailOf } from './client.ts'

/** The fields and expansions of a request, by X's names of them. */
export type Wanted = Readonly<Record<string, string>>

/** The same request in X's old and in its new vocabulary: https://docs.x.com/changelog (OpenAPI 2.167, August 2026). */
export type InBoth = { readonly old: Wanted; readonly new: Wanted }

/**
 * Asks X in the vocabulary that it understands. X refuses no unknown name, it leaves the field out, and nobody says when
 * the old names end. So an answer whose items lack what every item has is asked for again in the other vocabulary, and
 * the one that brings more is remembered for as long as the process lives.
 * @param call makes the request with these fields, @param lacking counts the items of an answer that lack such a field
 */
export type Ask = <T>(
  wanted: InBoth,
  call: (wanted: Wanted) => Promise<T>,
  lacking: (answer: T) => number,
) => Promise<T>

export function createAsk(): Ask {
  let understood: keyof InBoth = 'old'
  return async (wanted, call, lacking) => {
    const other = understood === 'old' ? 'new' : 'old'
    const first = await unlessRefused(call(wanted[understood]))
    if (first.refusal === null && lacking(first.answer) === 0) return first.answer
    const second = await unlessRefused(call(wanted[other]))
    if (second.refusal === null && (first.refusal !== null || lacking(second.answer) < lacking(first.answer))) {
      understood = other
      return second.answer
    }
    if (first.refusal !== null) throw first.refusal
    return first.answer
  }
}

/** X may come to refuse the names of a vocabulary instead of leaving the fields out. */
async function unlessRefused<T>(call: Promise<T>) {
  try {
    return { refusal: null, answer: await call }
  } catch (error) {
    const isOfNames =
      error instanceof ApiResponseError && error.code === 400 && /fields|expansions/.test(detailOf(error))
    if (!isOfNames) throw error
    return { refusal: error, answer: null }
  }
}

/** How many items lack one of these fields. */
export function countLacking(items: readonly unknown[], fields: readonly string[]): number {
  return items.filter((item) => !fields.every((name) => typeof item === 'object' && item !== null && name in item))
    .length
}

/** What X gives of every post that it shows. */
export const ofEveryPost = ['author_id', 'created_at']

/** What X gives of every direct message. */
export const ofEveryMessage = ['sender_id', 'created_at']
