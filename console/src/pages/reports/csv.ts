import type { Figures, Grouping, Report } from '../../shapes.ts'
import { words } from '../../words.ts'

const { reports: say } = words

/** The report as a table for spreadsheets (RFC 4180); the median in seconds, so that it can be reckoned with. */
export function csvOf({ rows, total }: Report, by: Grouping): string {
  const head = [say.groupings[by], say.opened, say.closed, say.messagesIn, say.messagesOut, say.answered]
  const lines = [
    [...head, `${say.firstResponse}, s`],
    ...rows.map((row) => [by === 'day' ? row.key : row.label, ...figuresOf(row)]),
    [say.total, ...figuresOf(total)],
  ]
  return lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('')
}

/**
 * A cell. A text that a spreadsheet would take for a formula gets an apostrophe: a tag may be anybody's words.
 * Source: OWASP, "CSV Injection".
 */
export function cell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function figuresOf({ opened, closed, messagesIn, messagesOut, firstResponse }: Figures): (number | string)[] {
  return [opened, closed, messagesIn, messagesOut, firstResponse.count, firstResponse.medianSeconds ?? '']
}
