import { isEncrypted } from './chat/conversations.ts'
import { type Answer, type Call, forbidden, invalidRequest, jsonBody, problem, type Route } from './http.ts'
import { pageOf } from './pagination.ts'
import { findUser, shortLink } from './posts.ts'
import type { DirectMessage, User } from './state.ts'
import { codePoints, compose } from './text.ts'
import { mediaKey, namedIn, pick, v2Entities, v2Media, v2Posts, v2Users } from './v2-shapes.ts'
import { isVisible } from './visibility.ts'
import { answerNames, askedIn, includedPosts, type Names, postIn } from './vocabulary.ts'
import { messageCreated } from './webhook-events.ts'
import { apps, type World } from './world.ts'

/** Sending direct messages and reading earlier ones. */
export const directMessageRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/2/dm_conversations/with/:participantId/messages',
    access: 'user',
    limit: 'directMessages',
    handle: send,
  },
  {
    method: 'GET',
    path: '/2/dm_conversations/with/:participantId/dm_events',
    access: 'user',
    limit: 'messageLookups',
    handle: listWith,
  },
  { method: 'GET', path: '/2/dm_events', access: 'user', limit: 'messageLookups', handle: list },
  { method: 'GET', path: '/2/dm_events/:id', access: 'user', limit: 'messageLookups', handle: lookUp },
  { method: 'DELETE', path: '/2/dm_events/:id', access: 'user', limit: 'messageDeletions', handle: remove },
  // Serves files of direct messages to OAuth 2.0 tokens of accounts only.
  {
    method: 'GET',
    path: '/2/dm_conversations/media/:messageId/:mediaId/:resourceId',
    access: 'oauth2',
    handle: () => ({ status: 404 }),
  },
]

export type MessageDraft = {
  readonly from: string
  readonly to: string
  readonly text: string
  readonly mediaId?: string | undefined
  readonly appId: string
}

/** Sends a direct message, from an app or from a person, and delivers it to the webhooks of both accounts. */
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
  if (!receiver || !acceptsMessagesOf(receiver, from))
    throw forbidden('You do not have permission to DM one or more participants.')
  if (world.state.settings.onlyEncrypted && isEncrypted(world.state, from, to)) {
    throw forbidden('onlyEncryptedMessagesAllowed: this conversation takes encrypted messages only.')
  }
  const message = sendMessage(world, { from, to, text, mediaId, appId: apps.own.id })
  const data = { dm_conversation_id: conversationOf(message), dm_event_id: message.id }
  return { status: 201, body: { data } }
}

/** False if a user refuses the direct messages of this sender. */
export const acceptsMessagesOf = ({ acceptsMessages, blocked }: User, sender: string) =>
  acceptsMessages && !blocked.includes(sender)

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
  const { query } = call
  checkQuery(query)
  const types = query.get('event_types')?.split(',')
  const asked = types && !types.includes('MessageCreate') ? [] : world.state.directMessages
  const oldest = world.now().getTime() - lookupAgeMs
  const own = asked.filter((one) => isListed(world, one, call) && Date.parse(one.createdAt) >= oldest && belongs(one))
  const { items, meta } = pageOf(world, own, call, { min: 1, max: 100, default: 100 })
  const { data, includes } = v2Messages(world, items, call)
  return { status: 200, body: { ...(data.length > 0 ? { data } : {}), ...includes, meta } }
}

/** Once a conversation is encrypted, X's calls of direct messages say nothing about it. */
const isListed = ({ state }: World, message: DirectMessage, call: Call) =>
  isOwn(message, call) && !isEncrypted(state, message.from, message.to)

const isOwn = ({ from, to, deleted }: DirectMessage, { userId }: Call) => (from === userId && !deleted) || to === userId

/** As on X, a message that the account does not have, or that is encrypted, is an empty object. */
function lookUp(world: World, call: Call): Answer {
  const message = world.state.directMessages.find((one) => one.id === call.params.id && isListed(world, one, call))
  if (!message) return { status: 200, body: {} }
  const { data, includes } = v2Messages(world, [message], call)
  return { status: 200, body: { data: data[0], ...includes } }
}

function remove(world: World, call: Call): Answer {
  const message = world.state.directMessages.find((one) => one.id === call.params.id && isOwn(one, call))
  if (!message) throw problem(404, 'Not Found', 'Could not find the direct message to delete.')
  if (message.from !== call.userId) throw forbidden('You are not permitted to delete this direct message.')
  message.deleted = true
  world.changed()
  return { status: 200, body: { data: { deleted: true } } }
}

/** These come in the old vocabulary as fields too, in the new one by their expansions only. */
const oldFields = ['participant_ids', 'sender_id', 'referenced_tweets']

