/** One bar, or several beside each other. */
export type Bar = { readonly label: string; readonly values: readonly number[] }

/** What a chart shows. */
export type ChartProps = {
  /** Describes the chart to screen readers; the table below has the numbers. */
  readonly label: string
  /** Heading of the table's first column: what a bar stands for. */
  readonly heading: string
  /** Names of the values of each bar. */
  readonly series: readonly string[]
  readonly bars: readonly Bar[]
  readonly isStacked?: boolean
  /** True where bars stand for names: they lie one below the other then. False for days. */
  readonly areNames?: boolean
}
