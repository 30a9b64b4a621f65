import { randomUUID } from 'node:crypto'
import type { Attempt, Delivery, State, Webhook } from './state.ts'
import { hmac, requestWebhook } from './webhook-request.ts'
import type { WebhookEvent } from './world.ts'

/** The simulator keeps this many deliveries, and those that a replay can still deliver. */
const maxDeliveries = 2_000
/** How old the events of a replay may be. */
export const maxReplayAgeMs = 24 * 3_600_000

/** When deliveries are sent: after a delay, or only when they are released. */
export type Pace = { hold: boolean; delayMs: number }

export type Deliveries = {
  emit(events: readonly WebhookEvent[]): void
  /** Delivers again, without retries. Returns whether the webhook answered 200, or null when the simulator has stopped. */
  redeliver(delivery: Delivery, jobId: string): Promise<boolean | null>
  readonly pace: Pace
  /** Sends all held deliveries and ends the hold. */
  release(): void
  /** Continues the deliveries that were pending when the simulator stopped. */
  resume(): void
  stop(): void
}

export type DeliveryOptions = {
  readonly state: State
  readonly consumerSecret: string
  readonly retryDelaysMs: readonly number[]
  readonly now: () => Date
  readonly changed: () => void
  readonly onWarning: (sentence: string) => void
}

/** Sends signed events to webhooks. Retries after each delay until the webhook answers 200. */
export function createDeliveries(options: DeliveryOptions): Deliveries {
  const { state, retryDelaysMs, changed } = options
  const stopping = new AbortController()
  const timers = new Set<NodeJS.Timeout>()
  const pace: Pace = { hold: false, delayMs: 0 }

  const later = (delivery: Delivery, delayMs: number) => {
    delivery.status = 'waiting'
    const timer = setTimeout(() => {
      timers.delete(timer)
      attempt(delivery).catch((error) => options.onWarning(`The X simulator could not deliver: ${String(error)}`))
    }, delayMs)
    timers.add(timer)
  }

  const validWebhook = (id: string) => state.webhooks.find((one) => one.id === id && one.valid)

  /** Posts a delivery once to its webhook. Undefined when the simulator has stopped meanwhile. */
  const tryOnce = async (delivery: Delivery, webhook: Webhook) => {
    const outcome = await post(webhook.url, delivery.body, options.consumerSecret, stopping.signal)
    if (stopping.signal.aborted) return undefined
    delivery.attempts.push({ at: options.now().toISOString(), ...outcome })
    const status = outcome.status ?? 0
    if (status >= 300 && status < 400) webhook.valid = false
    return outcome
  }

  const attempt = async (delivery: Delivery) => {
    const webhook = validWebhook(delivery.webhookId)
    if (!webhook) return end(delivery, delivery.attempts.length === 0 ? 'missed' : 'failed')
    const outcome = await tryOnce(delivery, webhook)
    if (!outcome) return
    if (outcome.status === 200) return end(delivery, 'delivered')
    const delayMs = retryDelaysMs[delivery.attempts.length - 1]
    if (delayMs === undefined) {
      options.onWarning(`X gave up on ${delivery.event}: the webhook answered ${outcome.status ?? outcome.error}.`)
      return end(delivery, 'failed')
    }
    changed()
    later(delivery, delayMs)
  }

  const end = (delivery: Delivery, status: 'delivered' | 'failed' | 'missed') => {
    delivery.status = status
    changed()
  }

  const add = (event: Omit<Delivery, 'id' | 'createdAt' | 'attempts' | 'status'>, status: Delivery['status']) => {
    const { webhookId, userId, event: kind, body, replay } = event
    const createdAt = options.now().toISOString()
    const delivery: Delivery = {
      id: randomUUID(),
      createdAt,
      webhookId,
      userId,
      event: kind,
      body,
      replay,
      attempts: [],
      status,
    }
    state.deliveries.push(delivery)
    return delivery
  }

  /** True if the control drops this event; counts it. The end of a replay job is never dropped. */
  const isDropped = ({ event, userId }: WebhookEvent) => {
    const { drop } = state
    if (!drop || userId === null || (drop.kinds && !drop.kinds.includes(event))) return false
    if (drop.left !== null) drop.left -= 1
    if (drop.left === 0) state.drop = null
    return true
  }

  return {
    pace,
    emit(events) {
      for (const event of events) {
        if (!state.webhooks.some(({ id }) => id === event.webhookId)) continue
        const isMissed = !validWebhook(event.webhookId) || isDropped(event)
        const first = { ...event, body: JSON.stringify(event.body), replay: null }
        const delivery = add(first, isMissed ? 'missed' : 'held')
        if (!isMissed && !pace.hold) later(delivery, pace.delayMs)
      }
      removeOld(state, options.now())
      changed()
    },
    async redeliver(original, jobId) {
      if (stopping.signal.aborted) return null
      const delivery = add({ ...original, replay: jobId }, 'waiting')
      const webhook = validWebhook(delivery.webhookId)
      const outcome = webhook ? await tryOnce(delivery, webhook) : { status: null }
      if (!outcome) return null
      end(delivery, outcome.status === 200 ? 'delivered' : 'failed')
      return delivery.status === 'delivered'
    },
    release() {
      pace.hold = false
      for (const delivery of state.deliveries) if (delivery.status === 'held') later(delivery, 0)
      changed()
    },
    resume() {
      for (const delivery of state.deliveries) {
        // A replay job does not survive a restart of the simulator, so its deliveries have failed.
        if (delivery.status === 'waiting' && delivery.replay) delivery.status = 'failed'
        else if (delivery.status === 'waiting' || delivery.status === 'held') later(delivery, 0)
      }
    },
    stop() {
      stopping.abort()
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

function removeOld(state: State, now: Date): void {
  const tooMany = state.deliveries.length - maxDeliveries
  if (tooMany <= 0) return
  const isReplayable = ({ createdAt, replay }: Delivery) =>
    !replay && now.getTime() - Date.parse(createdAt) <= maxReplayAgeMs
  const isDone = (one: Delivery) =>
    one.status === 'delivered' || ((one.status === 'failed' || one.status === 'missed') && !isReplayable(one))
  const removed = new Set(state.deliveries.filter(isDone).slice(0, tooMany))
  state.deliveries = state.deliveries.filter((one) => !removed.has(one))
}

async function post(url: string, body: string, secret: string, signal: AbortSignal): Promise<Omit<Attempt, 'at'>> {
  const headers = { 'content-type': 'application/json', 'x-twitter-webhooks-signature': hmac(body, secret) }
  return requestWebhook('POST', url, headers, body, signal).then(
    ({ status }) => ({ status, error: null }),
    (error) => ({ status: null, error: error instanceof Error ? error.message : String(error) }),
  )
}
