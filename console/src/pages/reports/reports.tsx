import '../../style/reports.css'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { call, withQuery } from '../../api.ts'
import { useLoaded } from '../../loading.ts'
import { Button } from '../../parts/button.tsx'
import { BarChart } from '../../parts/chart.tsx'
import { Field, Select } from '../../parts/field.tsx'
import { Tiles } from '../../parts/figures.tsx'
import { Failure, Notice } from '../../parts/notice.tsx'
import { Card, Page } from '../../parts/page.tsx'
import { dayBefore, duration, shortDay } from '../../parts/time.tsx'
import { Empty, Skeleton } from '../../parts/waiting.tsx'
import { type Grouping, groupings, type Report } from '../../shapes.ts'
import { words } from '../../words.ts'
import { csvOf } from './csv.ts'
import { download } from './download.ts'
import { spansOf } from './spans.ts'
import { FiguresTable, medianOf } from './table.tsx'

const { reports: say } = words
const isDay = (text: string | undefined): text is string => /^\d{4}-\d\d-\d\d$/.test(text ?? '')

/** How tickets went in a span of days, grouped. What is asked for stands in the address. */
export function ReportsPage() {
  const { query } = useLocation()
  const from = isDay(query.from) ? query.from : dayBefore(29)
  const to = isDay(query.to) ? query.to : dayBefore(0)
  const by = groupings.find((one) => one === query.by) ?? 'day'
  const loaded = useLoaded(`${from} ${to} ${by}`, (signal) =>
    call<Report>('GET', '/api/reports/tickets', { query: { from, to, by }, signal }),
  )
  const report = loaded.value
  const save = report && (
    <Button icon="download" onClick={() => download(`tickets-${from}-${to}-${by}.csv`, csvOf(report, by))}>
      {say.download}
    </Button>
  )
  return (
    <Page title={say.title} intro={say.intro} actions={save} isWide>
      <Choice from={from} to={to} by={by} />
      {loaded.error && <Failure error={loaded.error} onRetry={loaded.reload} />}
      {!report && !loaded.error && <Skeleton lines={3} tall />}
      {report && <Shown report={report} by={by} />}
    </Page>
  )
}

function Choice({ from, to, by }: { from: string; to: string; by: Grouping }) {
  const { route } = useLocation()
  const [isWrong, setWrong] = useState(false)
  const change = (part: { from?: string; to?: string; by?: string }) => {
    const next = { from, to, by, ...part }
    const isOrdered = isDay(next.from) && isDay(next.to) && next.from <= next.to
    setWrong(!isOrdered)
    if (isOrdered) route(withQuery('/reports', next))
  }
  return (
    <>
      <div class="report-choice">
        <DayField label={say.from} value={from} onChange={(day) => change({ from: day })} />
        <DayField label={say.to} value={to} onChange={(day) => change({ to: day })} />
        <Select
          label={say.by}
          value={by}
          options={groupings.map((one) => [one, say.groupings[one]] as const)}
          onChange={(wanted) => change({ by: wanted })}
        />
        <p class="faint small">{say.days}</p>
      </div>
      {isWrong && <Notice tone="danger">{say.order}</Notice>}
    </>
  )
}

function DayField(props: { label: string; value: string; onChange: (day: string) => void }) {
  return (
    <Field label={props.label}>
      {(control) => (
        <input
          {...control}
          type="date"
          value={props.value}
          max={dayBefore(0)}
          onChange={(event) => props.onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}

function Shown({ report: { rows, total }, by }: { report: Report; by: Grouping }) {
  if (rows.length === 0)
    return (
      <div class="card">
        <Empty icon="reports" title={say.empty} />
      </div>
    )
  const label = (row: Report['rows'][number]) => (by === 'day' ? shortDay(row.key) : row.label)
  return (
    <>
      <Tiles
        figures={[
          [say.opened, total.opened],
          [say.closed, total.closed],
          [say.messagesIn, total.messagesIn],
          [say.messagesOut, total.messagesOut],
          [say.firstResponse, medianOf(total)],
        ]}
      />
      <Card title={say.chart} id="chart">
        <BarChart
          label={`${say.chart}, ${say.groupings[by]}`}
          heading={say.groupings[by]}
          series={[say.opened, say.closed]}
          bars={rows.map((row) => ({ label: label(row), values: [row.opened, row.closed] }))}
        />
      </Card>
      <Card title={say.figures(say.groupings[by])} id="figures">
        <FiguresTable
          rows={rows.map((row) => ({ ...row, label: label(row) }))}
          total={total}
          heading={say.groupings[by]}
        />
      </Card>
      {total.firstResponse.count > 0 && (
        <Card title={say.histogram} id="histogram">
          <BarChart
            label={say.histogram}
            heading={say.histogram}
            series={[say.tickets]}
            bars={spansOf(total.firstResponse.histogram).map(({ upToSeconds, count }) => ({
              label: upToSeconds === null ? say.longer : say.upTo(duration(upToSeconds)),
              values: [count],
            }))}
          />
        </Card>
      )}
    </>
  )
}
