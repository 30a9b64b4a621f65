import { randomUUID } from 'node:crypto'
import { exchange, hmac } from './outgoing.ts'
import type { Attempt, Delivery, State } from './state.ts'
import type { WebhookEvent } from './world.ts'

/** So many are remembered. */
const remembered = 2_000

/** When deliveries go out: after a while, or only when they are released. */
export type Pace = { hold: boolean; delayMs: number }

export type Deliveries = {
  emit(events: readonly WebhookEvent[]): void
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

  const attempt = async (delivery: Delivery) => {
    const webhook = state.webhooks.find((one) => one.id === delivery.webhookId && one.valid)
    if (!webhook) return end(delivery, 'failed')
    const outcome = await post(webhook.url, delivery.body, options.consumerSecret, stopping.signal)
    if (stopping.signal.aborted) return
    delivery.attempts.push({ at: options.now().toISOString(), ...outcome })
    const status = outcome.status ?? 0
    if (status === 200) return end(delivery, 'delivered')
    if (status >= 300 && status < 400) webhook.valid = false
    const delayMs = retryDelaysMs[delivery.attempts.length - 1]
    if (delayMs === undefined) {
      options.onTrouble(`X gave up on ${delivery.event}: the webhook answered ${outcome.status ?? outcome.error}.`)
      return end(delivery, 'failed')
    }
    changed()
    later(delivery, delayMs)
  }

  const end = (delivery: Delivery, status: 'delivered' | 'failed') => {
    delivery.status = status
    changed()
  }

  return {
    pace,
    emit(events) {
      for (const { body, ...event } of events) {
        if (!state.webhooks.some(({ id, valid }) => id === event.webhookId && valid)) continue
        const delivery: Delivery = {
          id: randomUUID(),
          createdAt: options.now().toISOString(),
          ...event,
          body: JSON.stringify(body),
          attempts: [],
          status: 'held',
        }
        state.deliveries.push(delivery)
        if (!pace.hold) later(delivery, pace.delayMs)
      }
      forgetOld(state)
      changed()
    },
    release() {
      pace.hold = false
      for (const delivery of state.deliveries) if (delivery.status === 'held') later(delivery, 0)
      changed()
    },
    resume() {
      for (const delivery of state.deliveries) {
        if (delivery.status === 'waiting' || delivery.status === 'held') later(delivery, 0)
      }
    },
    stop() {
      stopping.abort()
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

function forgetOld(state: State): void {
  const tooMany = state.deliveries.length - remembered
  if (tooMany <= 0) return
  const done = state.deliveries.filter(({ status }) => status === 'delivered' || status === 'failed').slice(0, tooMany)
  state.deliveries = state.deliveries.filter((one) => !done.includes(one))
}

async function post(url: string, body: string, secret: string, signal: AbortSignal): Promise<Omit<Attempt, 'at'>> {
  const headers = { 'content-type': 'application/json', 'x-twitter-webhooks-signature': hmac(body, secret) }
  return exchange('POST', url, headers, body, signal).then(
    ({ status }) => ({ status, error: null }),
    (error) => ({ status: null, error: error instanceof Error ? error.message : String(error) }),
  )
}
