import * as z from 'zod/mini'
import { auditKinds } from '../audit/entry.ts'
import { chatStates } from '../channels/chat-state.ts'
import { weekdays } from '../channels/quiet-hours.ts'
import { outgoingEventTypes, TEST_EVENT } from '../outgoing/endpoint.ts'
import { problemCodes } from '../replies/validation.ts'
import { groupings } from '../reports/report.ts'
import { setupStates, setupSteps } from '../setup/check.ts'
import { type Status, statuses, ticketKinds } from '../tickets/ticket.ts'
import { unreadReasons } from '../x/activity.ts'

/**
 * The schemas of the answers of the HTTP API: they give its types, and stand in `GET /api/openapi.json`. No function but
 * the one that makes that document loads them, and that only when asked, so a start need not make them. Those of requests
 * are in requests.ts.
 */

const time = z.iso.datetime({ offset: true })

export const person = z.object({
  id: z.string(),
  username: z.nullable(z.string()),
  name: z.nullable(z.string()),
  avatarUrl: z.nullable(z.string()),
})

export const encryptedChat = z
  .object({
    state: z.enum(chatStates),
    reason: z.optional(z.string()).check(z.describe('what happened and what to do')),
    keyVersion: z.optional(z.string()).check(z.describe("X's version of the account's key")),
    fingerprint: z.optional(z.string()).check(z.describe('of the key, as X shows it')),
    since: z.optional(time).check(z.describe('since when encrypted messages are read')),
    guessesLeft: z.optional(z.int()).check(z.describe('PINs that X accepts before it destroys the backup of the key')),
  })
  .check(z.meta({ id: 'EncryptedChat', description: 'what a channel can do with encrypted messages' }))

const noiseRule = z
  .object({
    name: z.string(),
    kinds: z.readonly(z.array(z.enum(ticketKinds))),
    outcome: z.enum(['ignore', 'tag']),
    tag: z.optional(z.string()),
    words: z.optional(z.readonly(z.array(z.string()))),
    languages: z.optional(z.readonly(z.array(z.string()))),
    otherLanguagesThan: z.optional(z.readonly(z.array(z.string()))),
    followersBelow: z.optional(z.int()),
    verified: z.optional(z.boolean()),
    accountDaysBelow: z.optional(z.int()),
    answersOnly: z.optional(z.boolean()),
  })
  .check(z.meta({ id: 'NoiseRule', description: 'what happens to a message that would begin a conversation' }))

export const channel = z
  .object({
    id: z.string(),
    type: z.literal('twitter'),
    name: z.string(),
    username: z.string(),
    twitterUserId: z.string(),
    directMessages: z.boolean(),
    mentions: z.boolean(),
    noMessagesHours: z.nullable(z.int().check(z.minimum(1), z.maximum(720))),
    quietHours: z.nullable(
      z.object({
        timeZone: z.string(),
        weekly: z.readonly(
          z.array(z.object({ days: z.readonly(z.array(z.enum(weekdays))), from: z.string(), to: z.string() })),
        ),
      }),
    ),
    rules: z.readonly(z.array(noiseRule)).check(z.describe('rules against noise; the first that matches decides')),
    retentionDays: z
      .nullable(z.int().check(z.minimum(1), z.maximum(3650)))
      .check(z.describe('days without a change after which a ticket is erased; null for never')),
    dailyBudgetUsd: z
      .nullable(z.number())
      .check(z.describe('US dollars that the channel may cost at X in a UTC day; null for no limit')),
    budgetUsedUpOn: z
      .nullable(z.string())
      .check(z.describe('UTC day on which the budget was used up last, so that replies wait until the next')),
    status: z.enum(['connected', 'needs_reconnection', 'disconnected']),
    connectedAt: time,
    lastMessageAt: z.nullable(time),
    encryptedChat,
  })
  .check(z.meta({ id: 'Channel' }))

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
    firstEntryId: z
      .nullable(z.string())
      .check(
        z.describe("X's id of the customer's first post in it, in its first version: one of the post's `versionIds`"),
      ),
    previousTicketId: z.nullable(z.string()),
    nextTicketId: z.nullable(z.string()).check(z.describe('the ticket in which its conversation goes on')),
    lastMessage: z
      .nullable(z.object({ direction: z.enum(['inbound', 'outbound']), text: z.string(), at: time }))
      .check(z.describe('who wrote last, and the beginning of it; null in a ticket of before this was stored')),
    waitingSince: z
      .nullable(time)
      .check(z.describe('when the customer wrote the first message without an answer; null if no answer is due')),
    replies: z
      .object({ failed: z.int(), waiting: z.int(), unknown: z.int() })
      .check(z.describe('the replies that failed, were put off, or whose outcome is unknown')),
    match: z
      .optional(z.object({ messageId: z.string(), direction: z.enum(['inbound', 'outbound']), text: z.string() }))
      .check(
        z.describe(
          'only with `q`: the message that has most of the words, and the part of its text in which they begin; plain text. Left out if no message has them, as when the name of the customer has',
        ),
      ),
  })
  .check(z.meta({ id: 'Ticket' }))

