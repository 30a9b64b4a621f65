import type { DeadLetter } from './dead-letters.ts'

/** Fields that the product itself wrote: ids, kinds and times. All others may hold texts of people. */
const ours = new Set([
  ...['kind', 'event', 'channelUserId', 'externalId', 'customerId', 'receivedAt', 'polled'],
  ...['ticketId', 'channelId', 'messageId', 'position', 'at'],
])

/** A word, an id or a time: what one of our fields holds unless it is broken. */
const isPlain = (value: unknown) => typeof value === 'string' && /^[\w.:#-]{1,100}$/.test(value)

/** An id of X, by its field and its form: a text of somebody may be a number too. */
const isId = (name: string, value: string) => /(^|_)id(_str)?$/.test(name) && /^\d{1,20}(-\d{1,20})?$/.test(value)

/** What a person may see of a dead letter, several lines. @param withText whether the body is shown as it is */
export function shown({ id, sentAt, body }: DeadLetter, withText: boolean): string {
  const lines = withText ? [`  ${body}`] : shapeOf(body).map((line) => `  ${line}`)
  return [`${id}  in the queue since ${sentAt}`, ...lines].join('\n')
}

function shapeOf(body: string): string[] {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return [`not JSON, ${body.length} characters`]
  }
  return [...linesOf(value, [])]
}

/** One line for each field: its path, and what it is. */
function* linesOf(value: unknown, path: readonly string[]): Generator<string> {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  if (typeof value === 'object' && value !== null && !isEmpty) {
    for (const [name, part] of Object.entries(value)) yield* linesOf(part, [...path, name])
    return
  }
  const [only = ''] = path
  const isShown = path.length === 1 && ours.has(only) && isPlain(value)
  yield `${path.map(nameShown).join('.') || 'body'}: ${isShown ? String(value) : kindOf(path.at(-1) ?? '', value)}`
}

/** The name of a field; X's item could hold any. */
const nameShown = (name: string) => (/^[\w-]{1,50}$/.test(name) ? name : `(${name.length} characters)`)

function kindOf(name: string, value: unknown): string {
  if (typeof value === 'string') return isId(name, value) ? value : `text of ${value.length} characters`
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}'
  return String(value)
}
