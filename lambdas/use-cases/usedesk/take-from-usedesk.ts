/**
 * Called by SQS with what waits of a ticket in Usedesk: agents' answers become replies on X, statuses those of our ticket.
 * Promises that each answer is written once, or that the agent reads in a private comment why not. What fails comes again
 * for 24 hours, then it is given up with an alarm.
 */
import { createHash } from 'node:crypto'
import { Problem } from '../../core/api/problem.ts'
import type { Actor } from '../../core/audit/entry.ts'
import type { UsedeskOutcome } from '../../core/log-events.ts'
import { isGivenUp, nextTryAt, waitsUntil } from '../../core/outgoing/back-off.ts'
import type { QueuedWork, Waiting } from '../../core/outgoing/delivery.ts'
import type { AuditTrail } from '../../core/ports/audit.ts'
import { type Bucket, MediaError } from '../../core/ports/media.ts'
import type { Clock, Log } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import type { FileSource, UsedeskApi } from '../../core/ports/usedesk.ts'
import { kindOfType, MEGABYTE_BYTES } from '../../core/tickets/attachment.ts'
import { bucketPrefixes } from '../../core/tickets/bucket-keys.ts'
import { type Status, withStatus } from '../../core/tickets/ticket.ts'
import { laterOf } from '../../core/time.ts'
import type { HookFile, UsedeskHook } from '../../core/usedesk/hook.ts'
import { statusFromUsedesk, usedeskStatusOf } from '../../core/usedesk/statuses.ts'
import { noteOf } from '../../core/usedesk/telling.ts'
import { type UsedeskLink, usedeskAuthor } from '../../core/usedesk/usedesk.ts'
import { recordingOnce } from '../audit-trail.ts'
import { conflict, retryOnConflict } from '../retry-on-conflict.ts'
import type { createReplyWriting } from '../write-reply.ts'

export type TakeFromUsedeskDependencies = Pick<Stores, 'deliveries' | 'tickets' | 'usedesk' | 'uploads'> & {
  api: Pick<UsedeskApi, 'createComment' | 'updateTicket'>
  files: FileSource
  bucket: Pick<Bucket, 'put' | 'inspect'>
  replies: Pick<ReturnType<typeof createReplyWriting>, 'create' | 'queue'>
  trail: AuditTrail
  now: Clock
  log: Log
}

/** Read at a time, and how long work goes on: as in `deliver-events.ts`. */
const MAX_EVENTS = 10
const MAX_WORK_MS = 5_000

/** A file of Usedesk, at most. It must come within seconds. */
const MAX_FILE_BYTES = 50 * MEGABYTE_BYTES

/** Tries after which we tell the agent that a file does not come: some 8 minutes. */
const MAX_FILE_TRIES = 4

/** A webhook may come before we have stored the id of its ticket. After so many tries it is of another channel. */
const MAX_UNKNOWN_TRIES = 3

type Answer = Extract<UsedeskHook, { what: 'answer' }>

/** A ticket in Usedesk that leads to none of ours. */
class UnknownTicket extends Error {}