const place = { start: z.int().check(z.describe('UTF-16 units')), end: z.int() }
const entity = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hashtag'), ...place, text: z.string() }),
  z.object({ type: z.literal('cashtag'), ...place, text: z.string() }),
  z.object({ type: z.literal('mention'), ...place, username: z.string(), userId: z.nullable(z.string()) }),
  z.object({ type: z.literal('link'), ...place, url: z.string(), displayUrl: z.string() }),
])

export const attachment = z
  .object({
    id: z.string(),
    type: z.enum(['photo', 'animated_gif', 'video']),
    url: z.string().check(z.describe("a link that works for 15 minutes if `stored`; X's address otherwise")),
    previewUrl: z.nullable(z.string()),
    contentType: z.nullable(z.string()),
    size: z.nullable(z.int()),
    status: z.enum(['pending', 'stored', 'unavailable']),
    reason: z.nullable(z.string()).check(z.describe('why it could not be downloaded')),
    nextTryAt: z.nullable(time).check(z.describe('when we try to download it; null if it is stored, or given up')),
  })
  .check(z.meta({ id: 'Attachment' }))

const author = z.omit(person, { avatarUrl: true })

const parent = z
  .object({
    id: z.string(),
    url: z.string(),
    text: z.nullable(z.string()).check(z.describe('null if it is not looked up yet or X does not show it')),
    author: z.nullable(author),
    createdAt: z.nullable(time),
    status: z.enum(['available', 'unavailable']).check(z.describe('`unavailable`: deleted, protected or withheld')),
  })
  .check(z.meta({ id: 'ParentPost' }))

const quoted = z
  .object({
    id: z.string(),
    url: z.string(),
    text: z.nullable(z.string()).check(z.describe('null if X sent only the id')),
    author: z.nullable(author),
    createdAt: z.nullable(time),
    attachments: z.array(
      z.object({ type: attachment.shape.type, url: z.string(), previewUrl: z.nullable(z.string()) }),
    ),
  })
  .check(z.meta({ id: 'QuotedPost' }))

const version = z.object({ externalId: z.string(), text: z.string(), entities: z.array(entity), createdAt: time })

const delivery = z
  .object({
    status: z
      .enum(['pending', 'sent', 'failed', 'unknown', 'cancelled'])
      .check(z.describe('`cancelled`: an agent gave it up')),
    reason: z.nullable(z.string()).check(z.describe('what happened and what an agent can do')),
    attempts: z.int(),
    dueAt: z.nullable(time).check(z.describe('time of the next step; null unless pending')),
  })
  .check(z.meta({ id: 'Delivery' }))

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
      .array(z.object({ username: z.string(), userId: z.nullable(z.string()) }))
      .check(z.describe('the handles that X puts before the text of an answer; not part of `text`')),
    author,
    externalId: z.nullable(z.string()).check(z.describe("X's id; for an edited post that of its newest version")),
    versionIds: z
      .array(z.string())
      .check(
        z.describe(
          "X's ids of all versions of the post, oldest first: `firstEntryId` and `inReplyToId` may name any of them",
        ),
      ),
    inReplyToId: z
      .nullable(z.string())
      .check(z.describe("X's id of the post, in one of its versions, that it answers")),
    parent: z.nullable(parent).check(z.describe('the post that it answers; null if that is a message of this ticket')),
    quoted: z.nullable(quoted),
    encrypted: z.boolean().check(z.describe('true if X carries it encrypted')),
    notice: z
      .nullable(
        z.object({
          type: z.literal('encrypted_message'),
          url: z.string(),
          reason: z.enum(unreadReasons),
          detail: z.string().check(z.describe('what happened and what to do')),
        }),
      )
      .check(z.describe('stands for a text that cannot be read')),
    versions: z.array(version).check(z.describe('earlier versions of an edited post, oldest first')),
    deletedAt: z.nullable(time).check(z.describe('when its post was deleted on X')),
    erasedAt: z
      .nullable(time)
      .check(
        z.describe('when, a hold after that, its text, versions and files were deleted here; null while they are'),
      ),
    hiddenAt: z.nullable(time).check(z.describe('when an agent hid it on X; null if it is shown there')),
    joinedBecause: z.string(),
    incompleteBecause: z
      .nullable(z.string())
      .check(z.describe('why what X left out, the answered post or the author, was not looked up; null as a rule')),
    delivery: z.nullable(delivery).check(z.describe('null unless it is a reply')),
    recovered: z
      .nullable(z.enum(['replay', 'poll']))
      .check(z.describe("how we recovered a message that X's deliveries did not bring; null otherwise")),
    createdAt: time,
  })
  .check(z.meta({ id: 'Message' }))

