import { formatFullTime, formatShortTime, formatTime } from '../format.ts'

/** A time in short form, or as narrow as in a list; its tooltip has the full form. @param at ISO time */
export function Time({ at, isNarrow = false }: { at: string; isNarrow?: boolean }) {
  return (
    <time dateTime={at} title={formatFullTime(at)}>
      {isNarrow ? formatShortTime(at) : formatTime(at)}
    </time>
  )
}
