import type { ApiDayActivity, ApiMessage, ApiTicket, ApiTicketReport } from '../../lambdas/core/api/schemas.ts'
import { directConversation, type Plan, postConversation } from './plan.ts'
import { Pool } from './pool.ts'
import { type History, keyOf, messagesOf, photo } from './run.ts'
import type { System } from './system.ts'

/** What came of a run. */
export type Verdict = {
  /** Each says what promise was broken, and where. Empty if all were kept. */
  readonly violations: readonly string[]
  readonly tickets: number
  readonly messages: number
  readonly replies: Readonly<Record<'sent' | 'failed' | 'unknown' | 'pending', number>>
}

/** What customers wrote, as the verdict expects it in tickets. */
type Expected = {
  readonly conversation: string
  readonly isInbound: boolean
  readonly isIgnored: boolean
  readonly hasPhoto: boolean
  readonly sentAt: number
}

type OnX = {
  readonly directMessages: readonly { id: string; from: string; to: string; written: string }[]
  readonly posts: readonly { id: string; authorId: string; written: string; inReplyToId: string | null }[]
}

type Stored = { readonly ticket: ApiTicket; readonly messages: readonly ApiMessage[] }

const readsAtOnce = 6

/** Compares everything that is stored, and what X has, with the history. */
export async function judge(plan: Plan, history: History, system: System): Promise<Verdict> {
  const onX = { ...(await listOf(system, 'direct-messages')), ...(await listOf(system, 'posts')) } as OnX
  const stored = await everythingStored(system)
  const expected = expectedOf(plan, history, onX)
  const replies = { sent: 0, failed: 0, unknown: 0, pending: 0, cancelled: 0 }
  for (const { delivery } of stored.flatMap(({ messages }) => messages)) if (delivery) replies[delivery.status]++
  return {
    violations: [
      ...history.problems,
      ...messageViolations(expected, stored),
      ...ticketViolations(expected, history, stored),
      ...replyViolations(plan, history, onX, stored),
      ...(await photoViolations(expected, stored)),
      ...(await countViolations(plan, system, stored)),
      ...(await reportViolations(system, stored)),
    ],
    tickets: stored.length,
    messages: stored.reduce((sum, { messages }) => sum + messages.length, 0),
    replies,
  }
}

async function listOf(system: System, path: string): Promise<object> {
  return system.surelyOnX<object>('GET', path)
}

async function everythingStored(system: System): Promise<Stored[]> {
  const stored = new Map<string, Stored>()
  const pool = new Pool(readsAtOnce)
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: { tickets: ApiTicket[]; nextCursor: string | null } = await system.get(`/api/tickets?limit=100${query}`)
    for (const ticket of page.tickets) {
      await pool.add(async () => {
        stored.set(ticket.id, { ticket, messages: await messagesOf(system, ticket.id) })
      })
    }
    cursor = page.nextCursor
  }
  await pool.idle()
  return [...stored.values()]
}

/** Everything that must be a message of a ticket, or must not because it was switched off; by channel and X's id. */
function expectedOf(plan: Plan, history: History, { directMessages, posts }: OnX): Map<string, Expected> {
  const expected = new Map<string, Expected>()
  for (const [key, { conversation, kind, isIgnored, sentAt }] of history.delivered) {
    expected.set(key, { conversation, isInbound: kind !== 'own', isIgnored, hasPhoto: false, sentAt })
  }
  const customers = new Set(plan.customers.map(({ id }) => id))
  const add = (id: string, written: string, conversationOf: (channel: { id: string; username: string }) => string) => {
    const sent = history.onX.get(written)
    if (!sent) throw new Error(`X has a message that nobody planned: ${written}`)
    const { channel, isIgnored, hasPhoto, sentAt } = sent
    const conversation = conversationOf(channel)
    expected.set(keyOf(channel, id), { conversation, isInbound: true, isIgnored, hasPhoto, sentAt })
  }
  for (const { id, from, written } of directMessages) {
    if (customers.has(from)) add(id, written, (channel) => directConversation(channel, { id: from, username: '' }))
  }
  for (const { id, authorId, written, inReplyToId } of posts) {
    // All answers of the plan are to posts of their own author.
    if (customers.has(authorId)) add(id, written, (channel) => postConversation(channel, inReplyToId ?? id))
  }
  return expected
}

