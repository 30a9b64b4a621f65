import { formatFullTime, formatTime } from '../format.ts'

/** A time in short form; its tooltip has the full form. @param at ISO time */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatFullTime(at)}>
      {formatTime(at)}
    </time>
  )
}