/** The answer of a dry run. */
export const dryRun = z
  .object({
    ok: z.boolean().check(z.describe('true if the reply would be accepted')),
    problems: z.array(z.object({ code: z.enum(problemCodes), detail: z.string() })),
    weightedLength: z.int().check(z.describe('length of the text as X counts it')),
    maxLength: z.int(),
    encrypted: z.boolean().check(z.describe('true if the reply goes encrypted, as the latest message came')),
    replyAllowed: z
      .nullable(z.boolean())
      .check(
        z.describe('true if X allows the reply, because the entry mentions or quotes the account; null if unknown'),
      ),
    quota: z
      .object({
        of: z
          .enum(['account', 'app'])
          .check(z.describe('whose limit it is; that of the X app holds for all channels together')),
        limit: z.int(),
        remaining: z.int(),
        resetsAt: z.nullable(time),
      })
      .check(z.describe('of the X rate limit with the least left, of the account or the app; a reply beyond it waits')),
    price: z.object({ usd: z.number(), because: z.string() }).check(z.describe("X's price of the reply")),
    links: z
      .array(z.object(place))
      .check(z.describe('where the text of a public reply has links, which make it dear; empty for a direct message')),
  })
  .check(z.meta({ id: 'DryRun' }))

export const attachmentAnswer = z.object({
  id: z.string().check(z.describe('goes into `attachmentIds` of a reply')),
  uploadUrl: z.string().check(z.describe('PUT the file there with the announced `content-type` within 15 minutes')),
})

export const connectAnswer = z.object({ authorizeUrl: z.string() })

export const eventRecord = z
  .object({
    at: time,
    outcome: z.enum(['ignored', 'unreadable']),
    reason: z.string(),
    kind: z.string().check(z.describe("X's name of the event")),
    channelId: z.nullable(z.string()),
    externalId: z.nullable(z.string()),
  })
  .check(z.meta({ id: 'Event' }))

const nextCursor = z.nullable(z.string()).check(z.describe('null on the last page; a page may be shorter than `limit`'))

export const ticketPage = z.object({ tickets: z.array(ticket), nextCursor })
export const ticketThread = z.object({ tickets: z.array(ticket).check(z.describe('the first opened first')) })
const number = z.int().check(z.maximum(100), z.describe('100 stands for 100 and more'))
export const ticketNumbers = z
  .object({
    waiting: number,
    failed: number,
    statuses: z.object(Object.fromEntries(statuses.map((status) => [status, number])) as Record<Status, typeof number>),
  })
  .check(z.meta({ id: 'TicketNumbers' }))
export const messagePage = z.object({ messages: z.array(message), nextCursor })

export const extension = z
  .object({
    id: z.literal('twitter'),
    name: z.literal('Twitter'),
    enabled: z.boolean(),
    eventSourceEnd: z
      .nullable(z.string())
      .check(z.describe('when X ends the event system of the channels, and what to do; null if it stays')),
    previousSecret: z
      .nullable(
        z.object({
          since: time,
          lastNeededAt: z
            .nullable(time)
            .check(z.describe('when X last signed with it, exact to an hour; null if never')),
          canGo: z.boolean().check(z.describe('true if it was not needed for a day')),
        }),
      )
      .check(z.describe('the previous secret of the X app, while it is being replaced; null otherwise')),
  })
  .check(z.meta({ id: 'Extension' }))
export const extensionList = z.object({ extensions: z.array(extension) })

