import type { Figures } from '../../shapes.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Spans that people think in, each up to so many seconds; null stands for all that is longer. */
const SPANS = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR, DAY, 3 * DAY, null] as const

export type Span = { readonly upToSeconds: number | null; readonly count: number }

/** Tickets by spans that people think in: the API's classes are a tenth apart, each goes where its middle belongs. */
export function spansOf(histogram: Figures['firstResponse']['histogram']): Span[] {
  const spanOf = (seconds: number) => SPANS.findIndex((limit) => limit === null || seconds / Math.sqrt(1.1) <= limit)
  return SPANS.map((upToSeconds, index) => ({
    upToSeconds,
    count: histogram.reduce((sum, one) => (spanOf(one.upToSeconds) === index ? sum + one.count : sum), 0),
  }))
}
