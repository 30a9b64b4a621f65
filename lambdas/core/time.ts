/** The later of two ISO times or two positions: both sort as strings. */
export function laterOf(one: string, other: string): string {
  if (one > other) return one
  return other
}

/** The earlier of two ISO times or two positions. */
export function earlierOf(one: string, other: string): string {
  if (one < other) return one
  return other
}