/** Whether a channel works. */
export const channelState = z
  .object({
    faults: z
      .array(z.object({ what: z.string(), todo: z.string() }))
      .check(z.describe('what keeps it from working wholly, and what to do, the worst first; empty if it works')),
    lastEventAt: z
      .nullable(time)
      .check(z.describe('when the last event of X came in, whatever became of it; null if none did for 30 days')),
    mentionsPolledAt: z.nullable(time).check(z.describe('up to when mentions were polled, stored every ten minutes')),
    subscriptionsCheckedAt: z
      .nullable(time)
      .check(z.describe('when X was last seen to deliver for the account; null before the first check')),
    spentTodayUsd: z.number().check(z.describe('what the channel has cost at X in this UTC day')),
    repliesLeft: z.object({ directMessages: dryRun.shape.quota, posts: dryRun.shape.quota }),
  })
  .check(z.meta({ id: 'ChannelState' }))

/** How far the setup is. */
export const setup = z
  .object({
    checks: z.array(
      z.object({
        step: z.enum(setupSteps),
        what: z.string().check(z.describe('the step in a few words')),
        is: z
          .enum(setupStates)
          .check(z.describe('`not_known`: whoever knows could not be asked, which says nothing of the step')),
        found: z.string().check(z.describe('what was found, in sentences')),
        todo: z.nullable(z.string()).check(z.describe('what to do, in sentences; null if nothing is')),
      }),
    ),
    callbackUrl: z.string().check(z.describe('to be entered in the settings of the X app, to the letter')),
    webhookUrl: z.string().check(z.describe('to which X delivers; registered with the first channel')),
  })
  .check(z.meta({ id: 'Setup' }))

/** Counts of one day; `ignored` by reason. */
export const dayActivity = z
  .object({
    date: z.string().check(z.describe('UTC day')),
    received: z.int().check(z.describe('new events of X: opened, joined or ignored')),
    opened: z.int(),
    joined: z.int(),
    recovered: z.int().check(z.describe('of those opened or joined: recovered after X did not deliver them')),
    ignored: z.record(z.string(), z.int()),
    unreadable: z.int(),
    replies: z.object({ sent: z.int(), failed: z.int(), unknown: z.int() }),
  })
  .check(z.meta({ id: 'DayActivity' }))
export const channelActivity = z.object({ days: z.array(dayActivity) })

/** Whole seconds; null if there are no times. */
const times = {
  medianSeconds: z.nullable(z.int()),
  p90Seconds: z.nullable(z.int()).check(z.describe('90th percentile')),
}

const durations = z
  .array(z.object({ upToSeconds: z.nullable(z.int()), count: z.int() }))
  .check(z.describe('how many in each class, the shortest first; `upToSeconds` null is everything longer'))

const reportRow = z.object({
  opened: z.int().check(z.describe('tickets opened in these days; the next four say how these are now')),
  closed: z.int().check(z.describe('of those opened: closed by now')),
  messagesIn: z.int(),
  messagesOut: z
    .int()
    .check(z.describe('replies that were written, whether or not X has them, and what the account wrote on X')),
  firstResponse: z
    .object({ count: z.int().check(z.describe('tickets with a response')), ...times, histogram: durations })
    .check(z.describe('time from opening to the first reply that X has, or that the account wrote on X')),
  closedInPeriod: z.int().check(z.describe('closed in these days, whenever they were opened')),
  timeToClose: z.object(times).check(z.describe('of those closed in these days: time from opening to closing')),
})

/**
 * Tickets opened from one local day to another, in their present state, and tickets closed in these days. A ticket counts
 * in the row of each of its tags.
 */
export const ticketReport = z
  .object({
    from: z.string(),
    to: z.string(),
    timeZone: z.string(),
    by: z.enum(groupings),
    rows: z.array(z.extend(reportRow, { key: z.string(), label: z.string() })),
    total: reportRow,
  })
  .check(z.meta({ id: 'TicketReport' }))

/** The same as CSV: times in seconds. */
export const ticketReportCsv = z.string()

/** The tickets whose customer waits for us now, by how long they have been waiting. */
export const waitingReport = z
  .object({
    at: time,
    count: z.int(),
    isWhole: z.boolean().check(z.describe('false if there are more: in each status the 2,000 opened first count')),
    longestSince: z.nullable(time).check(z.describe('since when the one that waits longest does; null if none waits')),
    ages: durations,
  })
  .check(z.meta({ id: 'WaitingReport' }))

