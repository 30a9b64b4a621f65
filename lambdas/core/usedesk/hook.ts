import { createHash, timingSafeEqual } from 'node:crypto'
import { textOfHtml } from './html.ts'

/** What Usedesk tells that concerns us: an agent's public answer, or another status of a ticket. */
export type UsedeskHook = { readonly usedeskTicketId: string } & (
  | {
      readonly what: 'answer'
      /** Usedesk's id of the comment, or a digest where it gives none. */
      readonly commentId: string
      readonly text: string
      /** Usedesk's id of the agent. */
      readonly userId: string | null
      readonly files: readonly HookFile[]
    }
  | { readonly what: 'status'; readonly status: number }
)

export type HookFile = { readonly name: string; readonly url: string }

/** More is refused anyway: X's longest message has 10,000 characters. */
const MAX_TEXT_CHARACTERS = 100_000

/** More than X takes, so that an answer with too many is refused and not sent in part. */
const MAX_FILES = 10
const MAX_URL_CHARACTERS = 2_000
const MAX_NAME_CHARACTERS = 100

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads what Usedesk posts to its «Redirect URL» (https://api.usedocs.com/article/51405). Null for what does not concern
 * us: private comments, those of customers (ours among them) and of rules, new tickets, ratings.
 */
export function readHook(body: unknown): UsedeskHook | null {
  const all = fieldsIn(body)
  if (all === null) return null
  const comment = fieldsIn(all.comment)
  if (comment) return answerIn(comment, all)
  const status = idIn(all.new_status)
  const usedeskTicketId = idIn(all.ticket_id)
  if (status === null || usedeskTicketId === null || String(all.new_status) === String(all.old_status)) return null
  return { what: 'status', usedeskTicketId, status: Number(status) }
}

/** An agent's comment in one of our tickets, as a webhook or the list of a ticket has it; null if it is no answer. */
export function answerIn(comment: Fields, around: Fields = {}): UsedeskHook | null {
  const { from, type, message, user_id: user, published_at: at } = comment
  const usedeskTicketId = idIn(comment.ticket_id) ?? idIn(around.ticket_id) ?? idIn(fieldsIn(around.ticket)?.id)
  if (from !== 'user' || type !== 'public' || usedeskTicketId === null) return null
  const html = typeof message === 'string' ? message.slice(0, MAX_TEXT_CHARACTERS) : ''
  return {
    what: 'answer',
    usedeskTicketId,
    commentId: idIn(comment.id) ?? digestOf([usedeskTicketId, user, html, at]),
    // DynamoDB takes no half characters.
    text: textOfHtml(html).toWellFormed(),
    userId: idIn(user),
    files: filesIn(comment.files),
  }
}

function filesIn(value: unknown): HookFile[] {
  const files = Array.isArray(value) ? value.slice(0, MAX_FILES) : []
  return files.flatMap((one: unknown): HookFile[] => {
    const { file, url = file, name } = fieldsIn(one) ?? {}
    if (typeof url !== 'string' || url.length > MAX_URL_CHARACTERS) return []
    const shown = typeof name === 'string' ? name.slice(0, MAX_NAME_CHARACTERS).toWellFormed() : ''
    return [{ url: url.toWellFormed(), name: shown }]
  })
}

/** True if a text is the secret; compared in constant time, whatever their lengths are. */
export function isSecret(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return secret !== '' && timingSafeEqual(digest(given), digest(secret))
}

function fieldsIn(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null
}

/** An id, which comes as a number or as text; null if there is none. */
function idIn(value: unknown): string | null {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
  return /^[1-9]\d{0,19}$/.test(text) ? text : null
}

function digestOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24)
}
