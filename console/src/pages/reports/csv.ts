import type { Grouping, Metrics, Report } from '../../api/types.ts'
import { reportsMessages as t } from '../../messages/reports.ts'

/**
 * The report as CSV. The median is in seconds, so that spreadsheets can calculate with it.
 * Source: https://www.rfc-editor.org/rfc/rfc4180
 */
export function toCsv({ rows, total }: Report, by: Grouping): string {
  const header = [t.groupings[by], t.opened, t.closed, t.messagesIn, t.messagesOut, t.answered]
  const lines = [
    [...header, `${t.firstResponse}, s`],
    ...rows.map((row) => [by === 'day' ? row.key : row.label, ...valuesOf(row)]),
    [t.total, ...valuesOf(total)],
  ]
  return lines.map((line) => `${line.map(csvCell).join(',')}\r\n`).join('')
}

/**
 * Escapes a value. What a spreadsheet would run as a formula gets an apostrophe in front, because anybody may write a tag:
 * at the start of a cell, and after what spreadsheets of some countries take for its end.
 * Source: https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const safe = value.replace(/(?<=^|[;\t\r\n])(?=\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g, "'")
  const text = /^[\t\r\n]/.test(safe) ? `'${safe}` : safe
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The median is accurate to 5 %, so parts of a second say nothing. */
const medianOf = (seconds: number | null) => (seconds === null ? '' : Math.round(seconds))

function valuesOf({ opened, closed, messagesIn, messagesOut, firstResponse }: Metrics): (number | string)[] {
  return [opened, closed, messagesIn, messagesOut, firstResponse.count, medianOf(firstResponse.medianSeconds)]
}