export const block = z
  .object({ blocked: z.boolean().check(z.describe("true if the customer's messages are ignored, in every channel")) })
  .check(z.meta({ id: 'BlockState' }))

/** What a customer says of themselves on X, and how X marks them. */
export const profile = z
  .object({
    bio: z.nullable(z.string()),
    location: z.nullable(z.string()),
    followers: z.nullable(z.int()),
    following: z.nullable(z.int()),
    verified: z.nullable(z.enum(['blue', 'business', 'government'])).check(z.describe('null: X does not mark them')),
    joinedAt: z.nullable(time),
    readAt: time.check(z.describe('when X was asked; kept for 30 days')),
  })
  .check(z.meta({ id: 'Profile' }))

/** A customer, and whether their messages are ignored. */
export const customer = z
  .extend(person, {
    blocked: z.boolean().check(z.describe('true if their messages are ignored, in every channel')),
    profile: z.nullable(profile).check(z.describe('null: X was not asked in the last 30 days')),
  })
  .check(z.meta({ id: 'Customer' }))

export const customerPage = z.object({ customers: z.array(person), nextCursor })

/** What a profile costs, and the profile. */
export const profileResult = z
  .object({
    priceUsd: z.number().check(z.describe('what X charges, in US dollars')),
    because: z.nullable(z.string()).check(z.describe('of a dry run: why X cannot be asked; null if it can')),
    profile: z.nullable(profile).check(z.describe('of a dry run: as far as it is there')),
  })
  .check(z.meta({ id: 'ProfileResult' }))

/** What an action on X costs, and what came of it. */
export const xActionResult = z
  .object({
    priceUsd: z.number().check(z.describe('what X charges, in US dollars')),
    because: z.nullable(z.string()).check(z.describe('of a dry run: why it cannot be done; null if X may do it')),
    message: z.nullable(message).check(z.describe('the message that it concerns, as it is now')),
  })
  .check(z.meta({ id: 'XActionResult' }))

/** How far the erasure of a customer is. */
export const erasure = z
  .object({
    id: z.string(),
    status: z.enum(['running', 'finished']),
    requestedAt: time,
    finishedAt: z.nullable(time),
    tickets: z.int().check(z.describe('erased so far')),
    messages: z.int(),
    others: z.int().check(z.describe("records of events, pointers, list entries, parts of other customers' messages")),
  })
  .check(z.meta({ id: 'Erasure' }))

export const noiseDryRun = z
  .object({
    from: time.check(z.describe('since when tickets were looked at')),
    to: time,
    isWhole: z.boolean().check(z.describe('false if only the 500 newest tickets of the days were looked at')),
    alreadyIgnored: z
      .int()
      .check(
        z.describe('messages that rules have ignored on these days; not looked at, because their text is not kept'),
      ),
    judged: z.int().check(z.describe('tickets that began a conversation')),
    rules: z.readonly(
      z.array(
        z.object({
          name: z.string(),
          outcome: z.enum(['ignore', 'tag']),
          matched: z.int().check(z.describe('tickets that it would have ignored or tagged')),
          unknown: z
            .int()
            .check(
              z.describe('tickets of which X did not tell what the rule asks for, so that it would not have matched'),
            ),
          examples: z
            .readonly(
              z.array(
                z.object({ id: z.string(), subject: z.string(), openedAt: time, username: z.nullable(z.string()) }),
              ),
            )
            .check(z.describe('the newest tickets that it matches')),
        }),
      ),
    ),
  })
  .check(z.meta({ id: 'NoiseDryRun', description: 'what rules against noise would have done' }))

export const channelList = z.object({ channels: z.array(channel) })
export const eventPage = z.object({ events: z.array(eventRecord), nextCursor })

const changedFields = z
  .nullable(z.record(z.string(), z.unknown()))
  .check(z.describe('the fields that change; null if there are none'))

/** Who did what. */
export const auditEntry = z
  .object({
    id: z.string(),
    at: time,
    kind: z.enum(auditKinds),
    actor: z.object({
      id: z.string(),
      name: z.string().check(z.describe('user name, or id of a client')),
      address: z.nullable(z.string()).check(z.describe('network address')),
    }),
    object: z
      .nullable(z.string())
      .check(
        z.describe('id of the ticket, channel or endpoint, `twitter` for the extension, the call that was refused'),
      ),
    before: changedFields,
    after: changedFields,
  })
  .check(z.meta({ id: 'AuditEntry' }))
