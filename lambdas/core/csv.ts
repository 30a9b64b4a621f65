/**
 * A line of CSV with its line break. null is an empty cell.
 * Source: https://www.rfc-editor.org/rfc/rfc4180
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cell).join(',')}\r\n`
}

/**
 * What a spreadsheet would run as a formula gets an apostrophe in front, because anybody may write a tag: at the start of
 * a cell, and after what spreadsheets of some countries take for its end.
 * Source: https://owasp.org/www-community/attacks/CSV_Injection
 */
function cell(value: string | number | null): string {
  if (typeof value !== 'string') return String(value ?? '')
  const safe = value.replace(/(?<=^|[;\t\r\n])(?=\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g, "'")
  const text = /^[\t\r\n]/.test(safe) ? `'${safe}` : safe
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
