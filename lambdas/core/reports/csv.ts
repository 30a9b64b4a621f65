import { csvLine } from '../csv.ts'
import type { Grouping, LabelledRow, ReportRow } from './report.ts'

const firstColumn = { tag: 'Tag', status: 'Status', channel: 'Channel' } as const

/** A report as CSV with a line of headings and one of the total. Times are in whole seconds. */
export function reportCsv(
  { rows, total }: { readonly rows: readonly LabelledRow[]; readonly total: ReportRow },
  by: Grouping,
  timeZone: string,
): string {
  const headings = [
    by === 'day' ? `Day (${timeZone})` : firstColumn[by],
    'Opened',
    'Of these closed by now',
    'Messages received',
    'Replies written',
    'Answered',
    'First response, median (s)',
    'First response, 90th percentile (s)',
    by === 'day' ? 'Closed on this day' : 'Closed in these days',
    'Time to close, median (s)',
    'Time to close, 90th percentile (s)',
  ]
  const lines = [...rows.map((row) => [row.label, ...numbersOf(row)]), ['Total', ...numbersOf(total)]]
  return [headings, ...lines].map(csvLine).join('')
}

function numbersOf({ opened, closed, messagesIn, messagesOut, firstResponse, closedInPeriod, timeToClose }: ReportRow) {
  const { count, medianSeconds, p90Seconds } = firstResponse
  return [
    ...[opened, closed, messagesIn, messagesOut, count, medianSeconds, p90Seconds],
    ...[closedInPeriod, timeToClose.medianSeconds, timeToClose.p90Seconds],
  ]
}