export const auditPage = z.object({ entries: z.array(auditEntry), nextCursor })
export const auditCsv = z.string()
const endpointFields = {
  id: z.string(),
  url: z.string(),
  description: z.string(),
  eventTypes: z.array(z.enum(outgoingEventTypes)),
  status: z.enum(['enabled', 'disabled']),
  disabledBecause: z.nullable(z.string()),
  createdAt: time,
  sendsFrom: time.check(z.describe('it gets the events of changes from then on')),
  failingSince: z.nullable(time).check(z.describe('since when every attempt has failed')),
  pausedUntil: z.nullable(time).check(z.describe('no attempt is made before, because several failed')),
  previousSecretValidUntil: z.nullable(time).check(z.describe('after a rotation both secrets sign until then')),
}
export const webhookEndpoint = z.object(endpointFields).check(z.meta({ id: 'WebhookEndpoint' }))
export const webhookEndpointWithSecret = z
  .object({ ...endpointFields, secret: z.string().check(z.describe('shown only now; begins with `whsec_`')) })
  .check(z.meta({ id: 'WebhookEndpointWithSecret' }))
export const webhookEndpointList = z.object({ endpoints: z.array(webhookEndpoint) })

export const webhookDelivery = z
  .object({
    id: z.string(),
    eventId: z.string().check(z.describe('`webhook-id`: the same in every attempt')),
    type: z.enum([...outgoingEventTypes, TEST_EVENT]),
    at: time,
    attempt: z.int(),
    outcome: z.enum(['delivered', 'failed', 'given_up']),
    status: z.nullable(z.int()).check(z.describe('HTTP status of the answer; null if there was none')),
    answer: z.string().check(z.describe('the first kilobyte of the answer')),
    error: z.nullable(z.string()),
    durationMs: z.int(),
  })
  .check(z.meta({ id: 'WebhookDelivery' }))
export const webhookDeliveryPage = z.object({ deliveries: z.array(webhookDelivery), nextCursor })

/** What an address gets when something happens. */
export const webhookEvent = z
  .object({
    type: z.enum([...outgoingEventTypes, TEST_EVENT]),
    timestamp: time.check(z.describe('when it happened')),
    data: z.object({
      ticket: z.optional(ticket),
      message: z.optional(message),
      channel: z.optional(channel),
    }),
  })
  .check(z.meta({ id: 'WebhookEvent' }))

/** An answer without content. */
export const nothing = z.strictObject({})

/** A page. */
export const page = z.string()

export const openApiDocument = z.record(z.string(), z.unknown())

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.optional(z.array(z.object({ field: z.string(), detail: z.string() }))),
    current: z
      .optional(z.union([ticket, channel]))
      .check(z.describe('of a 412: what is there now, as a GET answers it')),
  })
  .check(z.meta({ id: 'Problem' }))

/** What API Gateway answers itself. */
export const gatewayAnswer = z.object({ message: z.string() }).check(z.meta({ id: 'GatewayAnswer' }))

export type ApiTicket = z.infer<typeof ticket>
export type ApiTicketNumbers = z.infer<typeof ticketNumbers>
export type ApiMessage = z.infer<typeof message>
export type ApiDryRun = z.infer<typeof dryRun>
export type ApiChannel = z.infer<typeof channel>
export type ApiChannelState = z.infer<typeof channelState>
export type ApiSetup = z.infer<typeof setup>
export type ApiCustomer = z.infer<typeof customer>
export type ApiProfile = z.infer<typeof profile>
export type ApiProfileResult = z.infer<typeof profileResult>
export type ApiXActionResult = z.infer<typeof xActionResult>
export type ApiBlock = z.infer<typeof block>
export type ApiEncryptedChat = z.infer<typeof encryptedChat>
export type ApiEvent = z.infer<typeof eventRecord>
export type ApiAuditEntry = z.infer<typeof auditEntry>
export type ApiExtension = z.infer<typeof extension>
export type ApiDayActivity = z.infer<typeof dayActivity>
export type ApiTicketReport = z.infer<typeof ticketReport>
export type ApiWaitingReport = z.infer<typeof waitingReport>
export type ApiEndpoint = z.infer<typeof webhookEndpoint>
export type ApiEndpointWithSecret = z.infer<typeof webhookEndpointWithSecret>
export type ApiDelivery = z.infer<typeof webhookDelivery>
export type ApiNoiseDryRun = z.infer<typeof noiseDryRun>