/** 0 lost, 0 doubled, nothing made up, nothing of what was switched off. */
function messageViolations(expected: ReadonlyMap<string, Expected>, stored: readonly Stored[]): string[] {
  const places = new Map<string, string[]>()
  const violations: string[] = []
  for (const { ticket, messages } of stored) {
    for (const { direction, delivery, externalId } of messages) {
      if (delivery) continue
      const key = keyOf({ id: ticket.channel.id.slice('twitter-'.length) }, String(externalId))
      places.set(key, [...(places.get(key) ?? []), ticket.id])
      const isInbound = direction === 'inbound'
      const known = expected.get(key)
      if (!known) violations.push(`nobody wrote the ${direction} message ${key} in ${ticket.id}`)
      else if (known.isInbound !== isInbound) violations.push(`${key} in ${ticket.id} is ${direction}`)
    }
  }
  for (const [key, { isIgnored }] of expected) {
    const found = places.get(key) ?? []
    if (isIgnored && found.length > 0) violations.push(`came while it was switched off: ${key} is in ${found}`)
    if (!isIgnored && found.length === 0) violations.push(`lost: ${key}`)
    if (found.length > 1) violations.push(`doubled: ${key} is in ${found.join(', ')}`)
  }
  return violations
}

/** Rules 1 to 4, the order of messages, and what agents did. */
function ticketViolations(
  expected: ReadonlyMap<string, Expected>,
  { closed, closings, tags }: History,
  stored: readonly Stored[],
): string[] {
  const violations: string[] = []
  const byConversation = new Map<string, Stored[]>()
  for (const one of stored) {
    const { ticket, messages } = one
    const { id, channel, kind, status } = ticket
    const channelId = channel.id.slice('twitter-'.length)
    const inbound = messages.filter(({ direction }) => direction === 'inbound')
    const known = inbound.flatMap(({ externalId }) => expected.get(keyOf({ id: channelId }, String(externalId))) ?? [])
    const conversations = new Set(known.map(({ conversation }) => conversation))
    if (conversations.size > 1) violations.push(`${id} holds ${[...conversations].join(' and ')}`)
    for (const conversation of conversations) {
      byConversation.set(conversation, [...(byConversation.get(conversation) ?? []), one])
    }
    if (inbound.some(({ author }) => author.id !== ticket.customer.id)) violations.push(`${id} has two customers`)
    if (messages.length !== ticket.messageCount) {
      violations.push(`${id} counts ${ticket.messageCount} messages and has ${messages.length}`)
    }
    const ids = messages.flatMap(({ delivery, externalId }) => (delivery ? [] : [BigInt(externalId ?? 0)]))
    if (ids.some((one, index) => one <= (ids[index - 1] ?? 0n))) violations.push(`${id} is not in order`)
    if (kind === 'mention' && ticket.firstEntryId !== inbound[0]?.externalId) {
      violations.push(`${id} begins with ${inbound[0]?.externalId}, not with ${ticket.firstEntryId}`)
    }
    const closedAt = closed.get(id)
    if (closedAt !== undefined && status !== 'closed') violations.push(`closed, not the end: ${id} is ${status}`)
    if (closedAt === undefined && status === 'closed') violations.push(`nobody closed ${id}`)
    if (closedAt !== undefined && known.some(({ sentAt }) => sentAt > closedAt)) {
      violations.push(`closed, not the end: ${id} has a message that was sent later`)
    }
    const wanted = tags.get(id)
    if (wanted && !sameSet(wanted, new Set(ticket.tags))) {
      violations.push(`${id} has the tags ${ticket.tags.join(', ')}, not ${[...wanted].join(', ')}`)
    }
  }
  for (const [conversation, all] of byConversation) {
    const most = 1 + (closings.get(conversation) ?? 0)
    const ids = all.map(({ ticket }) => ticket.id)
    if (all.length > most)
      violations.push(`${conversation} has ${all.length} tickets, at most ${most} are right: ${ids}`)
    const open = all.filter(({ ticket }) => ticket.status !== 'closed')
    if (open.length > 1) violations.push(`${conversation} has ${open.length} tickets that are not closed: ${ids}`)
    const followed = all.flatMap(({ ticket }) =>
      ids.includes(ticket.previousTicketId ?? '') ? ticket.previousTicketId : [],
    )
    if (new Set(followed).size !== all.length - 1) violations.push(`the tickets of ${conversation} are no row: ${ids}`)
  }
  return violations
}

