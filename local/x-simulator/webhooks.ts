import { randomBytes } from 'node:crypto'
import { type Answer, type Call, invalidRequest, jsonBody, type Route } from './http.ts'
import type { Webhook } from './state.ts'
import { hmac, requestWebhook } from './webhook-request.ts'
import type { World } from './world.ts'

/** The app's webhooks. https://docs.x.com/x-api/webhooks/introduction */
export const webhookRoutes: readonly Route[] = [
  { method: 'POST', path: '/2/webhooks', access: 'any', limit: 'webhooks', handle: create },
  { method: 'GET', path: '/2/webhooks', access: 'app', limit: 'webhooks', handle: list },
  { method: 'PUT', path: '/2/webhooks/:id', access: 'any', limit: 'webhooks', handle: check },
  { method: 'DELETE', path: '/2/webhooks/:id', access: 'any', limit: 'webhooks', handle: remove },
]

async function create(world: World, call: Call): Promise<Answer> {
  const { url } = jsonBody(call)
  const { webhooks, settings } = world.state
  if (typeof url !== 'string' || !/^https?:\/\/\S+$/.test(url) || !URL.canParse(url) || url.length > 200) {
    throw invalidRequest('UrlValidationFailed: URL does not meet the requirements')
  }
  if (webhooks.some((one) => one.url === url)) {
    throw invalidRequest('DuplicateUrlFailed: Webhook URL is already registered')
  }
  if (webhooks.length >= settings.webhookLimit) throw invalidRequest('WebhookLimitExceeded: ')
  const fault = await challenge(url, world.consumerSecret)
  if (fault) throw crcFailed(fault)
  const webhook: Webhook = { id: world.newId(), url, valid: true, createdAt: world.now().toISOString() }
  world.state.webhooks.push(webhook)
  world.changed()
  return { status: 200, body: settings.webhookAnswers === 'old' ? shown(webhook) : { data: shown(webhook) } }
}

function list({ state }: World): Answer {
  return { status: 200, body: { data: state.webhooks.map(shown), meta: { result_count: state.webhooks.length } } }
}

async function check(world: World, call: Call): Promise<Answer> {
  const webhook = webhookOf(world, call.params.id)
  const fault = await checkWebhook(world, webhook)
  if (fault) throw crcFailed(fault)
  webhook.valid = true
  world.changed()
  const isOld = world.state.settings.webhookAnswers === 'old'
  return { status: 200, body: { data: isOld ? { attempted: true } : { valid: true } } }
}

/** As on X, the webhook's subscriptions of the X Activity API stay behind. */
function remove(world: World, call: Call): Answer {
  const { id } = webhookOf(world, call.params.id)
  const { state } = world
  state.webhooks = state.webhooks.filter((one) => one.id !== id)
  state.subscriptions = state.subscriptions.filter((one) => one.webhookId !== id)
  world.changed()
  return { status: 200, body: { data: { deleted: true } } }
}

/**
 * Returns the webhook with this id.
 * @throws XError when there is none
 */
export function webhookOf({ state }: World, id: unknown): Webhook {
  const webhook = state.webhooks.find((one) => one.id === id)
  if (!webhook) throw invalidRequest('WebhookIdInvalid: The webhook id is not valid')
  return webhook
}

/**
 * Sends a CRC challenge to a webhook, as X does at intervals. Returns what is wrong with the answer, or null.
 * A wrong answer marks the webhook as invalid. A right answer does not make it valid again.
 */
export async function checkWebhook(world: World, webhook: Webhook): Promise<string | null> {
  const fault = await challenge(webhook.url, world.consumerSecret)
  if (fault !== null) webhook.valid = false
  world.changed()
  return fault
}

async function challenge(address: string, consumerSecret: string): Promise<string | null> {
  const token = randomBytes(32).toString('base64')
  const url = new URL(address)
  url.searchParams.set('crc_token', token)
  url.searchParams.set('nonce', randomBytes(16).toString('hex'))
  try {
    const { status, text } = await requestWebhook('GET', url.href, {}, undefined, new AbortController().signal)
    if (status !== 200) return `Non-200 response code during CRC GET request (i.e. 404, 500, etc): ${status}`
    return responseToken(text) === hmac(token, consumerSecret) ? null : 'Invalid `response_token`'
  } catch (error) {
    return `High latency or no connection: ${error instanceof Error ? error.message : String(error)}`
  }
}

function responseToken(text: string): unknown {
  try {
    return (JSON.parse(text) as { response_token?: unknown } | null)?.response_token
  } catch {
    return undefined
  }
}

const crcFailed = (fault: string) =>
  invalidRequest(`CrcValidationFailed: URL returned bad response during CRC with error: ${fault}`)

const shown = ({ id, url, valid, createdAt }: Webhook) => ({ id, url, valid, created_at: createdAt })
