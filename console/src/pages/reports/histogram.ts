import type { Metrics } from '../../api/types.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Upper limits in seconds; null stands for everything longer. */
const LIMITS_SECONDS = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR, DAY, 3 * DAY, null] as const

/** Ratio of two neighbouring limits in the API's histogram. */
const API_LIMIT_FACTOR = 1.1

export type Bucket = { readonly upToSeconds: number | null; readonly count: number }

/** Merges the API's fine buckets into coarse ones. A fine bucket goes where its geometric middle is. */
export function toBuckets(histogram: Metrics['firstResponse']['histogram']): Bucket[] {
  const bucketOf = (upToSeconds: number) =>
    LIMITS_SECONDS.findIndex((limit) => limit === null || upToSeconds / Math.sqrt(API_LIMIT_FACTOR) <= limit)
  return LIMITS_SECONDS.map((upToSeconds, index) => ({
    upToSeconds,
    count: histogram.reduce((sum, one) => (bucketOf(one.upToSeconds) === index ? sum + one.count : sum), 0),
  }))
}
