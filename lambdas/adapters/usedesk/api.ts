import { text as collectText } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { limitedBytes } from '../../core/limited-bytes.ts'
import { type UsedeskApi, UsedeskError } from '../../core/ports/usedesk.ts'
import { MEGABYTE_BYTES } from '../../core/tickets/attachment.ts'

/** An old page of Usedesk names 150 calls a minute and 0.4 seconds between two; newer ones name none. */
const PAUSE_MS = 400

/** Of one call; of one with files. What an event needs in all must fit into the time of a record of the queue. */
const TIMEOUT_MS = 4_000
const FILES_TIMEOUT_MS = 9_000

/** A list of tickets has no documented limit; an answer without an end must not fill our memory. */
const MAX_ANSWER_MB = 10

/** So much of an answer is kept for administrators. */
const MAX_KEPT_CHARACTERS = 1_000

/** Usedesk cuts off longer ones: https://api.usedocs.com/article/51378. */
const MAX_FIELD_CHARACTERS = 255

/**
 * Calls Usedesk's API (https://api.usedocs.com). It waits before each call: since one worker at a time works for Usedesk,
 * its limits are kept.
 * @param url its address, without a trailing slash
 * @param token read for each call; never in an error
 */
export function createUsedeskApi(
  url: string,
  token: () => Promise<string>,
  { pauseMs = PAUSE_MS, timeoutMs = TIMEOUT_MS, filesTimeoutMs = FILES_TIMEOUT_MS } = {},
): UsedeskApi {
  /** @throws UsedeskError */
  async function call(method: string, fields: Readonly<Record<string, string | number>>, files: readonly File[] = []) {
    const apiToken = await token()
    if (apiToken === '') throw new UsedeskError('the secret of Usedesk has no apiToken yet: put it in', null, '')
    // DynamoDB takes no half characters.
    const without = (text: string) => text.replaceAll(apiToken, '…').slice(0, MAX_KEPT_CHARACTERS).toWellFormed()
    await pause(pauseMs)
    let status: number
    let text: string
    try {
      const response = await fetch(`${url}/${method}`, {
        method: 'POST',
        // The token must not follow a redirect to another host.
        redirect: 'error',
        signal: AbortSignal.timeout(files.length > 0 ? filesTimeoutMs : timeoutMs),
        ...bodyOf({ api_token: apiToken, ...fields }, files),
      })
      status = response.status
      text = await textOf(response)
    } catch (error) {
      throw new UsedeskError(`${method}: no answer (${without(reasonOf(error))})`, null, '')
    }
    const answer = parsed(text)
    const refusal = refusalIn(answer)
    if (status === 200 && refusal === null) return answer
    const why = without(refusal ?? `answered ${status}`)
    throw new UsedeskError(`${method}: ${why}`, status, without(text))
  }

  const one = (ticketId: string) => call('ticket', { ticket_id: ticketId })

  return {
    async createTicket({ subject, html, clientId, clientName, additionalId, status, tags }) {
      const answer = await call('create/ticket', {
        subject: cut(subject),
        message: html,
        client_id: clientId ?? 'new_client',
        ...(clientId === null && { client_name: cut(clientName) }),
        additional_id: cut(additionalId),
        status,
        tag: tagsOf(tags),
        from: 'client',
      })
      const id = idIn(answer, 'ticket_id')
      if (id === null) throw new UsedeskError('create/ticket: the answer has no ticket_id', 200, '')
      return id
    },

    async createComment(ticketId, { html, isPrivate, files }, read) {
      const parts = await Promise.all(
        files.map(async (file) => new File([new Uint8Array(await read(file))], file.name, { type: file.contentType })),
      )
      const common = { ticket_id: ticketId, message: html }
      const fields = isPrivate ? { ...common, type: 'private' } : { ...common, type: 'public', from: 'client' }
      await call('create/comment', fields, parts)
    },

    async updateTicket(ticketId, { status, tags }) {
      const changes = { ...(status !== undefined && { status }), ...(tags !== undefined && { tag: tagsOf(tags) }) }
      await call('update/ticket', { ticket_id: ticketId, ...changes })
    },

    async changedTickets(since, offset) {
      const tickets = ticketsIn(await call('tickets', { updated_after: since, ...(offset > 0 && { offset }) }))
      return tickets.flatMap((ticket) => {
        const id = idIn(ticket, 'id')
        const status = idIn(ticket, 'status_id')
        const { last_updated_at: at } = ticket
        return id === null ? [] : [{ id, updatedAt: String(at ?? ''), status: status === null ? null : Number(status) }]
      })
    },

    async ticket(ticketId) {
      return listIn(await one(ticketId), 'comments')
    },

    async comments(ticketId, isPrivate) {
      const all = listIn(await one(ticketId), 'comments')
      const ofKind = all.filter(({ type, from }) => (isPrivate ? type === 'private' : from === 'client'))
      return ofKind.map(({ message }) => String(message ?? ''))
    },

    async findTicket(additionalId) {
      const found = ticketsIn(await call('tickets', {})).find((ticket) => ticket.additional_id === cut(additionalId))
      return found ? idIn(found, 'id') : null
    },

    async clientOf(ticketId) {
      try {
        const { ticket } = (await one(ticketId)) as Fields
        return idIn(ticket, 'client_id')
      } catch (error) {
        if (error instanceof UsedeskError && error.status === 200) return null
        throw error
      }
    },

    async check() {
      await call('tickets', {})
    },
  }
}

