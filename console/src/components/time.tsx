import { formatFullTime, formatTime } from '../format.ts'

/** A short time; the full one is in the tooltip. @param at ISO time */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatFullTime(at)}>
      {formatTime(at)}
    </time>
  )
}
