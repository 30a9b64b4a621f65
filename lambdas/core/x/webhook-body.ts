import { createHash } from 'node:crypto'
import type { ReplayEnd } from '../channels/outage.ts'
import { isDeep } from './depth.ts'
import { isXId } from './ids.ts'
import { readChatEvent } from './payload/chat-event.ts'

/** The kind of a queued event. An `unreadable` event is recorded with its reason. */
export type EventKind = 'direct_message' | 'encrypted_chat' | 'post' | 'post_deletion' | 'revoke' | 'unreadable'

/**
 * An event of a delivery in the queue: X's item, unchanged, and what queueing needs. Only the router reads the item, so
 * an item that makes it fail stays complete in the dead-letter queue.
 */
export type QueuedEvent = {
  readonly kind: EventKind
  /** X's name of the event, such as `direct_message_events` or `post.mention.create`. */
  readonly event: string
  /** X's id of the account for which X sent it; null if X named none. */
  readonly channelUserId: string | null
  readonly externalId: string | null
  /** X's id of the other person of the conversation; null if unknown. Events of one person stay in order. */
  readonly customerId: string | null
  /** ISO time at which we received the delivery. */
  readonly receivedAt: string
  readonly item: unknown
  /** Users, media and posts that the item refers to, as far as X included them. */
  readonly includes: unknown
  /** Why it is unreadable; null otherwise. */
  readonly reason: string | null
  /** Set if we polled it from one of X's lists. */
  readonly polled?: true
}

/**
 * The events of a delivery to queue, the names of events that can never concern a ticket, and the end of a replay job
 * that it tells, which is counted too.
 */
export type SplitBody = {
  readonly events: QueuedEvent[]
  readonly counted: string[]
  readonly replay: { readonly jobId: string; readonly end: ReplayEnd } | null
}

type Fields = Readonly<Record<string, unknown>>
type Draft = Omit<QueuedEvent, 'receivedAt'>

const ACCOUNT_ACTIVITY: Readonly<Record<string, EventKind>> = {
  direct_message_events: 'direct_message',
  tweet_create_events: 'post',
  tweet_delete_events: 'post_deletion',
}

const X_ACTIVITY: Readonly<Record<string, EventKind>> = {
  'dm.received': 'direct_message',
  'dm.sent': 'direct_message',
  'chat.received': 'encrypted_chat',
  'chat.sent': 'encrypted_chat',
  'post.create': 'post',
  'post.mention.create': 'post',
  'post.reply.create': 'post',
  'post.quote.create': 'post',
  'post.repost.create': 'post',
  'post.delete': 'post_deletion',
  'oauth.revoke': 'revoke',
}

/**
 * Splits the body of a delivery of either event system into its events.
 * Never throws: what it does not understand becomes an event of the kind `unreadable`, with the reason.
 * @param body the delivery's JSON, @param receivedAt ISO time
 */
export function splitWebhookBody(body: string, receivedAt: string): SplitBody {
  const counted: string[] = []
  const flaw = isDeep(body) ? 'the body is nested deeper than any of X' : null
  const parsed = flaw ? undefined : parse(body)
  const drafts =
    parsed === undefined ? [unreadable('body', null, body, flaw ?? 'the body is not JSON')] : draftsOf(parsed, counted)
  return { events: drafts.map((draft) => ({ ...draft, receivedAt })), counted, replay: replayEndIn(parsed) }
}

/** Undefined if the text is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function replayEndIn(body: unknown): SplitBody['replay'] {
  const [jobId, end] = ['job_id', 'job_state'].map((name) => field(body, 'replay_job_status', name))
  const isKnown = typeof jobId === 'string' && /^[\w-]{1,64}$/.test(jobId)
  return isKnown && (end === 'Complete' || end === 'Incomplete') ? { jobId, end } : null
}

/** The lists of X that we poll, and the kind of their items. */
const POLLED = {
  mentions: 'post',
  dm_events: 'direct_message',
  chat_events: 'encrypted_chat',
} as const satisfies Record<string, EventKind>

/**
 * The events of a page of one of X's lists, oldest first. Each gets the part of `includes` that it refers to.
 * @param account X's id of the account, @param receivedAt ISO time
 */
export function polledEvents(
  list: keyof typeof POLLED,
  account: string,
  { items, includes }: { readonly items: readonly unknown[]; readonly includes: unknown },
  receivedAt: string,
): QueuedEvent[] {
  return items
    .flatMap((item) => draftOf(POLLED[list], list, account, item, includesOf(item, includes), []))
    .map((draft): QueuedEvent => ({ ...draft, receivedAt, polled: true }))
    .reverse()
}

