/** The median of some values, and the quartiles, between which half of the values lie. */
export type Spread = { readonly low: number; readonly median: number; readonly high: number }

/** @throws Error without values */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => {
    const value = sorted[Math.round((sorted.length - 1) * share)]
    if (value === undefined) throw new Error('there is nothing to take the median of')
    return value
  }
  return { low: at(0.25), median: at(0.5), high: at(0.75) }
}

/** `1.22 (1.18 to 1.30)` */
export function spreadText({ low, median, high }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`
}
