/** The later of two ISO times, or of two positions: both sort as texts do. */
export function laterOf(one: string, other: string): string {
  if (one > other) return one
  return other
}

/** The earlier of two ISO times, or of two positions. */
export function earlierOf(one: string, other: string): string {
  if (one < other) return one
  return other
}
