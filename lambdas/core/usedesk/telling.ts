import { createHash } from 'node:crypto'
import type { ApiMessage } from '../api/schemas.ts'
import type { OutgoingEventType } from '../outgoing/endpoint.ts'
import { MEGABYTE_BYTES } from '../tickets/attachment.ts'
import { postUrlOf } from '../x/ids.ts'
import { htmlOf, textOfHtml } from './html.ts'
import { isFromUsedesk, type Told } from './usedesk.ts'

/** A comment in Usedesk: of the customer, as everybody sees it, or a private one that only agents see. */
export type UsedeskComment = {
  readonly html: string
  readonly isPrivate: boolean
  readonly files: readonly UsedeskFile[]
}

/** A file for Usedesk: its key in the bucket. */
export type UsedeskFile = {
  readonly key: string
  readonly name: string
  readonly contentType: string
  /** Bytes. */
  readonly size: number
}

/** What an event says to Usedesk, and what it has been told of the message then. */
export type ToTell = { readonly comment: UsedeskComment; readonly told: Pick<Told, 'text' | 'files'> }

/** What we attach at most, for each file. Usedesk documents no limit; its answers must come within seconds. */
export const MAX_FILE_BYTES = 20 * MEGABYTE_BYTES

/** Usedesk takes about 64 KB of HTML: https://api.usedocs.com/article/51381. X's longest direct message fits whole. */
const MAX_TEXT_CHARACTERS = 10_000
const MAX_NAME_CHARACTERS = 50

type MessageEvent = Extract<OutgoingEventType, `message.${string}`>

/**
 * What Usedesk is told by an event of a message; null if nothing. Told again, the same event says nothing.
 * @param told null if it has never been told anything of the message
 * @param keyOf the key in the bucket of an attachment's address; null if the file is not there
 */
export function toTell(
  type: MessageEvent,
  message: ApiMessage,
  told: Told | null,
  keyOf: (url: string) => string | null,
): ToTell | null {
  const said = sayingOf(type, message, told, keyOf)
  const isRepeated = said?.comment.isPrivate && told?.comments.includes(digestOfComment(said.comment.html))
  return isRepeated ? null : said
}

function sayingOf(
  type: MessageEvent,
  message: ApiMessage,
  told: Told | null,
  keyOf: (url: string) => string | null,
): ToTell | null {
  const news = newsOf(message, told, keyOf)
  const text = digestOf(textOf(message))
  const files = [...(told?.files ?? []), ...news.ids]
  const isToldOf = told !== null && told.comments.length > 0
  const say = (lines: readonly string[], isPrivate: boolean, withFiles = true): ToTell => ({
    comment: {
      html: htmlOf([...lines, ...(withFiles ? news.lines : [])].join('\n').trim() || withoutWords(message)),
      isPrivate,
      files: withFiles ? news.files : [],
    },
    told: { text, files: withFiles ? files : (told?.files ?? []) },
  })
  switch (type) {
    case 'message.received':
      return isToldOf || message.deletedAt !== null ? null : say([textOf(message)], false)
    case 'message.edited': {
      if (!isToldOf || message.direction === 'outbound' || message.deletedAt !== null) return null
      const lines =
        told.text === text ? [] : [...(message.versions.length > 0 ? ['Edited on X:'] : []), textOf(message)]
      if (lines.length === 0 && news.ids.length === 0) return null
      return say(lines.length === 0 && news.lines.length === 0 ? ['To the message above.'] : lines, false)
    }
    case 'message.sent':
      if (message.deletedAt !== null) return null
      // Of its own answers it hears only that one which failed was sent after all.
      if (isFromUsedesk(message.author)) {
        return isToldOf ? say(['X has this answer now:', textOf(message)], true, false) : null
      }
      if (isToldOf) return null
      return say([`${writerOf(message)}:`, textOf(message)], true)
    case 'message.failed': {
      const why = failureOf(message)
      return why === null || !isFromUsedesk(message.author) ? null : say([why, '', textOf(message)], true, false)
    }
    case 'message.deleted':
      return isToldOf ? say([`Deleted: the message of ${minuteOf(message.createdAt)}.`], true, false) : null
  }
}

