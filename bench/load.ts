import { Agent, request } from 'node:http'
import { sign } from '../lambdas/core/x/signature.ts'
import { directMessages, idAt, posts, type User } from '../test/support/x-payloads.ts'

/** The account that the customers write to. */
export const shop: User = { id: '2244994945', username: 'shop', name: 'The Shop' }

/** A signed delivery of X with one event, and the id of its message. */
export type Delivery = { readonly externalId: string; readonly body: string; readonly signature: string }

/** What customers write: 100 characters. */
const text = 'Where is my order 4711? It should have been here on Monday and I have not heard anything since then.'

/** So many customers write in turns, so that the messages of one are not next to each other. */
const CUSTOMERS_AT_ONCE = 100
const MESSAGES_OF_A_CUSTOMER = 5

/**
 * Makes the deliveries from number `from` on: of each customer three direct messages, the first of which opens a ticket
 * and the others join, a mention that opens a ticket, and an answer under it that joins.
 */
export function* deliveries(secret: string, from = 0): Generator<Delivery, never> {
  for (let n = from; ; n++) {
    const round = Math.floor(n / (CUSTOMERS_AT_ONCE * MESSAGES_OF_A_CUSTOMER))
    const turn = Math.floor(n / CUSTOMERS_AT_ONCE) % MESSAGES_OF_A_CUSTOMER
    const customer = round * CUSTOMERS_AT_ONCE + (n % CUSTOMERS_AT_ONCE)
    const externalId = idAt('2026-01-01T12:00:00Z', n)
    const by: User = { id: String(10_000_000 + customer), username: `customer${customer}` }
    const mentioned = `@${shop.username} ${text}`
    const first = idAt('2026-01-01T12:00:00Z', n - CUSTOMERS_AT_ONCE)
    const post = {
      id: externalId,
      by,
      text: mentioned,
      mentions: [shop],
      ...(turn === 4 && { answers: { id: first, by } }),
    }
    const delivery = turn < 3 ? directMessages(shop, { id: externalId, from: by, to: shop, text }) : posts(shop, post)
    const body = JSON.stringify(delivery)
    yield { externalId, body, signature: sign(body, secret) }
  }
}

/** An answer to a delivery, with the milliseconds from the time at which it was due. */
export type Answer = { readonly externalId: string; readonly status: number; readonly ms: number }

/** How much to send: for how many seconds, so many a second or, without a rate, so many at once. */
export type Load = { readonly seconds: number; readonly ratePerSecond?: number; readonly concurrency: number }

const TICK_MS = 2

/** Sends deliveries to the webhook, one at least. Resolves with all answers; status 0 means that there was none. */
export async function send(url: string, source: Iterator<Delivery, never>, load: Load): Promise<Answer[]> {
  const { seconds, ratePerSecond, concurrency } = load
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency, scheduling: 'lifo' })
  const post = poster(new URL('/webhooks/twitter', url), agent)
  const began = performance.now()
  const until = began + seconds * 1000
  const answers: Answer[] = []
  const sendOne = async (due: number) => {
    const delivery = source.next().value
    const status = await post(delivery)
    answers.push({ externalId: delivery.externalId, status, ms: performance.now() - due })
  }
  try {
    if (ratePerSecond === undefined) {
      const sendOn = async () => {
        while (performance.now() < until) await sendOne(performance.now())
      }
      await Promise.all(Array.from({ length: concurrency }, sendOn))
      return answers
    }
    // At a rate the next delivery does not wait for the answer to the last: X does not either.
    const sent: Promise<void>[] = []
    const total = Math.max(1, Math.floor(seconds * ratePerSecond))
    const dueOf = (index: number) => began + (index * 1000) / ratePerSecond
    while (sent.length < total) {
      while (sent.length < total && dueOf(sent.length) <= performance.now()) sent.push(sendOne(dueOf(sent.length)))
      await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    }
    await Promise.all(sent)
    return answers
  } finally {
    agent.destroy()
  }
}

function poster(url: URL, agent: Agent) {
  return ({ body, signature }: Delivery) =>
    new Promise<number>((resolve) => {
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-twitter-webhooks-signature': signature,
      }
      const sent = request(url, { method: 'POST', headers, agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
      })
      sent.on('error', () => resolve(0))
      sent.end(body)
    })
}