/** The part of `includes` that an item refers to: all of it would be too large for a message of the queue. */
function includesOf(item: unknown, includes: unknown): unknown {
  if (!isFields(includes)) return {}
  const ids = new Set(stringsIn(item))
  const keep = ([key, list]: [string, unknown]) => [
    key,
    Array.isArray(list)
      ? list.filter((one) => [field(one, 'id'), field(one, 'media_key')].some((id) => ids.has(id)))
      : [],
  ]
  return Object.fromEntries(Object.entries(includes).map(keep))
}

/** All strings in an item. The ids of users, media and posts are among them; no other string equals such an id. */
function stringsIn(value: unknown): unknown[] {
  if (typeof value === 'string') return [value, ...(/^\d+-\d+$/.test(value) ? value.split('-') : [])]
  if (Array.isArray(value)) return value.flatMap(stringsIn)
  return isFields(value) ? Object.values(value).flatMap(stringsIn) : []
}

function draftsOf(parsed: unknown, counted: string[]): Draft[] {
  if (!isFields(parsed)) return [unreadable('body', null, parsed, 'the body is not a JSON object')]
  const drafts = [
    ...('user_event' in parsed ? fromUserEvent(parsed.user_event, counted) : []),
    ...('replay_job_status' in parsed ? count('replay_job_status', counted) : []),
    ...fromAccountActivity(parsed, counted),
    ...('data' in parsed ? [parsed.data].flat().flatMap((one) => fromXActivity(one, counted)) : []),
  ]
  return drafts.length + counted.length > 0 ? drafts : count('unknown', counted)
}

function fromAccountActivity(body: Fields, counted: string[]): Draft[] {
  const account = body.for_user_id
  return Object.entries(body).flatMap(([key, items]) => {
    const kind = Object.hasOwn(ACCOUNT_ACTIVITY, key) ? ACCOUNT_ACTIVITY[key] : undefined
    if (!kind) return key.endsWith('_events') ? count(key, counted, Array.isArray(items) ? items.length : 1) : []
    if (!isXId(account)) return [unreadable(key, null, body, 'for_user_id is missing or not an id of X')]
    if (!Array.isArray(items)) return [unreadable(key, account, items, `${key} is not a list`)]
    const includes = isFields(body.users) ? body.users : {}
    return items.flatMap((item) => draftOf(kind, key, account, item, includes, counted))
  })
}

function fromXActivity(data: unknown, counted: string[]): Draft[] {
  if (!isFields(data) || typeof data.event_type !== 'string') {
    return [unreadable('data', null, data, 'data.event_type is missing')]
  }
  const { event_type: event, payload } = data
  const kind = Object.hasOwn(X_ACTIVITY, event) ? X_ACTIVITY[event] : undefined
  if (!kind) return count(event, counted)
  const revoked = kind === 'revoke' && isFields(payload) ? payload.user_id : undefined
  const account = revoked ?? (isFields(data.filter) ? data.filter.user_id : undefined)
  if (!isXId(account)) return [unreadable(event, null, data, 'filter.user_id is missing or not an id of X')]
  if (!isFields(payload)) return [unreadable(event, account, data, 'payload is not an object')]
  if (kind !== 'direct_message') return draftOf(kind, event, account, payload, data.includes ?? {}, counted)
  const items = payload.direct_message_events
  if (!Array.isArray(items)) {
    return [unreadable(event, account, payload, 'payload.direct_message_events is not a list')]
  }
  return items.flatMap((item) => draftOf(kind, event, account, item, payload.users ?? {}, counted))
}

function fromUserEvent(userEvent: unknown, counted: string[]): Draft[] {
  if (!isFields(userEvent) || !('revoke' in userEvent)) return count('user_event', counted)
  const account = field(userEvent.revoke, 'source', 'user_id')
  if (!isXId(account)) {
    return [unreadable('user_event', null, userEvent, 'user_event.revoke.source.user_id is not an id of X')]
  }
  return draftOf('revoke', 'user_event', account, userEvent.revoke, {}, counted)
}

function draftOf(kind: EventKind, event: string, account: string, item: unknown, includes: unknown, counted: string[]) {
  if (kind === 'direct_message' && isFields(item) && 'type' in item && item.type !== 'message_create') {
    return count(`${event}.${typeof item.type === 'string' ? item.type : 'unknown'}`, counted)
  }
  if (kind === 'encrypted_chat' && readChatEvent(field(item, 'encoded_event'))?.kind === 'key_change') {
    return count(`${event}.key_change`, counted)
  }
  const externalId = externalIdOf(kind, item)
  if (kind !== 'revoke' && externalId === null) {
    return [
      unreadable(event, account, item, `the id of the ${kind.replace('_', ' ')} is missing or not a string of digits`),
    ]
  }
  const ownIncludes =
    kind === 'direct_message' && isFields(field(item, 'message_create')) ? partiesOnly(item, includes) : includes
  const customerId = customerOf(kind, item, account)
  const kept = kind === 'encrypted_chat' ? withoutOverlong(item) : item
  return [
    { kind, event, channelUserId: account, externalId, customerId, item: kept, includes: ownIncludes, reason: null },
  ]
}