/** A private comment for agents. @param lines texts */
export function noteOf(lines: readonly string[]): UsedeskComment {
  return { html: htmlOf(lines.join('\n')), isPrivate: true, files: [] }
}

/** The digest by which comments are compared: of their words, since Usedesk may store its HTML in another form. */
export function digestOfComment(html: string): string {
  return digestOf(textOfHtml(html).replace(/\s+/gu, ' '))
}

/**
 * True if a comment whose call was in doubt is in Usedesk: it has more of its kind with these words than we know of.
 * @param there digests of the comments of its kind in the ticket, @param known of those that we know to be there
 */
export function hasArrived(digest: string, there: readonly string[], known: readonly string[]): boolean {
  const count = (all: readonly string[]) => all.filter((one) => one === digest).length
  return count(there) > count(known)
}

/** What an agent reads of a message, besides its files. */
function textOf({ text, notice, quoted, parent, externalId, visibility }: ApiMessage): string {
  const characters = [...(notice ? `${notice.detail} ${notice.url}` : text)]
  const isCut = characters.length > MAX_TEXT_CHARACTERS
  const shown = isCut
    ? [...characters.slice(0, MAX_TEXT_CHARACTERS), '… (the whole text is in the console)']
    : characters
  const others = [
    ...(parent?.text ? [`In answer to @${parent.author?.username ?? '?'}: «${parent.text}»`] : []),
    ...(quoted?.text ? [`Quotes @${quoted.author?.username ?? '?'}: «${quoted.text}»`] : []),
    ...(visibility === 'public' && externalId !== null ? [postUrlOf(externalId)] : []),
  ]
  return [shown.join(''), ...(others.length > 0 ? ['', ...others] : [])].join('\n')
}

/** Usedesk refuses a comment without words. */
function withoutWords({ attachments }: ApiMessage): string {
  return attachments.length > 0
    ? `${attachments.map(({ type }) => KINDS[type]).join(', ')}, without words`
    : '(no text)'
}

/** The files of a message that Usedesk has not been told of. */
function newsOf(message: ApiMessage, told: Told | null, keyOf: (url: string) => string | null) {
  const files: UsedeskFile[] = []
  const lines: string[] = []
  const ids: string[] = []
  for (const [index, { id, type, url, contentType, size, status, reason }] of message.attachments.entries()) {
    const known = status === 'unavailable' ? `${id}:unavailable` : id
    if (status === 'pending' || told?.files.includes(known)) continue
    const kind = KINDS[type]
    const key = keyOf(url)
    if (status === 'unavailable') lines.push(`${kind} ${index + 1}: X does not give it (${reason ?? 'no reason'}).`)
    else if (key === null || contentType === null || size === null) continue
    else if (size > MAX_FILE_BYTES) {
      lines.push(`${kind} ${index + 1}: ${megabytes(size)} MB, more than fits here. It is in the console.`)
    } else files.push({ key, name: `${type}-${index + 1}.${extensionOf(contentType)}`, contentType, size })
    ids.push(known)
  }
  return { files, lines, ids }
}

const KINDS = { photo: 'Photo', animated_gif: 'GIF', video: 'Video' } as const

function extensionOf(contentType: string): string {
  const [, subtype = 'bin'] = contentType.split('/')
  return ({ jpeg: 'jpg', quicktime: 'mov' } as Record<string, string>)[subtype] ?? subtype
}

const megabytes = (bytes: number) => Math.ceil(bytes / MEGABYTE_BYTES)

function writerOf({ delivery, author }: ApiMessage): string {
  if (delivery === null) return 'Written on X by the account'
  return `Answered in the console by ${(author.name ?? author.id).slice(0, MAX_NAME_CHARACTERS)}`
}

function failureOf({ delivery }: ApiMessage): string | null {
  const reason = delivery?.reason ? ` ${delivery.reason}` : ''
  if (delivery?.status === 'failed') return `Not sent: X did not take this answer.${reason}`
  if (delivery?.status === 'unknown') return `It is not known whether X has this answer: look on X.${reason}`
  return null
}

/** `2026-03-01 12:00 UTC` */
function minuteOf(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}
