import { randomUUID } from 'node:crypto'
import { exchange, hmac } from './outgoing.ts'
import type { Attempt, Delivery, State, Webhook } from './state.ts'
import type { WebhookEvent } from './world.ts'

/** So many are remembered, and whatever was not delivered while a replay can still bring it. */
const remembered = 2_000
const replayableMs = 24 * 3_600_000

/** When deliveries go out: after a while, or only when they are released. */
export type Pace = { hold: boolean; delayMs: number }

export type Deliveries = {
  emit(events: readonly WebhookEvent[]): void
  /** Delivers once more, without retries: whether it was answered 200, or null when the simulator has stopped. */
  redeliver(delivery: Delivery, jobId: string): Promise<boolean | null>
  readonly pace: Pace
  /** Sends what is held, and holds no more. */
  release(): void
  /** Goes on with what was under way when the state was last written. */
  resume(): void
  stop(): void
}

export type DeliveryOptions = {
  readonly state: State
  readonly consumerSecret: string
  readonly retryDelaysMs: readonly number[]
  readonly now: () => Date
  readonly changed: () => void
  readonly onTrouble: (sentence: string) => void
}

/** Sends events to webhooks, signed, again after each delay while the answer is anything but 200. */
export function createDeliveries(options: DeliveryOptions): Deliveries {
  const { state, retryDelaysMs, changed } = options
  const stopping = new AbortController()
  const timers = new Set<NodeJS.Timeout>()
  const pace: Pace = { hold: false, delayMs: 0 }

  const later = (delivery: Delivery, delayMs: number) => {
    delivery.status = 'waiting'
    const timer = setTimeout(() => {
      timers.delete(timer)
      attempt(delivery).catch((error) => options.onTrouble(`The X simulator could not deliver: ${String(error)}`))
    }, delayMs)
    timers.add(timer)
  }

  const validWebhook = (id: string) => state.webhooks.find((one) => one.id === id && one.valid)

  /** Posts it once to its webhook; undefined when the simulator has stopped meanwhile. */
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
      options.onTrouble(`X gave up on ${delivery.event}: the webhook answered ${outcome.status ?? outcome.error}.`)
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

  /** Whether this one is to be lost, and counts it. What X says of its own jobs never is. */
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
      forgetOld(state, options.now())
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
        // A replay job ends with the simulator, and with it what it was delivering.
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

function forgetOld(state: State, now: Date): void {
  const tooMany = state.deliveries.length - remembered
  if (tooMany <= 0) return
  const isReplayable = ({ createdAt, replay }: Delivery) =>
    !replay && now.getTime() - Date.parse(createdAt) <= replayableMs
  const isDone = (one: Delivery) =>
    one.status === 'delivered' || ((one.status === 'failed' || one.status === 'missed') && !isReplayable(one))
  const forgotten = new Set(state.deliveries.filter(isDone).slice(0, tooMany))
  state.deliveries = state.deliveries.filter((one) => !forgotten.has(one))
}

async function post(url: string, body: string, secret: string, signal: AbortSignal): Promise<Omit<Attempt, 'at'>> {
  const headers = { 'content-type': 'application/json', 'x-twitter-webhooks-signature': hmac(body, secret) }
  return exchange('POST', url, headers, body, signal).then(
    ({ status }) => ({ status, error: null }),
    (error) => ({ status: null, error: error instanceof Error ? error.message : String(error) }),
  )
}
