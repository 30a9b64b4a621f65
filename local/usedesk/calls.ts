import * as z from 'zod'
import { addClient, addComment, changeTicket, clientOf, type Desk, openTicket } from './desk.ts'
import { fileShapes, stamp, ticketShape } from './events.ts'
import { Misuse, type Sent } from './parameters.ts'
import { agent, type Client, installation, type StatusId, statusIds, type Ticket, type TicketChange } from './state.ts'

/** An error of Usedesk that a correct call can get, too: what it names does not exist. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

const maxMessageBytes = 65_535

const short = z.string().max(255)
const message = z
  .string()
  .refine((text) => text.trim() !== '', 'is empty')
  .refine((text) => Buffer.byteLength(text) <= maxMessageBytes, `is longer than ${maxMessageBytes} bytes`)
const number = z
  .string()
  .regex(/^\d{1,10}$/, 'is no number')
  .transform(Number)
const status = number
  .refine((id) => statusIds.includes(id as StatusId), 'is none of the statuses 1 to 10')
  .transform((id) => id as StatusId)
const tags = short.transform((text) =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== ''),
)
const type = z.enum(['question', 'task', 'problem', 'incident'])
const priority = z.enum(['low', 'medium', 'urgent', 'extreme'])
const nullable = z.union([z.literal('null').transform(() => null), number])
const moment = z.string().regex(/^\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?$/, 'is no time like 2016-11-25 00:00')

const token = { api_token: z.string() }
const fields = { field_id: short.optional(), field_value: z.string().optional() }

const createTicket = z.strictObject({
  ...token,
  subject: short.min(1),
  message,
  client_name: short.optional(),
  client_email: short.optional(),
  client_id: z.union([z.literal('new_client'), number]).optional(),
  client_phone: short.optional(),
  company_name: short.optional(),
  additional_id: short.optional(),
  private_comment: z.literal('true').optional(),
  status: status.optional(),
  tag: tags.optional(),
  type: type.optional(),
  priority: priority.optional(),
  assignee_id: number.optional(),
  group_id: number.optional(),
  channel_id: number.optional(),
  from: z.enum(['client', 'user']).optional(),
  user_id: number.optional(),
  ...fields,
})

const createComment = z.strictObject({
  ...token,
  ticket_id: number,
  message,
  type: z.enum(['public', 'private']).optional(),
  from: z.enum(['client', 'user']).optional(),
  user_id: number.optional(),
})

const updateTicket = z.strictObject({
  ...token,
  ticket_id: number,
  subject: short.min(1).optional(),
  client_id: number.optional(),
  status: status.optional(),
  tag: tags.optional(),
  type: type.optional(),
  priority: priority.optional(),
  assignee_id: nullable.optional(),
  group_id: nullable.optional(),
  user_id: number.optional(),
  ...fields,
})

const oneTicket = z.strictObject({ ...token, ticket_id: number })

const listTickets = z.strictObject({
  ...token,
  fchannel: short.optional(),
  fstatus: short.optional(),
  tag: tags.optional(),
  offset: number.optional(),
  created_after: moment.optional(),
  created_before: moment.optional(),
  updated_after: moment.optional(),
  updated_before: moment.optional(),
})

/** One call: checks what was sent, then executes it and returns Usedesk's answer. */
type Call = (desk: Desk, sent: Sent) => unknown

/**
 * The calls by their path. https://api.usedocs.com
 * Each throws Misuse when the call does not keep to the documentation, and Refusal when what it names is not there.
 */