/** 0 replies lost, doubled or stuck, and those of a ticket in order. */
function replyViolations(plan: Plan, history: History, onX: OnX, stored: readonly Stored[]): string[] {
  const violations: string[] = []
  const accounts = new Set(plan.channels.map(({ id }) => id))
  const sentOnX = new Map<string, string[]>()
  const sent = [
    ...onX.directMessages.filter(({ from }) => accounts.has(from)),
    ...onX.posts.filter(({ authorId }) => accounts.has(authorId)),
  ]
  for (const { id, written } of sent) sentOnX.set(written, [...(sentOnX.get(written) ?? []), id])
  const messages = new Map(stored.flatMap((one) => one.messages.map((message) => [message.id, message] as const)))
  const newest = new Map<string, bigint>()
  for (const { ticketId, messageId, text } of history.replies) {
    const reply = messages.get(messageId)
    const ids = sentOnX.get(text) ?? []
    if (ids.length > 1) violations.push(`doubled at X: «${text}» of ${ticketId}`)
    if (reply?.ticketId !== ticketId || reply.text !== text || !reply.delivery) {
      violations.push(`lost: the reply «${text}» of ${ticketId}`)
      continue
    }
    const { status } = reply.delivery
    if (status === 'pending') violations.push(`stuck: the reply «${text}» of ${ticketId}`)
    if (status === 'sent' && ids[0] !== reply.externalId) violations.push(`«${text}» is sent, but X has ${ids}`)
    if (status === 'failed' && ids.length > 0) violations.push(`«${text}» failed, but X has it as ${ids}`)
    const [id] = ids
    if (id === undefined) continue
    if (BigInt(id) < (newest.get(ticketId) ?? 0n))
      violations.push(`overtaken: «${text}» of ${ticketId} is behind a later reply`)
    newest.set(ticketId, BigInt(id))
  }
  const accepted = new Set(history.replies.map(({ messageId }) => messageId))
  for (const { id, text, delivery } of messages.values()) {
    if (delivery && !accepted.has(id)) violations.push(`nobody wrote the reply «${text}» (${id})`)
  }
  return violations
}

async function photoViolations(expected: ReadonlyMap<string, Expected>, stored: readonly Stored[]): Promise<string[]> {
  const violations: string[] = []
  for (const { ticket, messages } of stored) {
    const channel = { id: ticket.channel.id.slice('twitter-'.length) }
    for (const { externalId, attachments } of messages) {
      if (!expected.get(keyOf(channel, String(externalId)))?.hasPhoto) continue
      const [attachment] = attachments
      const isStored = attachment?.status === 'stored'
      const bytes = isStored ? await fetch(attachment.url).then((answer) => answer.arrayBuffer()) : null
      if (!bytes || Buffer.from(bytes).toString('base64') !== photo) {
        violations.push(`the photo of ${externalId} in ${ticket.id} is ${attachment?.status ?? 'missing'}`)
      }
    }
  }
  return violations
}

/** A time that has all days of a run, also those of the clock that was moved on. */
function allDays(): string {
  const dayMs = 24 * 3_600_000
  const day = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10)
  return `from=${day(-2)}&to=${day(300)}`
}

/** The counts of each channel equal a count over its tickets and events. */
async function countViolations(plan: Plan, system: System, stored: readonly Stored[]): Promise<string[]> {
  const violations: string[] = []
  for (const { id } of plan.channels) {
    const channelId = `twitter-${id}`
    const { days } = await system.get<{ days: ApiDayActivity[] }>(`/api/channels/${channelId}/activity?${allDays()}`)
    const sum = (of: (day: ApiDayActivity) => number) => days.reduce((all, day) => all + of(day), 0)
    const own = stored.filter(({ ticket }) => ticket.channel.id === channelId)
    const messages = own.flatMap((one) => one.messages)
    const inbound = messages.filter(({ direction }) => direction === 'inbound')
    const ended = (status: string) => messages.filter(({ delivery }) => delivery?.status === status).length
    const ignored = await ignoredEvents(system, channelId)
    const compare = (name: string, counted: number, found: number) => {
      if (counted !== found) violations.push(`${channelId} counts ${counted} ${name}, there are ${found}`)
    }
    compare(
      'opened',
      sum(({ opened }) => opened),
      own.length,
    )
    compare(
      'joined',
      sum(({ joined }) => joined),
      inbound.length - own.length,
    )
    compare(
      'recovered',
      sum(({ recovered }) => recovered),
      inbound.filter(({ recovered }) => recovered).length,
    )
    compare(
      'ignored',
      sum((day) => Object.values(day.ignored).reduce((all, one) => all + one, 0)),
      ignored,
    )
    compare(
      'received',
      sum(({ received }) => received),
      inbound.length + ignored,
    )
    compare(
      'unreadable',
      sum(({ unreadable }) => unreadable),
      0,
    )
    compare(
      'sent replies',
      sum(({ replies }) => replies.sent),
      ended('sent'),
    )
    compare(
      'failed replies',
      sum(({ replies }) => replies.failed),
      ended('failed'),
    )
    // One that was unknown may have been settled by its echo, and counts in both.
    const unknown = sum(({ replies }) => replies.unknown)
    if (unknown < ended('unknown')) compare('unknown replies', unknown, ended('unknown'))
  }
  return violations
}

