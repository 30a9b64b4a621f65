import { duration } from '../../parts/time.tsx'
import type { Figures, ReportRow } from '../../shapes.ts'
import { words } from '../../words.ts'

const { reports: say } = words

/** The median time to the first answer in words; a dash where nobody was answered. */
export function medianOf({ firstResponse }: Figures): string {
  const seconds = firstResponse.medianSeconds
  return typeof seconds === 'number' ? duration(seconds) : '–'
}

/** The figures of a report, a row a group. */
export function FiguresTable(props: { rows: readonly ReportRow[]; total: Figures; heading: string }) {
  const { rows, total, heading } = props
  const heads = [say.opened, say.closed, say.messagesIn, say.messagesOut, say.answered, say.firstResponse]
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard
    <section class="scrolling" tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{heading}</th>
            {heads.map((head) => (
              <th key={head} scope="col" class="number">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.key} label={row.label} figures={row} />
          ))}
        </tbody>
        <tfoot>
          <Row label={say.total} figures={total} />
        </tfoot>
      </table>
    </section>
  )
}

function Row({ label, figures }: { label: string; figures: Figures }) {
  const { opened, closed, messagesIn, messagesOut, firstResponse } = figures
  return (
    <tr>
      <th scope="row">{label}</th>
      {[opened, closed, messagesIn, messagesOut, firstResponse.count, medianOf(figures)].map((figure, index) => (
        <td key={index} class="number">
          {figure}
        </td>
      ))}
    </tr>
  )
}
