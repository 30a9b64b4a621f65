import { messageCreated } from './events.ts'
import { type Answer, type Call, forbidden, invalidRequest, jsonBody, type Route } from './http.ts'
import { findUser, shortLink } from './posts.ts'
import type { DirectMessage } from './state.ts'
import { codePoints, compose } from './text.ts'
import { pageOf } from './timeline.ts'
import { mediaKey, pick, v2Users } from './v2-shapes.ts'
import { apps, type World } from './world.ts'

/** Direct messages: sending, and looking back. */
export const directMessageRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/2/dm_conversations/with/:participantId/messages',
    access: 'user',
    limit: 'directMessages',
    handle: send,
  },
  { method: 'GET', path: '/2/dm_conversations/with/:participantId/dm_events', access: 'user', handle: listWith },
  { method: 'GET', path: '/2/dm_events', access: 'user', handle: list },
]

export type MessageDraft = {
  readonly from: string
  readonly to: string
  readonly text: string
  readonly mediaId?: string | undefined
  readonly appId: string
}

/** Sends a direct message, whoever wrote it, and tells both ends. */
export function sendMessage(world: World, draft: MessageDraft): DirectMessage {
  const link = shortLink()
  const message: DirectMessage = {
    id: world.newId(),
    from: draft.from,
    to: draft.to,
    written: draft.text,
    text: compose({
      written: draft.text,
      before: [],
      find: findUser(world),
      shorten: shortLink,
      ending: draft.mediaId === undefined ? undefined : { space: ' ', link },
    }),
    mediaId: draft.mediaId ?? null,
    createdAt: world.now().toISOString(),
    appId: draft.appId,
  }
  world.state.directMessages.push(message)
  world.changed()
  world.emit(messageCreated(world, message))
  return message
}

function send(world: World, call: Call): Answer {
  const from = call.userId ?? ''
  const { participantId: to = '' } = call.params
  const body = jsonBody(call)
  const text = body.text ?? ''
  if (typeof text !== 'string') throw invalidRequest('$.text: string expected')
  const mediaId = attachmentOf(world, from, body.attachments)
  if (text === '' && mediaId === undefined) throw invalidRequest('Either a text or attachments are required.')
  if (codePoints(text) > 10_000) throw invalidRequest('$.text: must be at most 10000 characters long')
  const receiver = world.state.users.find(({ id }) => id === to)
  if (!receiver?.acceptsMessages) throw forbidden('You do not have permission to DM one or more participants.')
  const message = sendMessage(world, { from, to, text, mediaId, appId: apps.own.id })
  const data = { dm_conversation_id: conversationOf(message), dm_event_id: message.id }
  return { status: 201, body: { data } }
}

function attachmentOf({ state, now }: World, userId: string, attachments: unknown): string | undefined {
  if (attachments === undefined) return undefined
  const [first, ...more] = Array.isArray(attachments) ? attachments : []
  const id: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'media_id') : undefined
  const media = state.media.find((one) => one.id === id)
  const isFresh = media && now().getTime() - Date.parse(media.createdAt) < 24 * 3_600_000
  if (more.length > 0 || !isFresh || media.userId !== userId || !media.finished || !media.category.startsWith('dm_')) {
    throw invalidRequest('Your media IDs are invalid.')
  }
  return media.id
}

function listWith(world: World, call: Call): Answer {
  const { participantId } = call.params
  return page(world, call, ({ from, to }) => from === participantId || to === participantId)
}

function list(world: World, call: Call): Answer {
  return page(world, call, () => true)
}

function page(world: World, call: Call, belongs: (message: DirectMessage) => boolean): Answer {
  const { query, userId } = call
  const types = query.get('event_types')?.split(',')
  const asked = types && !types.includes('MessageCreate') ? [] : world.state.directMessages
  const own = asked.filter((one) => (one.from === userId || one.to === userId) && belongs(one))
  const { items, meta } = pageOf(own, query, { from: 1, to: 100, unless: 100 })
  const fields = ['id', 'event_type', 'text']
  const data = items.map((one) => pick(v2Message(world, one), fields, query.get('dm_event.fields')))
  const senders = query.get('expansions')?.split(',').includes('sender_id')
    ? new Set(items.map(({ from }) => from))
    : []
  const users = [...senders].map((id) => v2Users(world, id, query))
  return {
    status: 200,
    body: { ...(data.length > 0 ? { data } : {}), ...(users.length > 0 ? { includes: { users } } : {}), meta },
  }
}

function v2Message({ state }: World, message: DirectMessage) {
  const media = state.media.find(({ id }) => id === message.mediaId)
  return {
    id: message.id,
    event_type: 'MessageCreate',
    text: message.text.full,
    sender_id: message.from,
    created_at: message.createdAt,
    dm_conversation_id: conversationOf(message),
    participant_ids: [message.from, message.to],
    ...(media ? { attachments: { media_keys: [mediaKey(media)] } } : {}),
  }
}

/** The ids of both ends, the smaller first. */
function conversationOf({ from, to }: DirectMessage): string {
  return [from, to].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)).join('-')
}