export function createTakeFromUsedesk(dependencies: TakeFromUsedeskDependencies) {
  const { deliveries, tickets, usedesk, uploads, api, files, bucket, replies, trail, now, log } = dependencies

  return async (work: QueuedWork): Promise<void> => {
    const began = now().getTime()
    const foundDueAt = work.at ? Date.parse(work.at) : began
    for (;;) {
      const all = await deliveries.waiting<UsedeskHook>(work, MAX_EVENTS)
      for (const waiting of all) {
        const at = now()
        const until = waitsUntil(waiting, new Date(Math.max(at.getTime(), foundDueAt)))
        if (until !== null) return deliveries.postpone(waiting, until)
        if (at.getTime() - began > MAX_WORK_MS) return deliveries.postpone(waiting, at.toISOString())
        if (!(await isTaken(waiting, at))) return
        await deliveries.remove(waiting)
      }
      if (all.length < MAX_EVENTS) return
    }
  }

  /** False if it comes again. */
  async function isTaken(waiting: Waiting<UsedeskHook>, at: Date): Promise<boolean> {
    const { payload: hook, attempts } = waiting
    const said = (outcome: UsedeskOutcome, error: unknown = null) =>
      log({
        event: 'usedesk_taken',
        what: hook.what,
        usedeskTicketId: hook.usedeskTicketId,
        outcome,
        error: error instanceof Error ? error.message : error,
      })
    try {
      said(await take(hook, attempts))
      return true
    } catch (error) {
      const failingSince = waiting.failingSince ?? at.toISOString()
      if (error instanceof UnknownTicket && attempts >= MAX_UNKNOWN_TRIES) {
        said('not_ours')
        return true
      }
      if (isGivenUp(failingSince, at)) {
        said('given_up', error)
        return true
      }
      said('failed', error)
      const tries = { attempts: attempts + 1, failingSince, triedAt: at.toISOString() }
      await deliveries.postpone({ ...waiting, ...tries }, nextTryAt(tries.attempts, at, failingSince))
      return false
    }
  }

  /** @returns what became of it, for the log */
  async function take(hook: UsedeskHook, attempts: number): Promise<UsedeskOutcome> {
    const ticketId = await usedesk.ticketOf(hook.usedeskTicketId)
    const link = ticketId === null ? null : await usedesk.link(ticketId)
    if (link === null) throw new UnknownTicket('no ticket of ours leads to it')
    return hook.what === 'status' ? setStatus(link, hook) : answer(link, hook, attempts)
  }

  async function answer(link: UsedeskLink, hook: Answer, attempts: number): Promise<UsedeskOutcome> {
    const { ticketId } = link
    const { commentId, text } = hook
    // A webhook that comes again, and what the look at Usedesk finds.
    if (await usedesk.isAnswered(ticketId, commentId)) return 'repeated'
    const why = await refusalOf(ticketId, hook, attempts)
    if (why !== null) {
      const about = text === '' ? [] : ['', [...text].slice(0, MAX_QUOTED_CHARACTERS).join('')]
      await note(hook.usedeskTicketId, ['Not sent to X:', ...why, ...about])
    }
    await usedesk.markAnswered(link, commentId)
    return why === null ? 'reply' : 'refused'
  }

  /** Writes the reply. Null if it is written; otherwise why it cannot be. */
  async function refusalOf(ticketId: string, hook: Answer, attempts: number): Promise<readonly string[] | null> {
    try {
      const attachmentIds: string[] = []
      for (const [index, file] of hook.files.entries()) attachmentIds.push(await upload(hook, file, index))
      const body = { text: hook.text, ...(attachmentIds.length > 0 && { attachmentIds }) }
      const reply = await replies.create(ticketId, body, actorOf(hook), `usedesk-${hook.commentId}`)
      if (reply.delivery?.status === 'pending') await replies.queue(reply)
      return null
    } catch (error) {
      if (error instanceof Problem && error.status < 500) return linesOf(error)
      if (error instanceof MediaError && (error.isFinal || attempts >= MAX_FILE_TRIES)) return [error.message]
      throw error
    }
  }

  /** Puts a file of Usedesk where uploads of agents are; a second time under the same id. @throws MediaError */
  async function upload(hook: Answer, { url, name }: HookFile, index: number): Promise<string> {
    const id = uploadIdOf(hook, index)
    const [known] = await uploads.get([id])
    if (known) return id
    const key = `${bucketPrefixes.uploads}/${id}`
    const shown = name === '' ? `File ${index + 1}` : name
    try {
      await bucket.put(key, 'application/octet-stream', await files.fetch(url, MAX_FILE_BYTES))
    } catch (error) {
      throw error instanceof MediaError ? new MediaError(`${shown}: ${error.message}`, error.isFinal) : error
    }
    const actual = await bucket.inspect(key)
    if (!actual) throw new MediaError(`${shown}: it is not there`, false)
    const contentType = actual.contentType ?? ''
    if (kindOfType(contentType) === null) {
      throw new MediaError(`${shown}: X takes only JPEG, PNG, WebP, GIF, MP4 and QuickTime files`, true)
    }
    await uploads.add({ id, key, contentType, size: actual.size, createdAt: now().toISOString(), usedBy: null })
    return id
  }

  async function setStatus(
    link: UsedeskLink,
    { status: number, usedeskTicketId }: Extract<UsedeskHook, { what: 'status' }>,
  ): Promise<UsedeskOutcome> {
    const at = now().toISOString()
    if (link.echo !== null && link.echo.status === number && at < link.echo.until) {
      await usedesk.saveLink({ ...link, echo: null })
      return 'echo'
    }
    await usedesk.saveLink({ ...link, status: number })
    const status = statusFromUsedesk(number)
    if (status === null) return 'no_status_of_ours'
    const next = await change(link.ticketId, status)
    if (next === null) return 'status'
    await note(usedeskTicketId, [`This ticket stays closed on X's side: the conversation goes on in ticket ${next}.`])
    await api.updateTicket(usedeskTicketId, { status: usedeskStatusOf('closed') })
    await usedesk.saveLink({ ...link, status: usedeskStatusOf('closed') })
    return 'stays_closed'
  }

  /** Sets a status as an agent of the console does (rule 4). Not null: the ticket in which a closed one goes on. */
  async function change(ticketId: string, status: Status): Promise<string | null> {
    const record = recordingOnce(trail, { ...usedeskAuthor(null, null), address: null })
    return retryOnConflict<string | null>(`ticket ${ticketId}`, async () => {
      const before = await tickets.ticket(ticketId)
      if (!before || before.status === status) return null
      if (before.status === 'closed') {
        const current = await tickets.currentTicketId(before)
        if (before.isContinued || current !== before.id) return current ?? 'another'
      }
      const at = now().toISOString()
      const updatedAt = laterOf(at, before.updatedAt)
      const after = { ...withStatus(before, status, at), updatedAt, version: before.version + 1 }
      const of = { object: before.id, customerId: before.customer.id }
      await record({ kind: 'ticket_changed', ...of, before: { status: before.status }, after: { status } })
      return (await tickets.commit({ before, after, message: null, follows: null })) === 'done' ? null : conflict
    })
  }

  function note(usedeskTicketId: string, lines: readonly string[]): Promise<void> {
    return api.createComment(usedeskTicketId, noteOf(lines), async () => new Uint8Array())
  }
}

const MAX_QUOTED_CHARACTERS = 500

function actorOf({ userId }: Answer): Actor {
  return { ...usedeskAuthor(userId, userId === null ? null : `Usedesk agent ${userId}`), address: null }
}

/** What an agent reads of a refusal: without the names of fields of the API. */
function linesOf({ detail, errors }: Problem): string[] {
  if (errors.length === 0) return [detail]
  return errors.map(({ field, detail: what }) => {
    const [, index] = /^attachmentIds\.(\d+)$/.exec(field) ?? []
    if (index !== undefined) return `File ${Number(index) + 1}: ${what}`
    return field === 'attachmentIds' || field === 'text' ? what : `${field}: ${what}`
  })
}

/** The same whenever the answer is worked on again, in the form of our ids. */
function uploadIdOf({ commentId, usedeskTicketId }: Answer, index: number): string {
  const digest = createHash('sha256').update(`usedesk ${usedeskTicketId} ${commentId} ${index}`).digest('hex')
  const parts = [0, 8, 12, 16, 20, 32].map((from, at, all) => digest.slice(from, all[at + 1])).slice(0, 5)
  return `attachment-${parts.join('-')}`
}
