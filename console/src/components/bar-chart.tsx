import { useEffect, useRef, useState } from 'preact/hooks'
import { commonMessages } from '../messages/common.ts'
import { NameBars } from './name-bars.tsx'
import { TableHead } from './table-head.tsx'

export type Bar = { readonly label: string; readonly values: readonly number[] }
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

const HEIGHT_PX = 200
const BOTTOM_PX = 22
const LEFT_PX = 34
const LABEL_WIDTH_PX = 56

/** A bar chart with a legend, and the same numbers as a table. */
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
      {props.areNames ? <NameBars {...props} /> : <Plot {...props} />}
      <details>
        <summary>{commonMessages.showTable}</summary>
        <div class="table-scroll">
          <table class="table">
            <caption class="visually-hidden">{label}</caption>
            <TableHead heading={heading} columns={series} />
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

function Plot({ label, series, bars, isStacked }: ChartProps) {
  const [container, width] = useContainerWidth()
  const heights = bars.map(({ values }) =>
    isStacked ? values.reduce((sum, one) => sum + one, 0) : Math.max(0, ...values),
  )
  const maximum = axisMaximum(Math.max(1, ...heights))
  const step = (width - LEFT_PX) / Math.max(1, bars.length)
  const barWidth = Math.max(2, Math.min(44, step * 0.64) / (isStacked ? 1 : series.length))
  const y = (value: number) => (HEIGHT_PX - BOTTOM_PX) * (1 - value / maximum) + 6
  const labelEvery = Math.ceil(LABEL_WIDTH_PX / step)
  return (
    <div ref={container} class="plot">
      <svg role="img" aria-label={label} width={width} height={HEIGHT_PX + 6}>
        {[0, maximum / 2, maximum].map((value) => (
          <g key={value} class="axis">
            <line x1={LEFT_PX} x2={width} y1={y(value)} y2={y(value)} />
            <text x={LEFT_PX - 8} y={y(value) + 4} text-anchor="end">
              {Number.isInteger(value) ? value : ''}
            </text>
          </g>
        ))}
        {bars.map((bar, index) => {
          const middle = LEFT_PX + step * (index + 0.5)
          return (
            <g key={bar.label}>
              <title>{`${bar.label}: ${series.map((name, n) => `${name} ${bar.values[n] ?? 0}`).join(', ')}`}</title>
              {bar.values.map((value, n) => {
                const below = isStacked ? bar.values.slice(0, n).reduce((sum, one) => sum + one, 0) : 0
                const x = isStacked ? middle - barWidth / 2 : middle + barWidth * (n - series.length / 2)
                const height = y(below) - y(below + value)
                return (
                  <rect
                    key={series[n]}
                    class={`series-${n}`}
                    x={x}
                    y={y(below + value)}
                    width={Math.max(1, barWidth - (isStacked ? 0 : 2))}
                    height={height}
                    rx={Math.min(3, height / 2)}
                  />
                )
              })}
              {index % labelEvery === 0 && (
                <text class="tick" x={middle} y={HEIGHT_PX + 2} text-anchor="middle">
                  {bar.label}
                </text>
              )}
            </g>
          )
        })}
      </svg>
    </div>
  )
}

/** Rounds up to an even number, so that the middle of the axis is a whole number. */
function axisMaximum(value: number): number {
  const scale = 10 ** Math.floor(Math.log10(value))
  const candidates = [1, 1.2, 1.4, 1.6, 2, 3, 4, 5, 6, 8, 10].map((step) => Math.round(step * scale))
  return candidates.find((one) => one >= value && one % 2 === 0) ?? 2
}

/** Width of the container in pixels. In an SVG scaled to a phone the text would be unreadable. */
function useContainerWidth() {
  const container = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(320)
  useEffect(() => {
    const element = container.current
    if (!element) return undefined
    const observer = new ResizeObserver(() => setWidth(Math.max(200, element.clientWidth)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [container, width] as const
}
