import { en } from 'zod/locales'
import * as z from 'zod/mini'
import { outgoingEventTypes } from '../outgoing/endpoint.ts'
import { MAX_DIRECT_MESSAGE_CHARACTERS } from '../replies/reply.ts'
import { groupings } from '../reports/report.ts'
import { messageOrders } from '../tickets/pages.ts'
import { statuses } from '../tickets/ticket.ts'
import { isXId } from '../x/ids.ts'

/**
 * The schemas of requests to the HTTP API: they validate, and stand in `GET /api/openapi.json`. Every schema of a body has
 * an example. Those of answers are in schemas.ts.
 */

// zod/mini has no texts of its own, and answers name what is wrong with a field.
z.config(en())

/** A schema that is made when it is first asked for: a process needs few of them, and all take a tenth of its start. */
function onFirstUse<Schema>(make: () => Schema): () => Schema {
  let made: Schema | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** The body of a new reply. */
export const replyBody = onFirstUse(() =>
  z
    .strictObject({
      text: z.string().check(
        z.maxLength(2 * MAX_DIRECT_MESSAGE_CHARACTERS),
        z.refine((text) => text.isWellFormed(), 'must be well-formed Unicode'),
        z.describe('may be empty if there is an attachment'),
      ),
      attachmentIds: z
        .optional(z.array(z.string()).check(z.maxLength(4)))
        .check(z.describe('four photos, one GIF or one video; in a direct message one attachment')),
      inReplyTo: z
        .optional(z.string().check(z.maxLength(200)))
        .check(z.describe('id of a message of a mention ticket; the latest entry if not given')),
    })
    .check(z.meta({ id: 'NewReply', examples: [{ text: 'It is on its way.' }] })),
)

export const replyQuery = onFirstUse(() =>
  z.strictObject({
    dryRun: z.optional(z.enum(['true', 'false'])).check(z.describe('`true`: only validate; store and send nothing')),
  }),
)

/** The announcement of an agent's upload. */
export const newAttachmentBody = onFirstUse(() =>
  z
    .strictObject({
      contentType: z.string().check(z.maxLength(100)),
      size: z.int().check(z.minimum(1), z.describe('bytes')),
    })
    .check(z.meta({ id: 'NewAttachment', examples: [{ contentType: 'image/png', size: 48_213 }] })),
)

export const retryBody = onFirstUse(() =>
  z.optional(
    z
      .strictObject({ force: z.optional(z.boolean()).check(z.describe('retry even if X may have the reply')) })
      .check(z.meta({ id: 'Retry', examples: [{ force: true }] })),
  ),
)

export const callbackQuery = onFirstUse(() =>
  z.looseObject({
    oauth_token: z.optional(z.string().check(z.maxLength(400))),
    oauth_verifier: z.optional(z.string().check(z.maxLength(400))),
    denied: z.optional(z.string().check(z.maxLength(400))),
  }),
)

const cursor = () => z.string().check(z.minLength(1), z.maxLength(400), z.describe('`nextCursor` of the previous page'))

const limit = () => z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(100)), 50)

export const listTicketsQuery = onFirstUse(() =>
  z.strictObject({
    tag: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
    status: z.optional(z.enum(statuses)),
    channelId: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
    customerId: z.optional(z.string().check(z.refine(isXId, 'must be an id of X: digits only'))),
    updatedSince: z.optional(
      z.pipe(
        z.iso.datetime({ offset: true }),
        z.transform((value) => new Date(value).toISOString()),
      ),
    ),
    limit: limit(),
    cursor: z.optional(cursor()),
  }),
)

export const listMessagesQuery = onFirstUse(() =>
  z.strictObject({
    order: z._default(z.enum(messageOrders), 'oldest').check(z.describe('oldest or newest message first')),
    limit: limit(),
    cursor: z.optional(cursor()),
  }),
)

export const listEventsQuery = onFirstUse(() =>
  z.strictObject({
    outcome: z.optional(z.enum(['ignored', 'unreadable'])),
    channelId: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
    limit: limit(),
    cursor: z.optional(cursor()),
  }),
)

