import { decode, encode } from 'html-entities'

/** A text as Usedesk takes it: HTML that shows exactly the text. */
export function htmlOf(text: string): string {
  return encode(text, { level: 'xml' }).replace(/\r?\n/g, '<br>')
}

/** Tags that begin another line, and those that do it once, however many come together. */
const LINE = ['br', 'p', '/p', 'h1', '/h1', 'h2', '/h2', 'h3', '/h3']
const SOFT_LINE = ['div', '/div', 'li', '/li', 'ul', '/ul', 'ol', '/ol', 'tr', '/tr', 'blockquote', '/blockquote']

/** Elements whose content is no text. */
const NO_TEXT = ['style', 'script', 'head', 'title']

/**
 * The text of a comment that an agent wrote in Usedesk's editor. A link whose words do not have its address gets the
 * address behind them. Takes linear time, whatever the HTML is.
 */
export function textOfHtml(html: string): string {
  const parts: string[] = []
  let href = ''
  let linkFrom = 0
  let at = 0
  // As long as the HTML: lower case of other letters may have more characters.
  const lower = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
  const lastEnd = html.lastIndexOf('>')
  while (at < html.length) {
    const start = html.indexOf('<', at)
    parts.push(html.slice(at, start === -1 ? html.length : start).replace(/\s+/g, ' '))
    if (start === -1) break
    if (html.startsWith('<!--', start)) {
      at = after(html, '-->', start)
      continue
    }
    const name = /^<(\/?[a-z][a-z0-9]*)/.exec(lower.slice(start, start + MAX_NAME))?.[1]
    const end = start > lastEnd ? -1 : html.indexOf('>', start)
    if (name === undefined || end === -1) {
      parts.push('<')
      at = start + 1
      continue
    }
    at = end + 1
    if (NO_TEXT.includes(name)) at = after(lower, `</${name}>`, at)
    if (LINE.includes(name)) parts.push('\n')
    if (SOFT_LINE.includes(name)) parts.push('\v')
    if (name === 'a') {
      const [, address] = /\shref\s*=\s*["']?([^"'\s>]*)/i.exec(html.slice(start, Math.min(end, start + MAX_TAG))) ?? []
      href = address ?? ''
      linkFrom = parts.length
    }
    if (name === '/a' && href !== '') {
      const words = parts.slice(linkFrom).join('')
      if (/^https?:/i.test(href) && !words.includes(href)) parts.push(` (${href})`)
      href = ''
    }
  }
  return decode(parts.join(''))
    .replace(/[\u00a0\t ]+/g, ' ')
    .replace(/[ \v]*\v[ \v]*/g, '\n')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

const MAX_NAME = 20
const MAX_TAG = 4_000

function after(text: string, end: string, from: number): number {
  const found = text.indexOf(end, from)
  return found === -1 ? text.length : found + end.length
}
