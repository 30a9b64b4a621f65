import { useEffect, useRef, useState } from 'preact/hooks'
import { words } from '../words.ts'

export type Bar = { readonly label: string; readonly values: readonly number[] }
export type ChartProps = {
  /** What is to be seen, for who does not see it; the figures stand in the table below. */
  readonly label: string
  /** What the bars stand for: the head of the table's first column. */
  readonly heading: string
  /** The names of the values of each bar. */
  readonly series: readonly string[]
  readonly bars: readonly Bar[]
  readonly isStacked?: boolean
}

const HEIGHT = 200
const BOTTOM = 22
const LEFT = 34
const LABEL_WIDTH = 56

/** Bars, with a legend and the same figures as a table. */
export function BarChart(props: ChartProps) {
  const { label, series, heading, bars } = props
  return (
    <figure class="chart">
      {series.length > 1 && (
        <ul class="legend" aria-hidden="true">
          {series.map((name, index) => (
            <li key={name} class={`series-${index}`}>
              {name}
            </li>
          ))}
        </ul>
      )}
      <Drawing {...props} />
      <details>
        <summary>{words.showTable}</summary>
        <div class="scrolling">
          <table class="table">
            <caption class="for-readers">{label}</caption>
            <thead>
              <tr>
                <th scope="col">{heading}</th>
                {series.map((name) => (
                  <th key={name} scope="col" class="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {bars.map((bar) => (
                <tr key={bar.label}>
                  <th scope="row">{bar.label}</th>
                  {series.map((name, index) => (
                    <td key={name} class="number">
                      {bar.values[index] ?? 0}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  )
}

function Drawing({ label, series, bars, isStacked }: ChartProps) {
  const [place, width] = useWidth()
  const heights = bars.map(({ values }) =>
    isStacked ? values.reduce((sum, one) => sum + one, 0) : Math.max(0, ...values),
  )
  const top = niceTop(Math.max(1, ...heights))
  const step = (width - LEFT) / Math.max(1, bars.length)
  const thick = Math.max(2, Math.min(44, step * 0.64) / (isStacked ? 1 : series.length))
  const y = (value: number) => (HEIGHT - BOTTOM) * (1 - value / top) + 6
  const every = Math.ceil(LABEL_WIDTH / step)
  return (
    <div ref={place} class="drawing">
      <svg role="img" aria-label={label} width={width} height={HEIGHT + 6}>
        {[0, top / 2, top].map((value) => (
          <g key={value} class="axis">
            <line x1={LEFT} x2={width} y1={y(value)} y2={y(value)} />
            <text x={LEFT - 8} y={y(value) + 4} text-anchor="end">
              {Number.isInteger(value) ? value : ''}
            </text>
          </g>
        ))}
        {bars.map((bar, index) => {
          const middle = LEFT + step * (index + 0.5)
          return (
            <g key={bar.label}>
              <title>{`${bar.label}: ${series.map((name, n) => `${name} ${bar.values[n] ?? 0}`).join(', ')}`}</title>
              {bar.values.map((value, n) => {
                const below = isStacked ? bar.values.slice(0, n).reduce((sum, one) => sum + one, 0) : 0
                const x = isStacked ? middle - thick / 2 : middle + thick * (n - series.length / 2)
                const height = y(below) - y(below + value)
                return (
                  <rect
                    key={series[n]}
                    class={`series-${n}`}
                    x={x}
                    y={y(below + value)}
                    width={Math.max(1, thick - (isStacked ? 0 : 2))}
                    height={height}
                    rx={Math.min(3, height / 2)}
                  />
                )
              })}
              {index % every === 0 && (
                <text class="tick" x={middle} y={HEIGHT + 2} text-anchor="middle">
                  {bar.label.length > 14 && step < 110 ? `${bar.label.slice(0, 13)}…` : bar.label}
                </text>
              )}
            </g>
          )
        })}
      </svg>
    </div>
  )
}

/** The next figure that halves well. */
function niceTop(value: number): number {
  const scale = 10 ** Math.floor(Math.log10(value))
  const tops = [1, 1.2, 1.4, 1.6, 2, 3, 4, 5, 6, 8, 10].map((step) => Math.round(step * scale))
  return tops.find((one) => one >= value && one % 2 === 0) ?? 2
}

/** As wide as there is room: text in a drawing that is scaled would not be readable on a phone. */
function useWidth() {
  const place = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(320)
  useEffect(() => {
    const element = place.current
    if (!element) return undefined
    const observer = new ResizeObserver(() => setWidth(Math.max(200, element.clientWidth)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [place, width] as const
}