export const noQuery = onFirstUse(() => z.strictObject({}))

const tag = () =>
  z.string().check(
    z.trim(),
    z.minLength(1),
    z.maxLength(64),
    z.regex(/^\P{Cc}*$/u, 'must not contain control characters'),
    z.refine((text) => text.isWellFormed(), 'must not contain half a character'),
  )

export const changeTicketBody = onFirstUse(() =>
  z
    .strictObject({
      status: z.optional(z.enum(statuses)),
      tags: z
        .optional(
          z.pipe(
            z.array(tag()).check(z.maxLength(20)),
            z.transform((tags) => [...new Set(tags)]),
          ),
        )
        .check(z.describe('replaces all tags')),
    })
    .check(
      z.refine((body) => body.status !== undefined || body.tags !== undefined, {
        error: 'must have status, tags or both',
      }),
      z.meta({ id: 'TicketChange', examples: [{ status: 'pending', tags: ['Twitter:Direct', 'refund'] }] }),
    ),
)

/** The settings of a channel that an administrator may change. */
export const changeChannelBody = onFirstUse(() =>
  z
    .strictObject({
      name: z.optional(
        z.string().check(
          z.maxLength(255),
          z.refine((name) => name.trim() !== '', 'must have 1 to 255 characters'),
          z.refine((name) => name.isWellFormed(), 'must not contain half a character'),
        ),
      ),
      directMessages: z.optional(z.boolean()),
      mentions: z.optional(z.boolean()),
      noMessagesHours: z.optional(z.nullable(z.int().check(z.minimum(1), z.maximum(720)))),
    })
    .check(
      z.refine((body) => Object.keys(body).length > 0, { error: 'must have at least one setting' }),
      z.meta({ id: 'ChannelChange', examples: [{ mentions: false, noMessagesHours: 24 }] }),
    ),
)

export const changeExtensionBody = onFirstUse(() =>
  z.strictObject({ enabled: z.boolean() }).check(z.meta({ id: 'ExtensionChange', examples: [{ enabled: false }] })),
)

const day = () => z.iso.date('must be a day such as 2026-03-12')

export const activityQuery = onFirstUse(() =>
  z.strictObject({
    from: z.optional(day()).check(z.describe('UTC day; default: 29 days before `to`')),
    to: z.optional(day()).check(z.describe('UTC day, included; default: today')),
  }),
)

export const reportQuery = onFirstUse(() => z.extend(activityQuery(), { by: z.enum(groupings) }))

const endpointUrl = () => z.string().check(z.minLength(1), z.maxLength(2000), z.describe('a public https address'))
const endpointDescription = () => z.string().check(z.maxLength(255))
const eventTypes = () =>
  z.array(z.enum(outgoingEventTypes)).check(z.minLength(1), z.maxLength(outgoingEventTypes.length))

export const newEndpointBody = onFirstUse(() =>
  z
    .strictObject({
      url: endpointUrl(),
      description: z.optional(endpointDescription()),
      eventTypes: z.optional(eventTypes()).check(z.describe('all if not given')),
    })
    .check(z.meta({ id: 'NewWebhookEndpoint', examples: [{ url: 'https://helpdesk.example.com/events' }] })),
)

export const changeEndpointBody = onFirstUse(() =>
  z
    .strictObject({
      url: z.optional(endpointUrl()),
      description: z.optional(endpointDescription()),
      eventTypes: z.optional(eventTypes()),
      status: z.optional(z.enum(['enabled', 'disabled'])),
    })
    .check(
      z.refine((body) => Object.keys(body).length > 0, { error: 'must have at least one field' }),
      z.meta({ id: 'WebhookEndpointChange', examples: [{ status: 'enabled' }] }),
    ),
)

export const listDeliveriesQuery = onFirstUse(() => z.strictObject({ limit: limit(), cursor: z.optional(cursor()) }))
