import * as z from 'zod'
import { problemCodes } from '../replies/validation.ts'
import { groupings } from '../reports/report.ts'
import { statuses } from '../tickets/ticket.ts'
import { isXId } from '../x/ids.ts'

/**
 * The outside of the HTTP API: what comes in is checked with these schemas, what goes out has their types,
 * and `GET /api/openapi.json` is made from them. An example stands beside what people send.
 */

const time = z.iso.datetime({ offset: true })

export const person = z.object({
  id: z.string(),
  username: z.string().nullable(),
  name: z.string().nullable(),
  avatarUrl: z.string().nullable(),
})

export const channel = z
  .object({
    id: z.string(),
    type: z.literal('twitter'),
    name: z.string(),
    username: z.string(),
    twitterUserId: z.string(),
    directMessages: z.boolean(),
    mentions: z.boolean(),
    noMessagesHours: z.int().min(1).max(720).nullable(),
    status: z.enum(['connected', 'needs_reconnection', 'disconnected']),
    connectedAt: time,
    lastMessageAt: time.nullable(),
  })
  .meta({ id: 'Channel' })

export const ticket = z
  .object({
    id: z.string(),
    channel: z.object({ id: z.string(), name: z.string(), username: z.string() }),
    kind: z.enum(['direct', 'mention']),
    status: z.enum(statuses),
    tags: z.array(z.string()),
    subject: z.string(),
    customer: person,
    openedAt: time,
    openedBecause: z.string(),
    updatedAt: time,
    messageCount: z.int(),
    firstEntryId: z.string().nullable().describe("X's id of the post that opened it"),
    previousTicketId: z.string().nullable(),
  })
  .meta({ id: 'Ticket' })

const place = { start: z.int().describe('UTF-16 units'), end: z.int() }
const entity = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hashtag'), ...place, text: z.string() }),
  z.object({ type: z.literal('cashtag'), ...place, text: z.string() }),
  z.object({ type: z.literal('mention'), ...place, username: z.string(), userId: z.string().nullable() }),
  z.object({ type: z.literal('link'), ...place, url: z.string(), displayUrl: z.string() }),
])

export const attachment = z
  .object({
    id: z.string(),
    type: z.enum(['photo', 'animated_gif', 'video']),
    url: z.string().describe("works for 15 minutes once it is stored; X's own until then"),
    previewUrl: z.string().nullable(),
    contentType: z.string().nullable(),
    size: z.int().nullable(),
    status: z.enum(['pending', 'stored', 'unavailable']),
  })
  .meta({ id: 'Attachment' })

const author = person.omit({ avatarUrl: true })

const parent = z
  .object({
    id: z.string(),
    url: z.string(),
    text: z.string().nullable().describe('null while it is not looked up, or where X does not show it'),
    author: author.nullable(),
    createdAt: time.nullable(),
    status: z.enum(['available', 'unavailable']).describe('`unavailable`: deleted, protected or withheld'),
  })
  .meta({ id: 'ParentPost' })

const quoted = z
  .object({
    id: z.string(),
    url: z.string(),
    text: z.string().nullable().describe('null where X sent no more than the id'),
    author: author.nullable(),
    createdAt: time.nullable(),
    attachments: z.array(z.object({ type: attachment.shape.type, url: z.string(), previewUrl: z.string().nullable() })),
  })
  .meta({ id: 'QuotedPost' })

const version = z.object({ externalId: z.string(), text: z.string(), entities: z.array(entity), createdAt: time })

const delivery = z
  .object({
    status: z.enum(['pending', 'sent', 'failed', 'unknown']),
    reason: z.string().nullable().describe('what to know or to do'),
    attempts: z.int(),
    dueAt: time.nullable().describe('when it is looked at again'),
  })
  .meta({ id: 'Delivery' })

