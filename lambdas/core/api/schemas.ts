import * as z from 'zod'
import { problemCodes } from '../replies/validation.ts'
import { groupings } from '../reports/report.ts'
import { messageOrders } from '../tickets/pages.ts'
import { statuses } from '../tickets/ticket.ts'
import { isXId } from '../x/ids.ts'

/**
 * The schemas of the HTTP API. They validate requests, give the types of answers, and make up `GET /api/openapi.json`.
 * Every schema of a request body has an example.
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
    firstEntryId: z.string().nullable().describe("X's id of the customer's first post in it"),
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
    url: z.string().describe("a link that works for 15 minutes if `stored`; X's address otherwise"),
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
    text: z.string().nullable().describe('null if it is not looked up yet or X does not show it'),
    author: author.nullable(),
    createdAt: time.nullable(),
    status: z.enum(['available', 'unavailable']).describe('`unavailable`: deleted, protected or withheld'),
  })
  .meta({ id: 'ParentPost' })

const quoted = z
  .object({
    id: z.string(),
    url: z.string(),
    text: z.string().nullable().describe('null if X sent only the id'),
    author: author.nullable(),
    createdAt: time.nullable(),
    attachments: z.array(z.object({ type: attachment.shape.type, url: z.string(), previewUrl: z.string().nullable() })),
  })
  .meta({ id: 'QuotedPost' })

const version = z.object({ externalId: z.string(), text: z.string(), entities: z.array(entity), createdAt: time })

const delivery = z
  .object({
    status: z.enum(['pending', 'sent', 'failed', 'unknown']),
    reason: z.string().nullable().describe('what happened and what an agent can do'),
    attempts: z.int(),
    dueAt: time.nullable().describe('time of the next step; null unless pending'),
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
      .describe('the handles that X puts before the text of an answer; not part of `text`'),
    author,
    externalId: z.string().nullable().describe("X's id; for an edited post that of its newest version"),
    inReplyToId: z.string().nullable().describe("X's id of the post that it answers"),
    parent: parent.nullable().describe('the post that it answers; null if that is a message of this ticket'),
    quoted: quoted.nullable(),
    notice: z.object({ type: z.literal('encrypted_message'), url: z.string() }).nullable(),
    versions: z.array(version).describe('earlier versions of an edited post, oldest first'),
    deletedAt: time.nullable(),
    joinedBecause: z.string(),
    delivery: delivery.nullable().describe('null unless it is a reply'),
    recovered: z
      .enum(['replay', 'poll'])
      .nullable()
      .describe("how we recovered a message that X's deliveries did not bring; null otherwise"),
    createdAt: time,
  })
  .meta({ id: 'Message' })

/** The body of a new reply. */
export const replyBody = z
  .strictObject({
    text: z
      .string()
      .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
      .describe('may be empty if there is an attachment'),
    attachmentIds: z
      .array(z.string())
      .max(4)
      .optional()
      .describe('four photos, one GIF or one video; in a direct message one attachment'),
    inReplyTo: z
      .string()
      .max(200)
      .optional()
      .describe('id of a message of a mention ticket; the latest entry if not given'),
  })
  .meta({ id: 'NewReply', examples: [{ text: 'It is on its way.' }] })

export const replyQuery = z.strictObject({
  dryRun: z.enum(['true', 'false']).optional().describe('`true`: only validate; store and send nothing'),
})

/** The answer of a dry run. */
export const dryRun = z
  .object({
    ok: z.boolean().describe('true if the reply would be accepted'),
    problems: z.array(z.object({ code: z.enum(problemCodes), detail: z.string() })),
    weightedLength: z.int().describe('length of the text as X counts it'),
    maxLength: z.int(),
    replyAllowed: z
      .boolean()
      .nullable()
      .describe('true if X allows the reply, because the entry mentions or quotes the account; null if unknown'),
    quota: z
      .object({
        of: z.enum(['account', 'app']).describe('whose limit it is; that of the X app holds for all channels together'),
        limit: z.int(),
        remaining: z.int(),
        resetsAt: time.nullable(),
      })
      .describe('of the X rate limit with the least left, of the account or the app; a reply beyond it waits'),
    price: z.object({ usd: z.number(), because: z.string() }).describe("X's price of the reply"),
  })
  .meta({ id: 'DryRun' })

