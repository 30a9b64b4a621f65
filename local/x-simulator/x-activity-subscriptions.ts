import { type Answer, type Call, forbidden, invalidRequest, jsonBody, problem, type Route } from './http.ts'
import type { ActivitySubscription } from './state.ts'
import { webhookOf } from './webhooks.ts'
import type { World } from './world.ts'

/** Event types that only the account itself may subscribe to. */
const privateEvents = /^(dm|chat)\./
const eventTypes =
  /^(dm\.(received|sent)|chat\.(received|sent)|post\.(create|delete|mention\.create|reply\.create|quote\.create|repost\.create)|oauth\.revoke|follow\.(follow|unfollow)|like\.create|profile\.update\.\w+)$/

const path = '/2/activity/subscriptions'

/** Subscriptions of the X Activity API. https://docs.x.com/x-api/activity/introduction */
export const xActivitySubscriptionRoutes: readonly Route[] = [
  { method: 'POST', path, access: 'any', handle: create },
  { method: 'GET', path, access: 'any', handle: list },
  { method: 'DELETE', path, access: 'app', handle: removeSeveral },
  { method: 'PUT', path: `${path}/:id`, access: 'app', handle: change },
  { method: 'DELETE', path: `${path}/:id`, access: 'app', handle: remove },
]

function create(world: World, call: Call): Answer {
  const body = jsonBody(call)
  const eventType = String(body.event_type)
  if (!eventTypes.test(eventType)) throw invalidRequest(`InvalidEventType: ${eventType} is not supported`)
  const filter = (typeof body.filter === 'object' ? body.filter : null) as Record<string, unknown> | null
  const userId = text(filter?.user_id)
  if (userId === null && eventType !== 'oauth.revoke') throw invalidRequest('$.filter.user_id: is missing')
  if (userId !== null && !world.state.users.some(({ id }) => id === userId)) {
    throw invalidRequest('UserNotFound: filter.user_id is not a user')
  }
  if (privateEvents.test(eventType) && call.userId !== userId) {
    throw forbidden(`You are not authorized to subscribe to ${eventType} for this user.`)
  }
  const webhookId = body.webhook_id === undefined ? null : webhookOf(world, body.webhook_id).id
  const direction = text(filter?.direction)
  const { activitySubscriptions, settings } = world.state
  const isSame = (one: ActivitySubscription) =>
    one.eventType === eventType && one.userId === userId && one.direction === direction
  if (activitySubscriptions.some(isSame)) {
    throw invalidRequest('DuplicateSubscriptionFailed: Subscription already exists')
  }
  if (activitySubscriptions.length >= settings.activitySubscriptionLimit) {
    throw invalidRequest('SubscriptionLimitExceeded: The subscription limit has been reached')
  }
  const now = world.now().toISOString()
  const subscription: ActivitySubscription = {
    id: world.newId(),
    eventType,
    userId,
    direction,
    tag: text(body.tag),
    webhookId,
    createdAt: now,
    updatedAt: now,
  }
  activitySubscriptions.push(subscription)
  world.changed()
  return { status: 201, body: { data: shown(subscription) } }
}

/** Pages of 1 to 1,000, 100 when not said. The token is the place at which the next page begins. */
function list({ state }: World, call: Call): Answer {
  const size = Number(call.query.get('max_results') ?? 100)
  if (!Number.isInteger(size) || size < 1 || size > 1_000) throw invalidRequest('max_results: must be from 1 to 1000')
  const from = Number(call.query.get('pagination_token') ?? 0)
  if (!Number.isInteger(from) || from < 0) throw invalidRequest('pagination_token: is not one of ours')
  const { activitySubscriptions } = state
  const data = activitySubscriptions.slice(from, from + size).map(shown)
  const next = from + size < activitySubscriptions.length ? { next_token: String(from + size) } : {}
  return { status: 200, body: { data, meta: { total_subscriptions: activitySubscriptions.length, ...next } } }
}

function change(world: World, call: Call): Answer {
  const subscription = subscriptionOf(world, call)
  const body = jsonBody(call)
  if (body.tag !== undefined) subscription.tag = text(body.tag)
  if (body.webhook_id !== undefined) subscription.webhookId = webhookOf(world, body.webhook_id).id
  subscription.updatedAt = world.now().toISOString()
  world.changed()
  const total_subscriptions = world.state.activitySubscriptions.length
  return { status: 200, body: { data: shown(subscription), meta: { total_subscriptions } } }
}

function remove(world: World, call: Call): Answer {
  const { state } = world
  const { id } = subscriptionOf(world, call)
  state.activitySubscriptions = state.activitySubscriptions.filter((one) => one.id !== id)
  world.changed()
  const total_subscriptions = state.activitySubscriptions.length
  return { status: 200, body: { data: { deleted: true }, meta: { total_subscriptions } } }
}

/** Deletes those of up to 100 ids that exist. */
function removeSeveral(world: World, call: Call): Answer {
  const { state } = world
  const ids = (call.query.get('ids') ?? '').split(',').filter(Boolean)
  if (ids.length < 1 || ids.length > 100) throw invalidRequest('ids: must be 1 to 100 ids')
  const known = new Set(state.activitySubscriptions.map(({ id }) => id))
  state.activitySubscriptions = state.activitySubscriptions.filter(({ id }) => !ids.includes(id))
  world.changed()
  const data = ids.filter((id) => known.has(id)).map((id) => ({ subscription_id: id, deleted: true }))
  const errors = ids.filter((id) => !known.has(id)).map((id) => ({ subscription_id: id, reason: 'not_found' }))
  const meta = { total_subscriptions: state.activitySubscriptions.length }
  return { status: 200, body: { data, ...(errors.length > 0 ? { errors } : {}), meta } }
}

function subscriptionOf({ state }: World, call: Call): ActivitySubscription {
  const subscription = state.activitySubscriptions.find(({ id }) => id === call.params.id)
  if (!subscription) throw problem(404, 'Not Found', 'SubscriptionNotFound: The subscription does not exist')
  if (call.userId !== null && privateEvents.test(subscription.eventType) && call.userId !== subscription.userId) {
    throw forbidden('You are not authorized to change this subscription.')
  }
  return subscription
}

const text = (value: unknown) => (typeof value === 'string' ? value : null)

function shown({ id, eventType, userId, direction, tag, webhookId, createdAt, updatedAt }: ActivitySubscription) {
  return {
    subscription_id: id,
    event_type: eventType,
    filter: { ...(userId === null ? {} : { user_id: userId }), ...(direction === null ? {} : { direction }) },
    created_at: createdAt,
    updated_at: updatedAt,
    ...(tag === null ? {} : { tag }),
    ...(webhookId === null ? {} : { webhook_id: webhookId }),
  }
}
