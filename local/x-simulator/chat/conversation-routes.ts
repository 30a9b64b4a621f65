import { type Answer, type Call, jsonBody, problem, type Route } from '../http.ts'
import { pageOf } from '../pagination.ts'
import { namedIn, pick } from '../v2-shapes.ts'
import type { World } from '../world.ts'
import { conversationIn, forAccounts, textIn } from './chat-access.ts'
import { conversationToken } from './chat-events.ts'
import { addKeys, sendMessage } from './chat-sending.ts'
import type { ChatEvent } from './chat-state.ts'
import { keyChangesOf, membersOf } from './conversations.ts'

const path = '/2/chat/conversations'

/** Encrypted conversations. https://docs.x.com/xchat/introduction */
export const chatRoutes: readonly Route[] = [
  { method: 'GET', path, access: 'user', limit: 'chatLookups', handle: forAccounts(list) },
  { method: 'GET', path: `${path}/:id`, access: 'user', limit: 'chatLookups', handle: forAccounts(lookUp) },
  { method: 'GET', path: `${path}/:id/events`, access: 'user', limit: 'chatLookups', handle: forAccounts(events) },
  { method: 'POST', path: `${path}/:id/keys`, access: 'user', limit: 'chatMessages', handle: forAccounts(addKeys) },
  {
    method: 'POST',
    path: `${path}/:id/messages`,
    access: 'user',
    limit: 'chatMessages',
    handle: forAccounts(sendMessage),
  },
  { method: 'POST', path: `${path}/:id/read`, access: 'user', handle: forAccounts(markRead) },
]

function list(world: World, call: Call): Answer {
  const own = world.state.chat.events.filter(({ receivers }) => receivers.includes(call.userId ?? ''))
  const latest = [...Map.groupBy(own, ({ conversationId }) => conversationId).values()].flatMap(
    (all) => all.at(-1) ?? [],
  )
  const { items, meta } = pageOf(world, latest, call, { min: 1, max: 100, default: 100 })
  const data = items.map(({ conversationId }) => shown(world, call, conversationId))
  const has_more = 'next_token' in meta
  return { status: 200, body: { data, meta: { ...meta, has_more, has_message_requests: false } } }
}

function lookUp(world: World, call: Call): Answer {
  const conversationId = conversationIn(world, call)
  const isKnown = world.state.chat.events.some((one) => one.conversationId === conversationId)
  if (!isKnown) throw problem(404, 'Not Found', 'Could not find the conversation.')
  return { status: 200, body: { data: shown(world, call, conversationId) } }
}

function shown({ state }: World, call: Call, conversationId: string): object {
  const events = state.chat.events.filter((one) => one.conversationId === conversationId)
  const expanded = call.query.get('expansions')?.split(',') ?? []
  return pick(
    {
      id: conversationId,
      type: conversationId.startsWith('g') ? 'group' : 'direct',
      created_at: events[0]?.createdAt,
      updated_at: events.at(-1)?.createdAt,
      is_muted: false,
      participant_ids: membersOf(state, conversationId),
    },
    new Set([...namedIn(call.query, 'chat_conversation.fields', 'id', 'type'), ...expanded]),
  )
}

/** The events of a conversation, newest first, with the key changes beside them or among them. */
function events(world: World, call: Call): Answer {
  const { state } = world
  const conversationId = conversationIn(world, call)
  const isInline = state.settings.chatKeyEvents === 'inline'
  const own = state.chat.events.filter(
    (one) =>
      one.conversationId === conversationId &&
      one.receivers.includes(call.userId ?? '') &&
      (isInline || one.kind !== 'key_change'),
  )
  const { items, meta } = pageOf(world, own, call, { min: 1, max: 100, default: 100 })
  const fields = namedIn(call.query, 'chat_message_event.fields', 'id')
  const keyEvents = isInline ? [] : keyChangesOf(state, conversationId).map(({ encoded }) => encoded)
  return {
    status: 200,
    body: {
      data: items.map((one) => pick(listed(own, one), fields)),
      meta: {
        ...meta,
        has_more: 'next_token' in meta,
        ...(keyEvents.length > 0 ? { conversation_key_events: keyEvents } : {}),
      },
    },
  }
}

function listed(all: readonly ChatEvent[], event: ChatEvent): object {
  const previous = all[all.indexOf(event) - 1]
  return {
    id: event.id,
    conversation_id: event.conversationId,
    sender_id: event.senderId,
    created_at: event.createdAt,
    encoded_event: event.encoded,
    conversation_token: conversationToken(event.conversationId),
    is_trusted: true,
    ...(previous ? { previous_id: previous.id } : {}),
  }
}

function markRead(world: World, call: Call): Answer {
  conversationIn(world, call)
  textIn(jsonBody(call), 'seen_until_sequence_id')
  return { status: 200, body: { data: { success: true } } }
}
