import { type Answer, type Call, invalidRequest, type Route } from './http.ts'
import { webhookOf } from './webhooks.ts'
import { apps, type World } from './world.ts'

const path = '/2/account_activity/webhooks/:webhookId/subscriptions'

/** Subscriptions of the Account Activity API. https://docs.x.com/x-api/account-activity/introduction */
export const accountActivitySubscriptionRoutes: readonly Route[] = [
  { method: 'POST', path: `${path}/all`, access: 'user', handle: subscribe },
  { method: 'GET', path: `${path}/all`, access: 'user', handle: validate },
  { method: 'GET', path: `${path}/all/list`, access: 'app', handle: list },
  { method: 'DELETE', path: `${path}/:userId/all`, access: 'app', handle: unsubscribe },
  { method: 'GET', path: '/2/account_activity/subscriptions/count', access: 'app', handle: count },
]

function subscribe(world: World, call: Call): Answer {
  const { state, changed } = world
  const webhook = webhookOf(world, call.params.webhookId)
  const userId = call.userId ?? ''
  if (isSubscribed(world, webhook.id, userId)) {
    throw invalidRequest('DuplicateSubscriptionFailed: Subscription already exists')
  }
  if (accounts(world).size >= state.settings.subscriptionLimit) {
    throw invalidRequest('SubscriptionLimitExceeded: The subscription limit has been reached')
  }
  state.subscriptions.push({ webhookId: webhook.id, userId })
  changed()
  return { status: 200, body: { data: { subscribed: true } } }
}

function validate(world: World, call: Call): Answer {
  const webhook = webhookOf(world, call.params.webhookId)
  return { status: 200, body: { data: { subscribed: isSubscribed(world, webhook.id, call.userId ?? '') } } }
}

function list(world: World, call: Call): Answer {
  const webhook = webhookOf(world, call.params.webhookId)
  const own = world.state.subscriptions.filter(({ webhookId }) => webhookId === webhook.id)
  const data = {
    application_id: apps.own.id,
    webhook_id: webhook.id,
    webhook_url: webhook.url,
    subscriptions: own.map(({ userId }) => ({ user_id: userId })),
  }
  return { status: 200, body: { data } }
}

function unsubscribe(world: World, call: Call): Answer {
  const { state, changed } = world
  const webhook = webhookOf(world, call.params.webhookId)
  const { userId = '' } = call.params
  if (!isSubscribed(world, webhook.id, userId)) {
    throw invalidRequest('SubscriptionNotFound: The subscription does not exist')
  }
  state.subscriptions = state.subscriptions.filter((one) => one.webhookId !== webhook.id || one.userId !== userId)
  changed()
  return { status: 200, body: { data: { subscribed: false } } }
}

function count(world: World): Answer {
  const data = {
    account_name: apps.own.name,
    provisioned_count: String(world.state.settings.subscriptionLimit),
    subscriptions_count_all: String(accounts(world).size),
    subscriptions_count_direct_messages: '0',
  }
  return { status: 200, body: { data } }
}

const isSubscribed = ({ state }: World, webhookId: string, userId: string) =>
  state.subscriptions.some((one) => one.webhookId === webhookId && one.userId === userId)

const accounts = ({ state }: World) => new Set(state.subscriptions.map(({ userId }) => userId))
