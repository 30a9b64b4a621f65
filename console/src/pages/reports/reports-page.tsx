import '../../style/reports.css'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { call, withQuery } from '../../api/client.ts'
import { useResource } from '../../api/resource.ts'
import type { Grouping, Report, ReportRow } from '../../api/types.ts'
import { BarChart } from '../../components/bar-chart.tsx'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Field, Select } from '../../components/field.tsx'
import { Notice } from '../../components/notice.tsx'
import { Card, Page } from '../../components/page.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { StatTiles } from '../../components/stat-tiles.tsx'
import { downloadCsv } from '../../download.ts'
import { daysAgo, formatDay, formatDuration } from '../../format.ts'
import { commonMessages } from '../../messages/common.ts'
import { reportsMessages as t } from '../../messages/reports.ts'
import { toCsv } from './csv.ts'
import { toBuckets } from './histogram.ts'
import { formatMedian, ReportTable } from './report-table.tsx'

const groupings: readonly Grouping[] = ['day', 'channel', 'tag', 'status']

const isDay = (text: string | undefined): text is string => /^\d{4}-\d\d-\d\d$/.test(text ?? '')

/** Numbers of the tickets opened in a period. Period and grouping are in the URL. */
export function ReportsPage() {
  const { query } = useLocation()
  const from = isDay(query.from) ? query.from : daysAgo(29)
  const to = isDay(query.to) ? query.to : daysAgo(0)
  const by = groupings.find((one) => one === query.by) ?? 'day'
  const resource = useResource(`${from} ${to} ${by}`, (signal) =>
    call<Report>('GET', '/api/reports/tickets', { query: { from, to, by }, signal }),
  )
  const report = resource.value && withLabels(resource.value, by)
  const downloadButton = report && (
    <Button icon="download" onClick={() => downloadCsv(`tickets-${from}-${to}-${by}.csv`, toCsv(report, by))}>
      {t.download}
    </Button>
  )
  return (
    <Page title={t.title} intro={t.intro} actions={downloadButton} isWide>
      <Filters from={from} to={to} by={by} />
      <ResourceStatus resource={resource} lines={3} />
      {report && <Results report={report} by={by} />}
    </Page>
  )
}

/** The report with the words of the console for what the API names by a key. */
function withLabels(report: Report, by: Grouping): Report {
  const names: Readonly<Record<string, string>> = by === 'status' ? commonMessages.statuses : {}
  return { ...report, rows: report.rows.map((row) => ({ ...row, label: names[row.key] ?? row.label })) }
}

function Filters({ from, to, by }: { from: string; to: string; by: Grouping }) {
  const { route } = useLocation()
  const [isWrongOrder, setWrongOrder] = useState(false)
  const change = (part: { from?: string; to?: string; by?: string }) => {
    const next = { from, to, by, ...part }
    const isOrdered = isDay(next.from) && isDay(next.to) && next.from <= next.to
    setWrongOrder(!isOrdered)
    if (isOrdered) route(withQuery('/reports', next))
  }
  return (
    <>
      <div class="report-filters">
        <DayField label={t.from} value={from} onChange={(day) => change({ from: day })} />
        <DayField label={t.to} value={to} onChange={(day) => change({ to: day })} />
        <Select
          label={t.by}
          value={by}
          options={groupings.map((one) => [one, t.groupings[one]] as const)}
          onChange={(grouping) => change({ by: grouping })}
        />
        <p class="muted small">{t.utcHint}</p>
      </div>
      {isWrongOrder && <Notice tone="danger">{t.wrongOrder}</Notice>}
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
          max={daysAgo(0)}
          onChange={(event) => props.onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}

/** True for a day on which nothing happened to the tickets that were opened then, because none was. */
const isEmpty = ({ opened, messagesIn, messagesOut }: ReportRow) => opened + messagesIn + messagesOut === 0

function Results({ report: { rows, total }, by }: { report: Report; by: Grouping }) {
  if (rows.length === 0)
    return (
      <div class="card">
        <EmptyState icon="reports" title={t.empty} />
      </div>
    )
  const label = (row: ReportRow) => (by === 'day' ? formatDay(row.key) : row.label)
  return (
    <>
      <StatTiles
        stats={[
          [t.opened, total.opened],
          [t.closed, total.closed],
          [t.messagesIn, total.messagesIn],
          [t.messagesOut, total.messagesOut],
          [t.firstResponse, formatMedian(total)],
        ]}
      />
      <Card title={t.chart} id="chart">
        <BarChart
          label={`${t.chart}, ${t.groupings[by]}`}
          heading={t.groupings[by]}
          series={[t.opened, t.closed]}
          areNames={by !== 'day'}
          bars={rows.map((row) => ({ label: label(row), values: [row.opened, row.closed] }))}
        />
      </Card>
      <Card title={t.table(t.groupings[by])} id="table">
        <ReportTable
          rows={rows.filter((row) => by !== 'day' || !isEmpty(row)).map((row) => ({ ...row, label: label(row) }))}
          total={total}
          heading={t.groupings[by]}
        />
        {by === 'day' && rows.some(isEmpty) && <p class="muted small">{t.emptyDays(rows.filter(isEmpty).length)}</p>}
      </Card>
      {total.firstResponse.count > 0 && (
        <Card title={t.histogram} id="histogram">
          <BarChart
            label={t.histogram}
            heading={t.histogram}
            series={[t.tickets]}
            areNames
            bars={toBuckets(total.firstResponse.histogram).map(({ upToSeconds, count }) => ({
              label: upToSeconds === null ? t.longer : t.upTo(formatDuration(upToSeconds)),
              values: [count],
            }))}
          />
        </Card>
      )}
    </>
  )
}
