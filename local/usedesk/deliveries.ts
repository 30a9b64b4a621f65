import { randomUUID } from 'node:crypto'
import { requestWebhook } from '../x-simulator/webhook-request.ts'
import type { Happened } from './events.ts'
import { type Delivery, installation, type State } from './state.ts'

/** So many deliveries are kept. */
const maxDeliveries = 2_000

export type Deliveries = {
  emit(happened: Happened): void
  /** Sends a delivery once more, as a person who tries it out would. */
  again(id: string): void
  /** Sends what was waiting when Usedesk stopped. */
  resume(): void
  stop(): void
}

/**
 * Sends events to the Redirect URL: those of one ticket one after the other. An event that is not answered with 200 is
 * not repeated; nothing says that Usedesk does it.
 */
export function createDeliveries(options: {
  readonly state: State
  readonly token: string
  readonly now: () => Date
  readonly changed: () => void
}): Deliveries {
  const { state, changed } = options
  const stopping = new AbortController()
  const lines = new Map<number, Promise<void>>()

  const send = async (delivery: Delivery) => {
    const { redirectUrl } = state.settings
    if (stopping.signal.aborted) return
    const answer = await (redirectUrl === null ? 'no Redirect URL' : post(redirectUrl, delivery.body, stopping.signal))
    if (stopping.signal.aborted) return
    delivery.answer = answer
    delivery.status = answer === 200 ? 'delivered' : 'failed'
    changed()
  }

  const queue = (delivery: Delivery) => {
    delivery.status = 'waiting'
    const before = lines.get(delivery.ticketId) ?? Promise.resolve()
    const line = before.then(() => send(delivery))
    lines.set(delivery.ticketId, line)
    changed()
  }

  return {
    emit({ body, ...rest }) {
      if (state.settings.redirectUrl === null) return
      const secret = state.settings.secretIs === 'token' ? options.token : installation.appId
      const delivery: Delivery = {
        ...rest,
        id: randomUUID(),
        createdAt: options.now().toISOString(),
        body: JSON.stringify({ secret, ...body }),
        status: 'waiting',
        answer: null,
      }
      state.deliveries.push(delivery)
      state.deliveries.splice(0, state.deliveries.length - maxDeliveries)
      queue(delivery)
    },
    again(id) {
      const delivery = state.deliveries.find((one) => one.id === id)
      if (delivery) queue(delivery)
    },
    resume() {
      for (const delivery of state.deliveries) if (delivery.status === 'waiting') queue(delivery)
    },
    stop() {
      stopping.abort()
    },
  }
}

/** The status of the answer, or why there was none. */
const post = (url: string, body: string, signal: AbortSignal): Promise<number | string> =>
  requestWebhook('POST', url, { 'content-type': 'application/json' }, body, signal).then(
    ({ status }) => status,
    (error) => (error instanceof Error ? error.message : String(error)),
  )