type Fields = Readonly<Record<string, unknown>>

function bodyOf(fields: Readonly<Record<string, string | number>>, files: readonly File[]) {
  if (files.length === 0) return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) }
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, String(value))
  for (const file of files) form.append('files[]', file)
  return { body: form }
}

/** Null if it is not JSON of an object or a list. */
function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

/** Why an answer is none, whatever its status: Usedesk answers 200 with an error inside. Null if it is one. */
function refusalIn(answer: object | null): string | null {
  if (answer === null) return 'the answer is not JSON'
  const { error, errors, status } = answer as Fields
  if (error || errors) return `an error: ${shown(error ?? errors)}`
  return typeof status === 'string' && status !== 'success' ? `an error: the status is ${status}` : null
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** A list of tickets is the answer itself. */
function ticketsIn(answer: unknown): Fields[] {
  return listIn(Array.isArray(answer) ? { tickets: answer } : answer, 'tickets')
}

function listIn(answer: unknown, name: string): Fields[] {
  const list = (answer as Fields | null)?.[name]
  return Array.isArray(list) ? list.filter((item) => typeof item === 'object' && item !== null) : []
}

/** An id, which comes as a number or as text; null if there is none. */
function idIn(answer: unknown, name: string): string | null {
  const id = (answer as Fields | null | undefined)?.[name]
  return /^[1-9]\d{0,19}$/.test(String(id)) ? String(id) : null
}

/** @throws Error if it is too large or cut off */
async function textOf({ body }: Response): Promise<string> {
  const failure = (why: string, cause: unknown) =>
    new Error(why === 'too large' ? `it is over ${MAX_ANSWER_MB} MB` : `it was cut off: ${reasonOf(cause)}`)
  return body ? collectText(limitedBytes(body, MAX_ANSWER_MB * MEGABYTE_BYTES, failure)) : ''
}

const cut = (text: string) => [...text].slice(0, MAX_FIELD_CHARACTERS).join('')

/** Tags, separated by commas, as many whole ones as fit. A comma cannot be in one. */
function tagsOf(tags: readonly string[]): string {
  let all = ''
  for (const tag of tags) {
    const more = `${all}${all === '' ? '' : ', '}${tag.replaceAll(',', ' ')}`
    if ([...more].length > MAX_FIELD_CHARACTERS) break
    all = more
  }
  return all
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message
}
