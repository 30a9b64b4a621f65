import '../../style/reports.css'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { TicketReport, WaitingReport } from '../../../../client/src/calls.ts'
import { useAction } from '../../api/action.ts'
import { call, pages } from '../../api/client.ts'
import { useResource } from '../../api/resource.ts'
import { BarChart } from '../../components/bar-chart.tsx'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Field, Select } from '../../components/field.tsx'
import { ErrorNotice, Notice } from '../../components/notice.tsx'
import { Card, Page } from '../../components/page.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { StatTiles } from '../../components/stat-tiles.tsx'
import { downloadCsv } from '../../download.ts'
import { formatDay, formatDuration, ownDaysAgo, readersTimeZone } from '../../format.ts'
import { withQuery } from '../../links.ts'
import { reportsMessages as t } from '../../messages/reports.ts'
import { formatSeconds, ReportTable } from './report-table.tsx'

type Grouping = TicketReport['by']
const groupings: readonly Grouping[] = ['day', 'channel', 'tag', 'status']

const isDay = (text: string | undefined): text is string => /^\d{4}-\d\d-\d\d$/.test(text ?? '')

/** Numbers of the tickets opened and closed in a period, in the reader's days. Period and grouping are in the URL. */
export function ReportsPage() {
  const { query } = useLocation()
  const from = isDay(query.from) ? query.from : ownDaysAgo(29)
  const to = isDay(query.to) ? query.to : ownDaysAgo(0)
  const by = groupings.find((one) => one === query.by) ?? 'day'
  const wanted = { from, to, by, timeZone: readersTimeZone() }
  const resource = useResource(JSON.stringify(wanted), (signal) =>
    call('GET /api/reports/tickets', { query: wanted, signal }),
  )
  const waiting = useResource('waiting', (signal) => call('GET /api/reports/waiting', { signal }))
  const { error, run } = useAction(null)
  const download = () =>
    run(() => downloadCsv(`tickets-${from}-${to}-${by}.csv`, pages('GET /api/reports/tickets.csv', { query: wanted })))
  const downloadButton = (
    <Button icon="download" onClick={download}>
      {t.download}
    </Button>
  )
  return (
    <Page title={t.title} intro={t.intro} actions={downloadButton} isWide>
      {error && <ErrorNotice error={error} onRetry={download} />}
      <Filters from={from} to={to} by={by} />
      <ResourceStatus resource={resource} lines={3} />
      {waiting.error && <ErrorNotice error={waiting.error} onRetry={waiting.reload} />}
      {resource.value && <Results report={resource.value} waiting={waiting.value} by={by} />}
    </Page>
  )
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
        <p class="muted small">{t.zoneHint(readersTimeZone())}</p>
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
          max={ownDaysAgo(0)}
          onChange={(event) => props.onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}

/** True for a day on which no ticket was opened or closed. */
const isEmpty = ({ opened, closedInPeriod }: Pick<TicketReport['total'], 'opened' | 'closedInPeriod'>) =>
  opened + closedInPeriod === 0

function Results(props: { report: TicketReport; waiting: WaitingReport | undefined; by: Grouping }) {
  const { report, waiting, by } = props
  const { rows, total } = report
  const { firstResponse, timeToClose } = total
  const label = (row: TicketReport['rows'][number]) => (by === 'day' ? formatDay(row.key) : row.label)
  const within = (seconds: number | null) => (seconds === null ? undefined : t.p90(formatDuration(seconds)))
  const closings = by === 'day' ? t.closedOnDay : t.closedInPeriod
  return (
    <>
      <StatTiles
        stats={[
          [t.opened, total.opened],
          [t.closedInPeriod, total.closedInPeriod],
          [t.median(t.firstResponse), formatSeconds(firstResponse.medianSeconds), within(firstResponse.p90Seconds)],
          [t.median(t.timeToClose), formatSeconds(timeToClose.medianSeconds), within(timeToClose.p90Seconds)],
          waitingTile(waiting),
        ]}
      />
      {isEmpty(total) ? (
        <div class="card">
          <EmptyState icon="reports" title={t.empty} />
        </div>
      ) : (
        <>
          <Card title={t.chart} id="chart">
            <BarChart
              label={`${t.chart}, ${t.groupings[by]}`}
              heading={t.groupings[by]}
              series={[t.opened, closings]}
              areNames={by !== 'day'}
              bars={rows.map((row) => ({ label: label(row), values: [row.opened, row.closedInPeriod] }))}
            />
          </Card>
          <Card title={t.table(t.groupings[by])} id="table">
            <ReportTable
              rows={rows.filter((row) => !isEmpty(row)).map((row) => ({ ...row, label: label(row) }))}
              total={total}
              heading={t.groupings[by]}
              closings={closings}
            />
            {rows.some(isEmpty) && <p class="muted small">{t.emptyDays(rows.filter(isEmpty).length)}</p>}
          </Card>
        </>
      )}
      {firstResponse.count > 0 && <Histogram title={t.histogram} id="histogram" classes={firstResponse.histogram} />}
      {waiting && waiting.count > 0 && <Histogram title={t.ages} id="ages" classes={waiting.ages} />}
    </>
  )
}

function waitingTile(waiting: WaitingReport | undefined): readonly [string, string | number, string | undefined] {
  if (!waiting) return [t.waiting, '…', undefined]
  const { at, count, isWhole, longestSince } = waiting
  const longest = longestSince && t.longest(formatDuration((Date.parse(at) - Date.parse(longestSince)) / 1000))
  return [t.waiting, isWhole ? count : t.more(count), longest ?? undefined]
}

function Histogram({ title, id, classes }: { title: string; id: string; classes: WaitingReport['ages'] }) {
  return (
    <Card title={title} id={id}>
      <BarChart
        label={title}
        heading={title}
        series={[t.tickets]}
        areNames
        bars={classes.map(({ upToSeconds, count }) => ({
          label: upToSeconds === null ? t.longer : t.upTo(formatDuration(upToSeconds)),
          values: [count],
        }))}
      />
    </Card>
  )
}