export const calls = {
  'create/ticket': withoutFiles(createTicket, (desk, given) => {
    if (given.channel_id !== undefined && given.channel_id !== installation.channelId) {
      throw new Refusal('channel_id: there is no such channel')
    }
    const ticket = openTicket(desk, {
      subject: given.subject,
      message: given.message,
      client: clientFor(desk, given),
      status: given.status ?? 8,
      tags: given.tag ?? [],
      additionalId: given.additional_id ?? '',
      type: given.type ?? 'question',
      priority: given.priority ?? 'medium',
      assigneeId: given.assignee_id ?? null,
      groupId: given.group_id ?? null,
      from: given.from ?? 'client',
      visibility: given.private_comment ? 'private' : 'public',
    })
    return { status: 'success', ticket_id: ticket.id }
  }),
  'create/comment': (desk, { parameters, files }) => {
    const given = check(createComment, parameters)
    if (given.from === 'user' && given.user_id === undefined) throw new Misuse('user_id: is needed with from=user')
    const ticket = ticketIn(desk, given.ticket_id)
    addComment(desk, ticket, {
      message: given.message,
      type: given.type ?? 'private',
      from: given.from ?? 'user',
      userId: given.from === 'client' ? null : userIn(given.user_id),
      files,
      byApi: true,
    })
    return { status: 'success' }
  },
  'update/ticket': withoutFiles(updateTicket, (desk, given) => {
    const ticket = ticketIn(desk, given.ticket_id)
    if (given.client_id !== undefined) clientIn(desk, given.client_id)
    const change: TicketChange = {
      ...(given.subject !== undefined && { subject: given.subject }),
      ...(given.client_id !== undefined && { clientId: given.client_id }),
      ...(given.status !== undefined && { status: given.status }),
      ...(given.tag !== undefined && { tags: tagsAfter(desk, ticket, given.tag) }),
      ...(given.type !== undefined && { type: given.type }),
      ...(given.priority !== undefined && { priority: given.priority }),
      ...(given.assignee_id !== undefined && { assigneeId: given.assignee_id }),
      ...(given.group_id !== undefined && { groupId: given.group_id }),
    }
    changeTicket(desk, ticket, change, true)
    return { status: 'success' }
  }),
  ticket: withoutFiles(oneTicket, (desk, given) => {
    const ticket = ticketIn(desk, given.ticket_id)
    return {
      ticket: ticketShape(ticket, clientOf(desk, ticket)),
      comments: ticket.comments.map((comment) => ({
        id: comment.id,
        message: comment.message,
        type: comment.type,
        from: comment.from,
        user_id: comment.userId,
        client_id: comment.clientId,
        ticket_id: ticket.id,
        published_at: stamp(comment.publishedAt),
        files: fileShapes(comment, desk.url()),
      })),
      tags: ticket.tags,
    }
  }),
  tickets: withoutFiles(listTickets, (desk, given) => {
    const { state } = desk
    const isIn = (list: string | undefined, id: number) => !list || list.split(',').map(Number).includes(id)
    const { tag = [], offset = 0 } = given
    const found = state.tickets.filter(
      (one) =>
        isIn(given.fchannel, one.channelId) &&
        isIn(given.fstatus, one.status) &&
        tag.every((name) => one.tags.includes(name)) &&
        isBetween(one.publishedAt, given.created_after, given.created_before) &&
        isBetween(one.updatedAt, given.updated_after, given.updated_before),
    )
    return found
      .toReversed()
      .slice(offset, offset + 100)
      .map((one) => {
        const { additional_id: additionalId, ...shape } = ticketShape(one, clientOf(desk, one))
        return { ...shape, ...(state.settings.additionalIdInLists && { additional_id: additionalId }) }
      })
  }),
} as const satisfies Record<string, Call>

export type CallName = keyof typeof calls

export const callNames = Object.keys(calls) as CallName[]

/** A call that takes no files. */
function withoutFiles<T>(schema: z.ZodType<T>, execute: (desk: Desk, given: T) => unknown): Call {
  return (desk, { parameters, files }) => {
    if (files.length > 0) throw new Misuse('files: this call takes none')
    return execute(desk, check(schema, parameters))
  }
}

function check<T>(schema: z.ZodType<T>, parameters: Readonly<Record<string, string>>): T {
  const result = schema.safeParse(parameters)
  if (result.success) return result.data
  const [first] = result.error.issues
  throw new Misuse([first?.path.join('.'), first?.message].filter(Boolean).join(': '))
}

function ticketIn({ state }: Desk, id: number): Ticket {
  const ticket = state.tickets.find((one) => one.id === id)
  if (!ticket) throw new Refusal('ticket_id: there is no such ticket')
  return ticket
}

function clientIn({ state }: Desk, id: number): Client {
  const client = state.clients.find((one) => one.id === id)
  if (!client) throw new Refusal('client_id: there is no such client')
  return client
}

function userIn(id: number | undefined): number {
  if (id !== undefined && id !== agent.id) throw new Refusal('user_id: there is no such user')
  return agent.id
}

/** The client of a new ticket: the one named by its id or its address, otherwise a new one. */
function clientFor(desk: Desk, given: z.infer<typeof createTicket>): Client {
  const { client_id: id, client_name: name = '', client_email: email = '' } = given
  if (typeof id === 'number') return clientIn(desk, id)
  if (id === undefined && email === '') throw new Misuse('client_id or client_email: is missing')
  const known = id === undefined ? desk.state.clients.find((one) => one.email === email) : undefined
  return known ?? addClient(desk, { name, email })
}

function tagsAfter({ state }: Desk, { tags: before }: Ticket, given: readonly string[]): string[] {
  return state.settings.tagUpdates === 'add' ? [...new Set([...before, ...given])] : [...given]
}

/** Both ends are included; a minute without seconds is its first second. */
function isBetween(iso: string, after: string | undefined, before: string | undefined): boolean {
  const at = stamp(iso)
  return (after === undefined || at >= after) && (before === undefined || at <= before)
}
