import {
  type Answer,
  type Call,
  forbidden,
  invalidRequest,
  jsonBody,
  problem,
  type Route,
  type XError,
} from './http.ts'
import { invalidToken, pageSize, placeOf, tokenAt } from './pagination.ts'
import type { ActivitySubscription } from './state.ts'
import { filterOf } from './webhook-events.ts'
import { webhookOf } from './webhooks.ts'
import type { World } from './world.ts'

/** Events that only the account itself may subscribe to. */
const privateEvents = [
  ...['dm.received', 'dm.sent', 'dm.read', 'dm.indicate_typing', 'chat.received', 'chat.sent'],
  ...['chat.conversation.join', 'chat.conversation.member_added', 'chat.conversation.member_removed'],
  ...['chat.conversation.admin_added', 'chat.conversation.admin_removed'],
  ...['chat.update.group_name', 'chat.update.restrictions'],
  ...['post.mention.create', 'post.reply.create', 'post.quote.create', 'post.repost.create'],
  ...['like.create', 'mute.mute', 'mute.unmute', 'block.block', 'block.unblock'],
]

/** Events that the app may subscribe to as well. */
const publicEvents = [
  ...['post.create', 'post.delete', 'follow.follow', 'follow.unfollow', 'news.new', 'spaces.start', 'spaces.end'],
  ...['broadcast.start', 'broadcast.end', 'broadcast.chat'],
  ...['bio', 'profile_picture', 'banner_picture', 'screenname', 'geo', 'url', 'handle']
    .concat('verified_badge', 'affiliate_badge')
    .map((field) => `profile.update.${field}`),
]

/** Events that have a direction. */
const directed = /^(like|follow|dm)\./

const path = '/2/activity/subscriptions'

/** Subscriptions of the X Activity API. https://docs.x.com/x-api/activity/introduction */
export const xActivitySubscriptionRoutes: readonly Route[] = [
  { method: 'POST', path, access: 'any', limit: 'subscriptions', handle: create },
  { method: 'GET', path, access: 'any', limit: 'subscriptions', handle: list },
  { method: 'DELETE', path, access: 'app', limit: 'subscriptions', handle: removeSeveral },
  { method: 'PUT', path: `${path}/:id`, access: 'app', limit: 'subscriptions', handle: change },
  { method: 'DELETE', path: `${path}/:id`, access: 'app', limit: 'subscriptions', handle: remove },
]

function create(world: World, call: Call): Answer {
  const { state } = world
  const body = bodyOf(call, ['event_type', 'filter', 'tag', 'webhook_id'])
  const eventType = text(body, 'event_type')?.replace('conversation_join', 'conversation.join') ?? ''
  const { userId, direction, keyword } = filterIn(world, eventType, body.filter)
  checkAccess(call, eventType, userId)
  const subscription: ActivitySubscription = {
    id: world.newId(),
    eventType,
    userId,
    direction,
    ...(keyword === null ? {} : { keyword }),
    ...(call.userId === null ? {} : { madeBy: call.userId }),
    tag: tagOf(body),
    webhookId: body.webhook_id === undefined ? null : webhookOf(world, body.webhook_id).id,
    createdAt: world.now().toISOString(),
    updatedAt: world.now().toISOString(),
  }
  const { activitySubscriptions, settings } = state
  if (activitySubscriptions.some((one) => isSame(one, subscription))) throw duplicate(settings.duplicateStatus)
  if (activitySubscriptions.length >= settings.activitySubscriptionLimit) {
    throw invalidRequest('SubscriptionLimitExceeded: The subscription limit has been reached')
  }
  activitySubscriptions.push(subscription)
  world.changed()
  const [data, meta] = [shown(subscription), total(world)]
  switch (settings.createAnswer) {
    case 'subscription':
      return { status: 200, body: { data: { subscription: data } } }
    case 'flat':
      return { status: 200, body: { data } }
    case 'list':
      return { status: 200, body: { data: [data], meta } }
    case 'empty':
      return { status: 204 }
  }
}

/** The filter of a new subscription: a user, or for news a keyword; for `oauth.revoke` it may be empty. */
function filterIn(world: World, eventType: string, given: unknown) {
  const isRevocation = eventType === 'oauth.revoke' && world.state.settings.revocationEvents
  if (!isRevocation && ![...privateEvents, ...publicEvents].includes(eventType)) {
    throw invalidRequest(`$.event_type: ${eventType} is not one of X's event types`)
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalidRequest('$.filter: object expected')
  }
  const filter = only({ ...given }, '$.filter', ['user_id', 'keyword', 'direction'])
  const [userId, keyword, direction] = ['user_id', 'keyword', 'direction'].map((name) => text(filter, name))
  const needed = eventType === 'news.new' ? keyword : userId
  if (needed === null && !isRevocation) {
    throw invalidRequest(`$.filter.${eventType === 'news.new' ? 'keyword' : 'user_id'}: is missing`)
  }
  if (userId !== null && !world.state.users.some(({ id }) => id === userId)) {
    throw invalidRequest('UserNotFound: filter.user_id is not a user')
  }
  if (direction !== null && (!directed.test(eventType) || !/^(in|out)bound$/.test(direction ?? ''))) {
    throw invalidRequest(`$.filter.direction: ${direction} is not supported for ${eventType}`)
  }
  return { userId: userId ?? null, keyword: keyword ?? null, direction: direction ?? null }
}

