import type { Metrics, ReportRow } from '../../api/types.ts'
import { TableHead } from '../../components/table-head.tsx'
import { formatDuration } from '../../format.ts'
import { reportsMessages as t } from '../../messages/reports.ts'

/** The median time to the first response; a dash when no ticket was answered. */
export function formatMedian({ firstResponse }: Metrics): string {
  const seconds = firstResponse.medianSeconds
  return typeof seconds === 'number' ? formatDuration(seconds) : '–'
}

/** A table of the report's groups and their total. */
export function ReportTable(props: { rows: readonly ReportRow[]; total: Metrics; heading: string }) {
  const { rows, total, heading } = props
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it sideways
    <section class="table-scroll" tabIndex={0}>
      <table class="table">
        <TableHead
          heading={heading}
          columns={[t.opened, t.closed, t.messagesIn, t.messagesOut, t.answered, t.firstResponse]}
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

function Row({ label, metrics }: { label: string; metrics: Metrics }) {
  const { opened, closed, messagesIn, messagesOut, firstResponse } = metrics
  return (
    <tr>
      <th scope="row">{label}</th>
      {[opened, closed, messagesIn, messagesOut, firstResponse.count, formatMedian(metrics)].map((value, index) => (
        <td key={index} class="number">
          {value}
        </td>
      ))}
    </tr>
  )
}