async function ignoredEvents(system: System, channelId: string): Promise<number> {
  let count = 0
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: { events: unknown[]; nextCursor: string | null } = await system.get(
      `/api/events?outcome=ignored&channelId=${channelId}&limit=100${query}`,
    )
    count += page.events.length
    cursor = page.nextCursor
  }
  return count
}

/** The sums of the reports equal a count over all tickets. */
async function reportViolations(system: System, stored: readonly Stored[]): Promise<string[]> {
  const violations: string[] = []
  const keysOf = {
    tag: ({ tags }: ApiTicket) => tags,
    status: ({ status }: ApiTicket) => [status],
    channel: ({ channel }: ApiTicket) => [channel.id],
    day: ({ openedAt }: ApiTicket) => [openedAt.slice(0, 10)],
  }
  for (const by of ['tag', 'status', 'channel', 'day'] as const) {
    const report = await system.get<ApiTicketReport>(`/api/reports/tickets?by=${by}&${allDays()}`)
    const keys = new Set([
      ...stored.flatMap(({ ticket }) => keysOf[by](ticket)),
      ...report.rows.flatMap(({ key, opened, closedInPeriod }) =>
        opened > 0 || (closedInPeriod > 0 && by !== 'day') ? [key] : [],
      ),
    ])
    for (const key of keys) {
      const row = report.rows.find((one) => one.key === key)
      const counted = figuresOf(stored.filter(({ ticket }) => keysOf[by](ticket).includes(key)))
      // A ticket may be closed on another day than it was opened. Of all days every closed ticket is one of the closings.
      if (by === 'day') delete counted.closedInPeriod
      const reported = row && shownFigures(row)
      if (by === 'day') delete reported?.closedInPeriod
      if (JSON.stringify(reported) !== JSON.stringify(counted)) {
        violations.push(`report by ${by}, ${key}: ${JSON.stringify(reported)}, counted ${JSON.stringify(counted)}`)
      }
    }
    const total = JSON.stringify(shownFigures(report.total))
    const counted = JSON.stringify(figuresOf(stored))
    if (total !== counted) violations.push(`report by ${by}, total: ${total}, counted ${counted}`)
    const closings = report.rows.reduce((sum, { closedInPeriod }) => sum + closedInPeriod, 0)
    if (by === 'day' && closings !== report.total.closedInPeriod) {
      violations.push(`report by day: ${closings} closings, in all ${report.total.closedInPeriod}`)
    }
  }
  return violations
}

/** The numbers of a row that are compared. */
type Figures = Record<'opened' | 'closed' | 'messagesIn' | 'messagesOut' | 'responses', number> & {
  closedInPeriod?: number
}

function shownFigures(row: ApiTicketReport['total']): Figures {
  const { opened, closed, messagesIn, messagesOut, firstResponse, closedInPeriod } = row
  return { opened, closed, messagesIn, messagesOut, responses: firstResponse.count, closedInPeriod }
}

/** An answer is what X has: a reply that was sent, or what the account wrote on X itself. */
const isAnswer = ({ direction, delivery }: ApiMessage) =>
  direction === 'outbound' && (delivery === null || delivery.status === 'sent')

function figuresOf(stored: readonly Stored[]): Figures {
  const messages = stored.flatMap((one) => one.messages)
  const closed = stored.filter(({ ticket }) => ticket.status === 'closed').length
  const count = (direction: ApiMessage['direction']) => messages.filter((one) => one.direction === direction).length
  return {
    opened: stored.length,
    closed,
    messagesIn: count('inbound'),
    messagesOut: count('outbound'),
    responses: stored.filter((one) => one.messages.some(isAnswer)).length,
    closedInPeriod: closed,
  }
}

function sameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((value) => other.has(value))
}