export const message = z
  .object({
    id: z.string(),
    ticketId: z.string(),
    direction: z.enum(['inbound', 'outbound']),
    visibility: z.enum(['private', 'public']),
    text: z.string(),
    entities: z.array(entity),
    attachments: z.array(attachment),
    addressees: z
      .array(z.object({ username: z.string(), userId: z.string().nullable() }))
      .describe('whom an answer names before its words begin; `text` begins with the words'),
    author,
    externalId: z.string().nullable().describe("X's id; of an edited post that of its newest version"),
    inReplyToId: z.string().nullable().describe("X's id of the post that it answers"),
    parent: parent.nullable().describe('the post that it answers; null where that is a message of this ticket'),
    quoted: quoted.nullable(),
    notice: z.object({ type: z.literal('encrypted_message'), url: z.string() }).nullable(),
    versions: z.array(version).describe('earlier versions of an edited post, oldest first'),
    deletedAt: time.nullable(),
    joinedBecause: z.string(),
    delivery: delivery.nullable().describe('of a reply'),
    recovered: z.enum(['replay', 'poll']).nullable().describe("how it came when X's deliveries had not brought it"),
    createdAt: time,
  })
  .meta({ id: 'Message' })

/** What an agent sends. */
export const replyBody = z
  .strictObject({
    text: z
      .string()
      .refine((text) => text.isWellFormed(), 'is cut within a character')
      .describe('may be empty beside an attachment'),
    attachmentIds: z
      .array(z.string())
      .max(4)
      .optional()
      .describe('four photos, or one GIF, or one video; of a direct message one'),
    inReplyTo: z.string().optional().describe('id of a message of a mention ticket; the latest entry when not given'),
  })
  .meta({ id: 'NewReply', examples: [{ text: 'It is on its way.' }] })

export const replyQuery = z.strictObject({
  dryRun: z.enum(['true', 'false']).optional().describe('`true` only checks: nothing is stored or sent'),
})

/** What a dry run finds out. */
export const dryRun = z
  .object({
    ok: z.boolean().describe('whether the reply would be taken'),
    problems: z.array(z.object({ code: z.enum(problemCodes), detail: z.string() })),
    weightedLength: z.int().describe('how long the text counts on X'),
    maxLength: z.int(),
    replyAllowed: z
      .boolean()
      .nullable()
      .describe("whether X's rule for replies allows it: the entry mentions or quotes the account; null: not known"),
    quota: z
      .object({ limit: z.int(), remaining: z.int(), resetsAt: time.nullable() })
      .describe('of the limit of X that is reached first; a reply beyond it waits'),
    price: z.object({ usd: z.number(), because: z.string() }).describe('what X takes for it'),
  })
  .meta({ id: 'DryRun' })

/** A file that an agent is about to hand in. */
export const newAttachmentBody = z
  .strictObject({ contentType: z.string().max(100), size: z.int().min(1).describe('bytes') })
  .meta({ id: 'NewAttachment', examples: [{ contentType: 'image/png', size: 48_213 }] })

export const attachmentAnswer = z.object({
  id: z.string().describe('for `attachmentIds` of a reply'),
  uploadUrl: z.string().describe('PUT the bytes there, with the announced `content-type`, within 15 minutes'),
})

export const retryBody = z
  .strictObject({ force: z.boolean().optional().describe('also when it is unknown whether X has it') })
  .meta({ id: 'Retry', examples: [{ force: true }] })

export const connectAnswer = z.object({ authorizeUrl: z.string() })

export const callbackQuery = z.looseObject({
  oauth_token: z.string().max(400).optional(),
  oauth_verifier: z.string().max(400).optional(),
  denied: z.string().max(400).optional(),
})

export const eventRecord = z
  .object({
    at: time,
    outcome: z.enum(['ignored', 'unreadable']),
    reason: z.string(),
    kind: z.string().describe("X's name of the event"),
    channelId: z.string().nullable(),
    externalId: z.string().nullable(),
  })
  .meta({ id: 'Event' })

const cursor = z.string().min(1).max(400).describe('`nextCursor` of the page before')
const limit = z.coerce.number().int().min(1).max(100).default(50)
const nextCursor = z.string().nullable().describe('null ends the list; a page may be shorter than `limit`')

export const listTicketsQuery = z.strictObject({
  tag: z.string().min(1).max(64).optional(),
  status: z.enum(statuses).optional(),
  channelId: z.string().min(1).max(64).optional(),
  customerId: z.string().refine(isXId, 'is not an id of X: digits only').optional(),
  updatedSince: time.transform((value) => new Date(value).toISOString()).optional(),
  limit,
  cursor: cursor.optional(),
})

export const listMessagesQuery = z.strictObject({ limit, cursor: cursor.optional() })