/** In base64. X's longest encrypted message, 10,000 characters with as many quoted, has a little over 100,000. */
const MAX_ENCODED_CHARACTERS = 150_000

/** An encrypted event without what is longer than any of X: nobody can read it, so a notice stands for it. */
function withoutOverlong(item: unknown): unknown {
  if (!isFields(item)) return item
  const { encoded_event: event, conversation_key_change_event: change, ...rest } = item
  const fits = (encoded: unknown) => typeof encoded === 'string' && encoded.length <= MAX_ENCODED_CHARACTERS
  return {
    ...rest,
    ...(fits(event) && { encoded_event: event }),
    ...(fits(change) && { conversation_key_change_event: change }),
  }
}

function externalIdOf(kind: EventKind, item: unknown): string | null {
  if (kind === 'encrypted_chat') {
    const id = chatIdOf(field(item, 'encoded_event')) ?? field(item, 'id')
    return typeof id === 'string' && /^[A-Za-z0-9-]{1,64}$/.test(id) ? id : null
  }
  const id =
    field(item, 'id_str') ?? field(item, 'id') ?? field(item, 'status', 'id_str') ?? field(item, 'status', 'id')
  return isXId(id) ? id : null
}

/**
 * The signed id of an encrypted event. One that is damaged has none, and deliveries and lists name it by different ids:
 * what it consists of identifies it. Null if there is no event.
 */
function chatIdOf(encoded: unknown): string | null {
  if (typeof encoded !== 'string' || encoded === '') return null
  return readChatEvent(encoded)?.messageId ?? createHash('sha256').update(encoded).digest('hex')
}

/**
 * The other person of the conversation: for the account's own messages the recipient, so that both sides stay in one
 * order.
 */
function customerOf(kind: EventKind, item: unknown, account: string): string | null {
  const [author, addressee] = peopleOf(kind, item)
  const customer = author === account ? addressee : author
  return isXId(customer) ? customer : null
}

/** The author and the addressee of an item. */
function peopleOf(kind: EventKind, item: unknown): readonly [unknown, unknown] {
  if (kind === 'direct_message') return partiesOf(item)
  if (kind === 'post') {
    const author = field(item, 'user', 'id_str') ?? field(item, 'author_id')
    return [author, field(item, 'in_reply_to_user_id_str') ?? field(item, 'in_reply_to_user_id')]
  }
  return conversationParties(item, 'conversation_id')
}

/** Sender and recipient of a direct message, v1.1 or v2. */
function partiesOf(item: unknown): readonly [unknown, unknown] {
  const message = field(item, 'message_create')
  if (isFields(message)) return [message.sender_id, field(message, 'target', 'recipient_id')]
  return conversationParties(item, 'dm_conversation_id')
}

function conversationParties(item: unknown, conversation: string): readonly [unknown, unknown] {
  const sender = field(item, 'sender_id')
  return [sender, typeof sender === 'string' ? otherParticipant(field(item, conversation), sender) : undefined]
}

/**
 * The other person of a conversation of two, whose id is `A-B` or, if encrypted, `A:B`; null for any other
 * conversation.
 */
export function otherParticipant(conversationId: unknown, person: string): string | null {
  const both = typeof conversationId === 'string' ? /^(\d+)[-:](\d+)$/.exec(conversationId) : null
  if (!both?.includes(person, 1)) return null
  return (both[1] === person ? both[2] : both[1]) ?? null
}

/** True for an encrypted conversation of a group: its id begins with `g`. */
export function isGroupConversation(conversationId: string | undefined): boolean {
  return conversationId?.startsWith('g') === true
}

function partiesOnly(item: unknown, users: unknown): Fields {
  const parties = partiesOf(item)
  return isFields(users) ? Object.fromEntries(Object.entries(users).filter(([id]) => parties.includes(id))) : {}
}

function unreadable(event: string, channelUserId: string | null, item: unknown, reason: string): Draft {
  return { kind: 'unreadable', event, channelUserId, externalId: null, customerId: null, item, includes: {}, reason }
}

/** The names of what is counted are logged. X's have some twenty characters, and a delivery has some events. */
const MAX_NAME_CHARACTERS = 64
const MAX_COUNTED = 1_000

function count(event: string, counted: string[], times = 1): Draft[] {
  for (let n = 0; n < times && counted.length < MAX_COUNTED; n++) counted.push(event.slice(0, MAX_NAME_CHARACTERS))
  return []
}

function field(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isFields(inner) ? inner[key] : undefined), value)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