/** Messages in an answer, with the fields and expansions that the query names. */
function v2Messages(world: World, messages: readonly DirectMessage[], call: Call) {
  const { dialect, expansions } = askedIn(world.state, call.query)
  const names = answerNames(world.state, dialect)
  const named = [...namedIn(call.query, 'dm_event.fields', 'id', 'event_type', 'text')].flatMap((name) =>
    dialect === 'new' && oldFields.includes(name) ? [] : name.replace('referenced_tweets', 'referenced_posts'),
  )
  const fields = new Set([...named, ...expansions])
  if (expansions.has('attachments.media_keys')) fields.add('attachments')
  const data = messages.map((one) => postIn(names, pick(v2Message(world, one), fields)))
  const includes = includesOf(world, messages, call, expansions, names)
  return { data, includes: Object.keys(includes).length > 0 ? { includes } : {} }
}

/** X returns messages of the last 30 days. https://docs.x.com/x-api/direct-messages/lookup/introduction */
const lookupAgeMs = 30 * 24 * 3_600_000

const parameters =
  'max_results,pagination_token,event_types,dm_event.fields,expansions,media.fields,user.fields,tweet.fields,post.fields'.split(
    ',',
  )
const eventTypes = ['MessageCreate', 'ParticipantsJoin', 'ParticipantsLeave']

/** X refuses unknown parameters. This endpoint has no `since_id` and no `start_time`. */
function checkQuery(query: URLSearchParams): void {
  const unknown = [...query.keys()].find((name) => !parameters.includes(name))
  if (unknown !== undefined) {
    throw invalidRequest(`The query parameter [${unknown}] is not one of [${parameters.join(',')}]`)
  }
  const type = query
    .get('event_types')
    ?.split(',')
    .find((one) => !eventTypes.includes(one))
  if (type !== undefined) {
    throw invalidRequest(`The \`event_types\` query parameter value [${type}] is not one of [${eventTypes.join(',')}]`)
  }
}

/** The `includes` of messages: the users, media and posts that the query's expansions name. */
function includesOf(
  world: World,
  messages: readonly DirectMessage[],
  call: Call,
  expansions: ReadonlySet<string>,
  names: Names,
) {
  const { query } = call
  const wants = (name: string) => expansions.has(name)
  const userIds = messages.flatMap(({ from, to }) =>
    wants('participant_ids') ? [from, to] : wants('sender_id') ? [from] : [],
  )
  const users = [...new Set(userIds)].map((id) => v2Users(world, id, query))
  const media = wants('attachments.media_keys')
    ? messages.flatMap((one) => mediaOf(world, one).map((file) => v2Media(file, one.id)))
    : []
  const postIds = wants('referenced_posts') ? messages.flatMap(postsIn).map(({ id }) => id) : []
  const posts = world.state.posts.filter((one) => postIds.includes(one.id) && isVisible(world, one, call.userId))
  return {
    ...(users.length > 0 ? { users } : {}),
    ...(media.length > 0
      ? { media: media.map((one) => pick(one, namedIn(query, 'media.fields', 'media_key', 'type'))) }
      : {}),
    ...(posts.length > 0 ? { [includedPosts(names)]: v2Posts(world, posts, call).data } : {}),
  }
}

const mediaOf = ({ state }: World, { mediaId }: DirectMessage) => state.media.filter(({ id }) => id === mediaId)

/** The posts that a message links to. */
function postsIn({ text }: DirectMessage): { id: string }[] {
  const ids = text.entities.flatMap((one) => {
    const link = one.type === 'url' ? one.expandedUrl : ''
    return /^https?:\/\/(?:www\.|mobile\.)?(?:twitter|x)\.com\/\w+\/status\/(\d+)/.exec(link)?.[1] ?? []
  })
  return [...new Set(ids)].map((id) => ({ id }))
}

function v2Message(world: World, message: DirectMessage) {
  const media = mediaOf(world, message)
  const posts = postsIn(message)
  const shown = v2Entities(message.text.entities, media, () => `https://twitter.com/messages/media/${message.id}`)
  const entities = { ...shown, ...(shown.urls ? { urls: shown.urls.map(withoutMediaKey) } : {}) }
  return {
    id: message.id,
    event_type: 'MessageCreate',
    text: message.text.full,
    sender_id: message.from,
    created_at: message.createdAt,
    dm_conversation_id: conversationOf(message),
    participant_ids: [message.from, message.to],
    ...(media.length > 0 ? { attachments: { media_keys: media.map(mediaKey) } } : {}),
    ...(posts.length > 0 ? { referenced_posts: posts } : {}),
    ...(Object.keys(entities).length > 0 ? { entities } : {}),
  }
}

/** Unlike a post's, a message's link to its own file does not name the file. */
function withoutMediaKey({ media_key: _, ...link }: { media_key?: string }): object {
  return link
}

/** The conversation id: the ids of both accounts, the smaller first. */
function conversationOf({ from, to }: DirectMessage): string {
  return [from, to].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)).join('-')
}