export const listEventsQuery = z.strictObject({
  outcome: z.enum(['ignored', 'unreadable']).optional(),
  channelId: z.string().min(1).max(64).optional(),
  limit,
  cursor: cursor.optional(),
})

export const noQuery = z.strictObject({})

const tag = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^\P{Cc}*$/u, 'must not hold control characters')

export const changeTicketBody = z
  .strictObject({
    status: z.enum(statuses).optional(),
    tags: z
      .array(tag)
      .max(20)
      .transform((tags) => [...new Set(tags)])
      .optional()
      .describe('replaces all tags'),
  })
  .refine((body) => body.status !== undefined || body.tags !== undefined, { error: 'name status, tags or both' })
  .meta({ id: 'TicketChange', examples: [{ status: 'pending', tags: ['Twitter:Direct', 'refund'] }] })

export const ticketPage = z.object({ tickets: z.array(ticket), nextCursor })
export const messagePage = z.object({ messages: z.array(message), nextCursor })
/** What an administrator may set of a channel. */
export const changeChannelBody = z
  .strictObject({
    name: z
      .string()
      .max(255)
      .refine((name) => name.trim() !== '', 'must have 1 to 255 characters')
      .optional(),
    directMessages: z.boolean().optional(),
    mentions: z.boolean().optional(),
    noMessagesHours: z.int().min(1).max(720).nullable().optional(),
  })
  .refine((body) => Object.keys(body).length > 0, { error: 'name at least one setting' })
  .meta({ id: 'ChannelChange', examples: [{ mentions: false, noMessagesHours: 24 }] })

export const extension = z
  .object({ id: z.literal('twitter'), name: z.literal('Twitter'), enabled: z.boolean() })
  .meta({ id: 'Extension' })
export const extensionList = z.object({ extensions: z.array(extension) })
export const changeExtensionBody = z
  .strictObject({ enabled: z.boolean() })
  .meta({ id: 'ExtensionChange', examples: [{ enabled: false }] })

const day = z.iso.date('is not a day such as 2026-03-12')

export const activityQuery = z.strictObject({
  from: day.optional().describe('UTC day; 29 days before `to` when not given'),
  to: day.optional().describe('UTC day, included; today when not given'),
})

/** How often each thing happened; `ignored` by its reason. */
export const dayActivity = z
  .object({
    date: z.string().describe('UTC day'),
    received: z.int().describe('came from X for the first time: opened, joined or ignored'),
    opened: z.int(),
    joined: z.int(),
    recovered: z.int().describe("of those opened or joined: what X's deliveries had not brought"),
    ignored: z.record(z.string(), z.int()),
    unreadable: z.int(),
    replies: z.object({ sent: z.int(), failed: z.int(), unknown: z.int() }),
  })
  .meta({ id: 'DayActivity' })
export const channelActivity = z.object({ days: z.array(dayActivity) })

export const reportQuery = activityQuery.extend({ by: z.enum(groupings) })

const reportRow = z.object({
  opened: z.int(),
  closed: z.int().describe('of those opened: closed now'),
  messagesIn: z.int(),
  messagesOut: z.int().describe('replies, and what the account wrote on X itself'),
  firstResponse: z.object({
    count: z.int().describe('tickets with a response'),
    medianSeconds: z.number().nullable().describe('to 5 %'),
    histogram: z
      .array(z.object({ upToSeconds: z.number(), count: z.int() }))
      .describe('classes without any are left out'),
  }),
})

/** Tickets opened from one UTC day to another, as they stand now; one with two tags is in the rows of both. */
export const ticketReport = z
  .object({
    from: z.string(),
    to: z.string(),
    by: z.enum(groupings),
    rows: z.array(reportRow.extend({ key: z.string(), label: z.string() })),
    total: reportRow,
  })
  .meta({ id: 'TicketReport' })

export const channelList = z.object({ channels: z.array(channel) })
export const eventPage = z.object({ events: z.array(eventRecord), nextCursor })

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })

export type ApiTicket = z.infer<typeof ticket>
export type ApiMessage = z.infer<typeof message>
export type ApiDryRun = z.infer<typeof dryRun>
export type ApiChannel = z.infer<typeof channel>
export type ApiEvent = z.infer<typeof eventRecord>
export type ApiExtension = z.infer<typeof extension>
export type ApiDayActivity = z.infer<typeof dayActivity>
export type ApiTicketReport = z.infer<typeof ticketReport>
