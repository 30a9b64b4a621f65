import type { TicketReport } from '../../../../client/src/calls.ts'
import { TableHead } from '../../components/table-head.tsx'
import { formatDuration } from '../../format.ts'
import { reportsMessages as t } from '../../messages/reports.ts'

/** The numbers of a row or of the total. */
type Metrics = TicketReport['total']

/** A time, on one line; a dash where there is none. */
export const formatSeconds = (seconds: number | null): string =>
  seconds === null ? '–' : formatDuration(seconds).replaceAll(' ', '\u00a0')

/** A table of the report's groups and their total. */
export function ReportTable(props: {
  rows: TicketReport['rows']
  total: Metrics
  heading: string
  /** What the closings of a row are. */
  closings: string
}) {
  const { rows, total, heading, closings } = props
  const [firstResponse, timeToClose] = [t.medianAndP90(t.firstResponse), t.medianAndP90(t.timeToClose)]
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it sideways
    <section class="table-scroll" tabIndex={0}>
      <table class="table">
        <TableHead
          heading={heading}
          columns={[t.opened, t.closed, t.messagesIn, t.messagesOut, t.answered, firstResponse, closings, timeToClose]}
        />
        <tbody>
          {rows.map((row) => (
            <Row key={row.key} label={row.label} metrics={row} />
          ))}
        </tbody>
        <tfoot>
          <Row label={t.total} metrics={total} />
        </tfoot>
      </table>
    </section>
  )
}

type Times = Metrics['timeToClose']

function formatTimes({ medianSeconds, p90Seconds }: Times): string {
  return medianSeconds === null ? '–' : `${formatSeconds(medianSeconds)} / ${formatSeconds(p90Seconds)}`
}

function Row({ label, metrics }: { label: string; metrics: Metrics }) {
  const { opened, closed, messagesIn, messagesOut, firstResponse, closedInPeriod, timeToClose } = metrics
  const numbers = [opened, closed, messagesIn, messagesOut, firstResponse.count]
  const values = [...numbers, formatTimes(firstResponse), closedInPeriod, formatTimes(timeToClose)]
  return (
    <tr>
      <th scope="row">{label}</th>
      {values.map((value, index) => (
        <td key={index} class="number">
          {value}
        </td>
      ))}
    </tr>
  )
}
