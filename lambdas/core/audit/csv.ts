import type { AuditEntry } from './entry.ts'

/**
 * Entries as CSV with a line of headings. Changed fields are JSON.
 * Source: https://www.rfc-editor.org/rfc/rfc4180
 */
export function auditCsv(entries: readonly AuditEntry[]): string {
  const lines = entries.map(({ at, actor, kind, object, before, after }) => [
    at,
    actor.name,
    actor.id,
    actor.address,
    kind,
    object,
    before && JSON.stringify(before),
    after && JSON.stringify(after),
  ])
  const all = [['time', 'person', 'person id', 'address', 'kind', 'object', 'before', 'after'], ...lines]
  return all.map((line) => `${line.map(cell).join(',')}\r\n`).join('')
}

/**
 * Texts that a spreadsheet would run as a formula get an apostrophe in front: agents write tags, administrators names.
 * Source: https://owasp.org/www-community/attacks/CSV_Injection
 */
function cell(value: string | null): string {
  const text = value === null ? '' : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