/** @throws XError when the event needs the account's own access token */
function checkAccess(call: Call, eventType: string, userId: string | null): void {
  if (!privateEvents.includes(eventType)) return
  if (call.userId === null) throw invalidRequest(`OauthAccessTokenRequired: ${eventType} needs the user's access token`)
  if (call.userId !== userId) throw forbidden(`You are not authorized to subscribe to ${eventType} for this user.`)
}

/** Pages of 1 to 1,000, oldest first. */
function list(world: World, call: Call): Answer {
  const size = pageSize(call, { min: 1, max: 1_000, default: 100 })
  const { activitySubscriptions } = world.state
  const after = placeOf(world, call)
  const place = activitySubscriptions.findIndex(({ id }) => id === after)
  // The token of a subscription that is gone meanwhile has expired with it.
  if (after !== undefined && place === -1) throw invalidToken()
  const rest = activitySubscriptions.slice(place + 1)
  const items = rest.slice(0, size)
  const last = items.at(-1)
  const next = last && rest.length > size ? { next_token: tokenAt(world, call, last.id) } : {}
  return { status: 200, body: { data: items.map(shown), meta: { ...total(world), ...next } } }
}

function change(world: World, call: Call): Answer {
  const subscription = subscriptionOf(world, call)
  const body = bodyOf(call, ['tag', 'webhook_id'])
  if (body.tag !== undefined) subscription.tag = tagOf(body)
  if (body.webhook_id !== undefined) subscription.webhookId = webhookOf(world, body.webhook_id).id
  subscription.updatedAt = world.now().toISOString()
  world.changed()
  const data = shown(subscription)
  return {
    status: 200,
    body: isNew(world) ? { data: { subscription: data, ...total(world) } } : { data, meta: total(world) },
  }
}

function remove(world: World, call: Call): Answer {
  removeFrom(world, [subscriptionOf(world, call).id])
  return { status: 200, body: { data: { deleted: true }, ...(isNew(world) ? {} : { meta: total(world) }) } }
}

/** Deletes those of the ids that exist, and says of each other one that it does not. */
function removeSeveral(world: World, call: Call): Answer {
  const ids = [...new Set(call.query.get('ids')?.split(',') ?? [])]
  if (ids.length < 1 || ids.length > 100 || ids.some((id) => !/^\d{1,19}$/.test(id))) {
    throw invalidRequest('The `ids` query parameter must have 1 to 100 ids')
  }
  const known = ids.filter((id) => world.state.activitySubscriptions.some((one) => one.id === id))
  removeFrom(world, known)
  const errors = ids
    .filter((id) => !known.includes(id))
    .map((id) => ({ subscription_id: id, reason: 'not_found', message: 'The subscription does not exist' }))
  const data = known.map((id) => ({ subscription_id: id, deleted: true }))
  return { status: 200, body: { data, ...(errors.length > 0 ? { errors } : {}), meta: total(world) } }
}

function removeFrom(world: World, ids: readonly string[]): void {
  world.state.activitySubscriptions = world.state.activitySubscriptions.filter(({ id }) => !ids.includes(id))
  world.changed()
}

function subscriptionOf({ state }: World, call: Call): ActivitySubscription {
  const subscription = state.activitySubscriptions.find(({ id }) => id === call.params.id)
  if (!subscription) throw problem(404, 'Not Found', 'SubscriptionNotFound: The subscription does not exist')
  return subscription
}

/** X allows one subscription for an event and a filter, whatever its webhook. */
const isSame = (a: ActivitySubscription, b: ActivitySubscription) =>
  a.eventType === b.eventType && a.userId === b.userId && a.direction === b.direction && a.keyword === b.keyword

function duplicate(status: 400 | 409): XError {
  const message = 'DuplicateSubscriptionFailed: Subscription already exists'
  return status === 400 ? invalidRequest(message) : problem(status, 'Conflict', message)
}

function bodyOf(call: Call, names: readonly string[]): Record<string, unknown> {
  return only(jsonBody(call), '$', names)
}

/** @throws XError when an object has another field than these */
function only(object: Record<string, unknown>, place: string, names: readonly string[]): Record<string, unknown> {
  const other = Object.keys(object).find((name) => !names.includes(name))
  if (other !== undefined) throw invalidRequest(`${place}.${other}: is not one of ${names.join(', ')}`)
  return object
}

/** A text of a body. Null if it is missing. */
function text(holder: Record<string, unknown>, name: string): string | null {
  const value = holder[name]
  if (value === undefined) return null
  if (typeof value !== 'string') throw invalidRequest(`$.${name}: string expected`)
  return value
}

function tagOf(body: Record<string, unknown>): string | null {
  const tag = text(body, 'tag')
  if (tag !== null && (tag.length < 1 || tag.length > 200)) throw invalidRequest('$.tag: 1 to 200 characters expected')
  return tag
}

/** Whether X answers in the shapes of its OpenAPI document. */
const isNew = ({ state }: World) => state.settings.createAnswer === 'subscription'

const total = ({ state }: World) => ({ total_subscriptions: state.activitySubscriptions.length })

function shown(subscription: ActivitySubscription) {
  const { id, eventType, tag, webhookId, createdAt, updatedAt } = subscription
  return {
    subscription_id: id,
    event_type: eventType,
    filter: filterOf(subscription),
    created_at: createdAt,
    updated_at: updatedAt,
    ...(tag === null ? {} : { tag }),
    ...(webhookId === null ? {} : { webhook_id: webhookId }),
  }
}
