import type { ChartProps } from './bar-chart.tsx'

const THICKNESS_PX = 10
const GAP_PX = 2

/** Horizontal bars, one below the other, so that long names are readable. */
export function NameBars({ label, series, bars }: ChartProps) {
  const maximum = Math.max(1, ...bars.flatMap(({ values }) => values))
  return (
    <div class="name-bars" role="img" aria-label={label}>
      {bars.map((bar) => (
        <div key={bar.label} class="name-bar">
          <span class="name" title={bar.label}>
            {bar.label}
          </span>
          <svg width="100%" height={series.length * (THICKNESS_PX + GAP_PX)} aria-hidden="true">
            {bar.values.map((value, n) => (
              <rect
                key={series[n]}
                class={`series-${n}`}
                y={n * (THICKNESS_PX + GAP_PX)}
                height={THICKNESS_PX}
                width={`${(100 * value) / maximum}%`}
                rx={3}
              />
            ))}
          </svg>
          <span class="values">{bar.values.join(' / ')}</span>
        </div>
      ))}
    </div>
  )
}
