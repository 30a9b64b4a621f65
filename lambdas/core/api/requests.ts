import * as z from 'zod/mini'
import { auditKinds } from '../audit/entry.ts'
import { MAX_KEY_FILE_CHARACTERS } from '../channels/key-file.ts'
import { MAX_RULES, MAX_RULES_BYTES, type NoiseRule } from '../channels/noise-rules.ts'
import { isAlwaysQuiet, weekdays } from '../channels/quiet-hours.ts'
import { outgoingEventTypes } from '../outgoing/endpoint.ts'
import { MAX_DIRECT_MESSAGE_CHARACTERS } from '../replies/reply.ts'
import { groupings } from '../reports/report.ts'
import { wordsOfSearch } from '../search/words.ts'
import { mediaLimits } from '../tickets/attachment.ts'
import { messageOrders } from '../tickets/pages.ts'
import { MAX_TAGS, statuses, ticketKinds, unsettledStates } from '../tickets/ticket.ts'
import { needsMessage, xActions } from '../tickets/x-action.ts'
import { isTimeZone } from '../time-zone.ts'
import { wrongValue } from '../wrong-values.ts'
import { X_ID } from '../x/ids.ts'
import { languageOf } from '../x/payload/people.ts'

/**
 * The schemas of requests to the HTTP API: they validate, and stand in `GET /api/openapi.json`. Every schema of a body has
 * an example. Those of answers are in schemas.ts.
 */

// zod/mini has no texts of its own, and answers name what is wrong with a field.
z.config({ localeError: wrongValue })