/** The announcement of an agent's upload. */
export const newAttachmentBody = z
  .strictObject({ contentType: z.string().max(100), size: z.int().min(1).describe('bytes') })
  .meta({ id: 'NewAttachment', examples: [{ contentType: 'image/png', size: 48_213 }] })

export const attachmentAnswer = z.object({
  id: z.string().describe('goes into `attachmentIds` of a reply'),
  uploadUrl: z.string().describe('PUT the file there with the announced `content-type` within 15 minutes'),
})

export const retryBody = z
  .strictObject({ force: z.boolean().optional().describe('retry even if X may have the reply') })
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

const cursor = z.string().min(1).max(400).describe('`nextCursor` of the previous page')
const limit = z.coerce.number().int().min(1).max(100).default(50)
const nextCursor = z.string().nullable().describe('null on the last page; a page may be shorter than `limit`')

export const listTicketsQuery = z.strictObject({
  tag: z.string().min(1).max(64).optional(),
  status: z.enum(statuses).optional(),
  channelId: z.string().min(1).max(64).optional(),
  customerId: z.string().refine(isXId, 'must be an id of X: digits only').optional(),
  updatedSince: time.transform((value) => new Date(value).toISOString()).optional(),
  limit,
  cursor: cursor.optional(),
})

export const listMessagesQuery = z.strictObject({
  order: z.enum(messageOrders).default('oldest').describe('oldest or newest message first'),
  limit,
  cursor: cursor.optional(),
})

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
  .regex(/^\P{Cc}*$/u, 'must not contain control characters')
  .refine((text) => text.isWellFormed(), 'must not contain half a character')

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
  .refine((body) => body.status !== undefined || body.tags !== undefined, { error: 'must have status, tags or both' })
  .meta({ id: 'TicketChange', examples: [{ status: 'pending', tags: ['Twitter:Direct', 'refund'] }] })

export const ticketPage = z.object({ tickets: z.array(ticket), nextCursor })
export const messagePage = z.object({ messages: z.array(message), nextCursor })

/** The settings of a channel that an administrator may change. */
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
  .refine((body) => Object.keys(body).length > 0, { error: 'must have at least one setting' })
  .meta({ id: 'ChannelChange', examples: [{ mentions: false, noMessagesHours: 24 }] })

export const extension = z
  .object({
    id: z.literal('twitter'),
    name: z.literal('Twitter'),
    enabled: z.boolean(),
    eventSourceEnd: z
      .string()
      .nullable()
      .describe('when X ends the event system of the channels, and what to do; null if it stays'),
  })
  .meta({ id: 'Extension' })
export const extensionList = z.object({ extensions: z.array(extension) })
export const changeExtensionBody = z
  .strictObject({ enabled: z.boolean() })
  .meta({ id: 'ExtensionChange', examples: [{ enabled: false }] })

const day = z.iso.date('must be a day such as 2026-03-12')

export const activityQuery = z.strictObject({
  from: day.optional().describe('UTC day; default: 29 days before `to`'),
  to: day.optional().describe('UTC day, included; default: today'),
})

/** Counts of one day; `ignored` by reason. */
export const dayActivity = z
  .object({
    date: z.string().describe('UTC day'),
    received: z.int().describe('new events of X: opened, joined or ignored'),
    opened: z.int(),
    joined: z.int(),
    recovered: z.int().describe('of those opened or joined: recovered after X did not deliver them'),
    ignored: z.record(z.string(), z.int()),
    unreadable: z.int(),
    replies: z.object({ sent: z.int(), failed: z.int(), unknown: z.int() }),
  })
  .meta({ id: 'DayActivity' })
export const channelActivity = z.object({ days: z.array(dayActivity) })

export const reportQuery = activityQuery.extend({ by: z.enum(groupings) })

const reportRow = z.object({
  opened: z.int(),
  closed: z.int().describe('of those opened: closed by now'),
  messagesIn: z.int(),
  messagesOut: z.int().describe('replies, and what the account wrote on X'),
  firstResponse: z.object({
    count: z.int().describe('tickets with a response'),
    medianSeconds: z.number().nullable().describe('accurate to 5 %'),
    histogram: z.array(z.object({ upToSeconds: z.number(), count: z.int() })).describe('empty classes are left out'),
  }),
})

/**
 * A report on tickets opened from one UTC day to another, in their present state. A ticket counts in the row of each of
 * its tags.
 */
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
