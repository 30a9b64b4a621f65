const REVOKE_AFTER_MS = 10_000

/** Downloads a CSV file that comes in parts, each with the same line of headings. */
export async function downloadCsv(fileName: string, parts: AsyncIterable<string>): Promise<void> {
  let text = ''
  for await (const part of parts) text += text === '' ? part : part.slice(part.indexOf('\n') + 1)
  // The byte order mark tells spreadsheets that the file is UTF-8.
  const url = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS)
}