/** A schema that is made when it is first asked for: a process needs few of them, and all take a tenth of its start. */
function onFirstUse<Schema>(make: () => Schema): () => Schema {
  let made: Schema | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** No half of a surrogate pair, which the database refuses. */
const wellFormed = () => z.refine<string>((text) => text.isWellFormed(), 'must not contain half a character')

/** In a query, which is decoded as UTF-8, half a character has become U+FFFD. */
const wellFormedInQuery = () =>
  z.refine<string>((text) => text.isWellFormed() && !text.includes('\ufffd'), 'must not contain half a character')

/** The body of a new reply. */
export const replyBody = onFirstUse(() =>
  z
    .strictObject({
      text: z.string().check(
        z.maxLength(2 * MAX_DIRECT_MESSAGE_CHARACTERS),
        z.refine((text) => text.isWellFormed(), 'must be well-formed Unicode'),
        z.describe(
          'may be empty if there is an attachment; a direct message has at most 10,000 characters, a public reply 280 as X counts them',
        ),
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

const fileTypes = Object.values(mediaLimits).flatMap(({ types }) => types)
const FILE_TYPE = new RegExp(`^(${fileTypes.join('|')})$`)

/** The announcement of an agent's upload. */
export const newAttachmentBody = onFirstUse(() =>
  z
    .strictObject({
      contentType: z.string().check(z.maxLength(100), z.regex(FILE_TYPE, `must be one of ${fileTypes.join(', ')}`)),
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

export const resolveBody = onFirstUse(() =>
  z
    .strictObject({
      as: z
        .enum(['sent', 'cancelled'])
        .check(
          z.describe(
            '`sent`: one in doubt that is on X; `cancelled`: one that failed, waits or is in doubt is given up',
          ),
        ),
    })
    .check(z.meta({ id: 'Resolution', examples: [{ as: 'cancelled' }] })),
)

export const connectQuery = onFirstUse(() =>
  z.strictObject({
    channelId: z
      .optional(z.string().check(z.minLength(1), z.maxLength(64), wellFormedInQuery()))
      .check(z.describe('connect this channel again: another account changes nothing')),
  }),
)

export const callbackQuery = onFirstUse(() =>
  z.looseObject({
    oauth_token: z.optional(z.string().check(z.maxLength(400))),
    oauth_verifier: z.optional(z.string().check(z.maxLength(400))),
    denied: z.optional(z.string().check(z.maxLength(400))),
  }),
)

const cursor = () => z.string().check(z.minLength(1), z.maxLength(400), z.describe('`nextCursor` of the previous page'))

const limit = () =>
  z
    ._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(100)), 50)
    .check(z.describe('items of a page, at most; a page may be shorter'))

const ofChannel = () =>
  z
    .optional(z.string().check(z.minLength(1), z.maxLength(64), wellFormedInQuery()))
    .check(z.describe('of the channel with this id'))

/** A parameter that may be given several times. */
function severalOf<T extends z.ZodMiniType<string>>(one: T, most: number) {
  return z.union([one, z.array(one).check(z.maxLength(most))])
}

/** Longer than anything that people look for. */
const MAX_SEARCH_CHARACTERS = 200

const search = () =>
  z.string().check(
    z.maxLength(MAX_SEARCH_CHARACTERS),
    wellFormedInQuery(),
    z.refine((text) => wordsOfSearch(text).length > 0, 'must have a word of at least two letters or digits'),
  )

export const listTicketsQuery = onFirstUse(() =>
  z.strictObject({
    q: z
      .optional(search())
      .check(
        z.describe(
          'tickets with all of these words, or words that begin so, in messages, handle or name; a word has two letters or digits',
        ),
      ),
    tag: z
      .optional(severalOf(z.string().check(z.minLength(1), z.maxLength(64), wellFormedInQuery()), MAX_TAGS))
      .check(
        z.describe('may be given several times: tickets with all of the tags, or see `tagMatch`'),
        z.meta({ examples: ['Twitter:Direct'] }),
      ),
    tagMatch: z.optional(z.enum(['all', 'any'])).check(z.describe('with all of the tags, or with any of them')),
    status: z.optional(z.enum(statuses)).check(z.describe('tickets with this status')),
    waiting: z
      .optional(
        z.pipe(
          z.enum(['true']),
          z.transform(() => true),
        ),
      )
      .check(z.describe('tickets whose customer waits for us')),
    replies: z
      .optional(severalOf(z.enum(unsettledStates), unsettledStates.length))
      .check(z.describe('may be given several times: tickets with a reply that failed, waits, or is in doubt')),
    order: z
      .optional(z.enum(['activity', 'waiting']))
      .check(z.describe('newest activity first; or those whose customer waits, the longest first')),
    channelId: ofChannel(),
    customerId: z
      .optional(z.string().check(z.regex(X_ID, 'must be an id of X: digits only')))
      .check(
        z.describe('tickets of the customer with this id at X: digits'),
        z.meta({ examples: ['1205290247124217856'] }),
      ),
    updatedSince: z
      .optional(
        z.pipe(
          z.iso.datetime({ offset: true }),
          z.transform((value) => new Date(value).toISOString()),
        ),
      )
      .check(z.describe('tickets that changed at this time or later')),
    limit: limit(),
    cursor: z.optional(cursor()),
  }),
)

export const listCustomersQuery = onFirstUse(() =>
  z.strictObject({
    q: search().check(
      z.describe('all of these words, or words that begin so, in handle or name; a word has two letters or digits'),
      z.meta({ examples: ['ann'] }),
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
    outcome: z.optional(z.enum(['ignored', 'unreadable'])).check(z.describe('events with this outcome')),
    channelId: ofChannel(),
    limit: limit(),
    cursor: z.optional(cursor()),
  }),
)

export const noQuery = onFirstUse(() => z.strictObject({}))

/** A tag of a ticket, also in a path. */
export const tag = onFirstUse(() =>
  z
    .string()
    .check(
      z.trim(),
      z.minLength(1),
      z.maxLength(64),
      z.regex(/^\P{Cc}*$/u, 'must not contain control characters'),
      wellFormed(),
    ),
)

const tags = () =>
  z.pipe(
    z.array(tag()).check(z.maxLength(MAX_TAGS)),
    z.transform((all) => [...new Set(all)]),
  )

export const changeTicketBody = onFirstUse(() =>
  z
    .strictObject({
      status: z.optional(z.enum(statuses)),
      tags: z.optional(tags()).check(z.describe('replaces all tags; not beside `addTags` or `removeTags`')),
      addTags: z.optional(tags()).check(z.describe('adds tags, and leaves the others as they are')),
      removeTags: z.optional(tags()).check(z.describe('removes tags, and leaves the others as they are')),
    })
    .check(
      z.refine((body) => Object.keys(body).length > 0, { error: 'must have status, tags, addTags or removeTags' }),
      z.refine((body) => body.tags === undefined || (body.addTags ?? body.removeTags) === undefined, {
        error: 'must not be beside addTags or removeTags: it replaces all tags',
        path: ['tags'],
      }),
      z.meta({ id: 'TicketChange', minProperties: 1, examples: [{ status: 'pending', addTags: ['refund'] }] }),
    ),
)

const localTime = () => z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time from 00:00 to 23:59'))

const timeZone = () =>
  z.string().check(z.maxLength(64), z.refine(isTimeZone, 'must be an IANA time zone, such as Europe/Berlin'))

const quietHours = () =>
  z
    .strictObject({
      timeZone: timeZone(),
      weekly: z
        .array(
          z.strictObject({
            days: z.array(z.enum(weekdays)).check(z.minLength(1), z.maxLength(7)),
            from: localTime(),
            to: localTime().check(z.describe('on the next day unless it is later than `from`')),
          }),
        )
        .check(
          z.minLength(1),
          z.maxLength(28),
          z.refine((weekly) => !isAlwaysQuiet(weekly), 'leave no time: for no mail, set noMessagesHours to null'),
        ),
    })
    .check(z.describe('local hours in which silence is expected: they do not count, and no mail is sent in them'))

const word = () =>
  z
    .string()
    .check(
      z.trim(),
      z.maxLength(60),
      z.regex(
        /^(?=.*[\p{L}\p{N}\p{S}])\P{Cc}*$/u,
        'must have a letter, a number or a symbol, and no control characters',
      ),
      wellFormed(),
    )

const languages = () =>
  z
    .array(
      z.pipe(
        z.string().check(z.refine((code) => languageOf(code) !== null, 'must be a code of a language, such as en')),
        z.transform((code) => languageOf(code) ?? code),
      ),
    )
    .check(z.minLength(1), z.maxLength(50))

const bounded = (name: keyof NoiseRule, isWrong: (rule: NoiseRule) => boolean, error: string) =>
  z.refine<NoiseRule>((rule) => !isWrong(rule), { path: [name], error })

const hasCondition = ({
  name: _name,
  kinds: _kinds,
  outcome: _outcome,
  tag: _tag,
  answersOnly,
  ...others
}: NoiseRule) => answersOnly === true || Object.values(others).some((value) => value !== undefined)

const isForDirectOnly = ({ kinds }: NoiseRule) => !kinds.includes('mention')

/** The rules against noise of a channel, also to try. */
const noiseRules = onFirstUse(() =>
  z
    .array(
      z
        .strictObject({
          name: word().check(z.describe('the reason that people read; unique within the channel')),
          kinds: z.array(z.enum(ticketKinds)).check(z.minLength(1), z.maxLength(2)),
          outcome: z.enum(['ignore', 'tag']),
          tag: z.optional(tag()).check(z.describe('with the outcome `tag`, and only then')),
          words: z
            .optional(z.array(word()).check(z.minLength(1), z.maxLength(100)))
            .check(z.describe('one of these is in the text, as a whole word, whatever the case')),
          languages: z
            .optional(languages())
            .check(z.describe('X says that it is in one of these, such as `en`; not for direct messages alone')),
          otherLanguagesThan: z
            .optional(languages())
            .check(
              z.describe('X says that it is in another one; not for direct messages alone, and not beside `languages`'),
            ),
          followersBelow: z
            .optional(z.int().check(z.minimum(1), z.maximum(100_000)))
            .check(z.describe('the author has fewer followers')),
          verified: z.optional(z.boolean()).check(z.describe('the author is verified, or is not')),
          accountDaysBelow: z
            .optional(z.int().check(z.minimum(1), z.maximum(365)))
            .check(z.describe("the author's account was younger")),
          answersOnly: z.optional(z.boolean()).check(z.describe('true: it answers a post')),
        })
        .check(
          z.refine(hasCondition, 'must have a condition: without one it matches everything'),
          bounded(
            'tag',
            ({ outcome, tag }) => (outcome === 'tag') !== (tag !== undefined),
            'must be there for the outcome `tag`, and only then',
          ),
          bounded(
            'otherLanguagesThan',
            (one) => Boolean(one.languages && one.otherLanguagesThan),
            'must not be beside languages',
          ),
          bounded(
            'answersOnly',
            (one) => one.answersOnly === true && isForDirectOnly(one),
            'no direct message answers a post',
          ),
          bounded(
            'languages',
            (one) => one.languages !== undefined && isForDirectOnly(one),
            'X says no language of direct messages',
          ),
          bounded(
            'otherLanguagesThan',
            (one) => one.otherLanguagesThan !== undefined && isForDirectOnly(one),
            'X says no language of direct messages',
          ),
        ),
    )
    .check(
      z.maxLength(MAX_RULES),
      z.check(({ value, issues }) => {
        value.forEach(({ name }, n) => {
          if (value.findIndex((one) => one.name === name) === n) return
          issues.push({ code: 'custom', path: [n, 'name'], input: name, message: 'must not be that of another rule' })
        })
      }),
      z.refine(
        (rules) => Buffer.byteLength(JSON.stringify(rules)) <= MAX_RULES_BYTES,
        `must not be longer than ${MAX_RULES_BYTES} bytes of JSON together`,
      ),
      z.describe('rules against noise, each with a condition at least; the first that matches decides'),
    ),
)

export const dryRunBody = onFirstUse(() =>
  z
    .strictObject({
      rules: noiseRules(),
      days: z
        .optional(z.int().check(z.minimum(1), z.maximum(7)))
        .check(z.describe('how many days to look back; 7 if not given')),
    })
    .check(
      z.meta({
        id: 'NoiseRuleTrial',
        examples: [
          {
            rules: [{ name: 'Giveaways', kinds: ['mention'], outcome: 'ignore', words: ['giveaway', 'free crypto'] }],
            days: 3,
          },
        ],
      }),
    ),
)

/** The key of a channel for encrypted messages. Neither field is ever answered or logged. */
export const chatKeyBody = onFirstUse(() =>
  z
    .strictObject({
      pin: z
        .optional(z.string().check(z.minLength(1), z.maxLength(64)))
        .check(z.describe('the PIN that was chosen for encrypted messages in the X app')),
      keyFile: z
        .optional(z.string().check(z.minLength(1), z.maxLength(MAX_KEY_FILE_CHARACTERS)))
        .check(z.describe('64 bytes as base64 or hexadecimal digits, or the JSON file that holds them')),
    })
    .check(
      z.refine(({ pin, keyFile }) => (pin === undefined) !== (keyFile === undefined), {
        error: 'must have either pin or keyFile',
      }),
      z.meta({ id: 'ChatKey', minProperties: 1, maxProperties: 1, examples: [{ pin: '0000' }] }),
    ),
)

/** The settings of a channel that an administrator may change. */
export const changeChannelBody = onFirstUse(() =>
  z
    .strictObject({
      name: z.optional(
        z.string().check(z.maxLength(255), z.regex(/\S/, 'must have 1 to 255 characters'), wellFormed()),
      ),
      directMessages: z.optional(z.boolean()),
      mentions: z.optional(z.boolean()),
      noMessagesHours: z.optional(z.nullable(z.int().check(z.minimum(1), z.maximum(720)))),
      quietHours: z.optional(z.nullable(quietHours())),
      rules: z.optional(noiseRules()),
      retentionDays: z
        .optional(z.nullable(z.int().check(z.minimum(1), z.maximum(3650))))
        .check(z.describe('days without a change after which a ticket is erased; null for never')),
      dailyBudgetUsd: z
        .optional(z.nullable(z.number().check(z.minimum(0.01), z.maximum(100_000))))
        .check(z.describe('US dollars that the channel may cost at X in a UTC day; null for no limit')),
    })
    .check(
      z.refine((body) => Object.keys(body).length > 0, { error: 'must have at least one setting' }),
      z.meta({ id: 'ChannelChange', minProperties: 1, examples: [{ mentions: false, noMessagesHours: 24 }] }),
    ),
)

export const xActionBody = onFirstUse(() =>
  z
    .strictObject({
      action: z.enum(xActions),
      messageId: z
        .optional(z.string().check(z.minLength(1)))
        .check(z.describe('the message that is hidden, shown or deleted; for these three only')),
    })
    .check(
      z.refine(({ action, messageId }) => needsMessage(action) === (messageId !== undefined), {
        path: ['messageId'],
        error: 'must be there to hide, show or delete a message, and only then',
      }),
      z.meta({ id: 'XAction', examples: [{ action: 'hide_answer', messageId: 'post-1790000000000000001' }] }),
    ),
)

export const blockBody = onFirstUse(() =>
  z.strictObject({ blocked: z.boolean() }).check(z.meta({ id: 'Block', examples: [{ blocked: true }] })),
)

export const changeExtensionBody = onFirstUse(() =>
  z.strictObject({ enabled: z.boolean() }).check(z.meta({ id: 'ExtensionChange', examples: [{ enabled: true }] })),
)

const day = () => z.iso.date('must be a day such as 2026-03-12')

export const activityQuery = onFirstUse(() =>
  z.strictObject({
    from: z
      .optional(day())
      .check(z.describe('UTC day; default: 29 days before `to`'), z.meta({ examples: ['2026-08-31'] })),
    to: z.optional(day()).check(z.describe('UTC day, included; default: today'), z.meta({ examples: ['2026-09-01'] })),
  }),
)

const name = () => z.string().check(z.minLength(1), z.maxLength(200), wellFormedInQuery())

const auditFilter = () => ({
  person: z.optional(name()).check(z.describe('user name, or id of a person or client')),
  kind: z
    .optional(z.enum(auditKinds))
    .check(z.describe('entries of this kind'), z.meta({ examples: ['reply_written'] })),
  object: z.optional(name()).check(z.describe('id of a ticket, channel or endpoint, `twitter` for the extension')),
  from: z.optional(day()).check(z.describe('UTC day; default: the oldest that is kept')),
  to: z.optional(day()).check(z.describe('UTC day, included; default: today')),
  cursor: z.optional(cursor()),
})

export const auditQuery = onFirstUse(() => z.strictObject({ ...auditFilter(), limit: limit() }))

export const auditCsvQuery = onFirstUse(() => z.strictObject(auditFilter()))

export const reportQuery = onFirstUse(() =>
  z.strictObject({
    from: z.optional(day()).check(z.describe('local day; default: 29 days before `to`')),
    to: z.optional(day()).check(z.describe('local day, included; default: today')),
    timeZone: z._default(timeZone(), 'UTC').check(z.describe('IANA time zone of the days, such as `Europe/Berlin`')),
    by: z.enum(groupings).check(z.describe('what a row is')),
  }),
)

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
      z.meta({ id: 'WebhookEndpointChange', minProperties: 1, examples: [{ status: 'enabled' }] }),
    ),
)

export const listDeliveriesQuery = onFirstUse(() => z.strictObject({ limit: limit(), cursor: z.optional(cursor()) }))
