/**
 * `npm run bench webhook`: how long the webhook takes to answer the first delivery of a process, and what it takes of the
 * processor for a CRC and for a delivery, beside a webhook written by hand with no checks. A queue that takes everything
 * answers both, in this process.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Bundle, bundle } from '../build/bundle.ts'
import { sign } from '../lambdas/core/x/signature.ts'
import { httpEvent } from '../test/support/http-events.ts'
import { directMessages, idAt, shop, type User } from '../test/support/x-payloads.ts'
import { medianOf, type Pair, pairOf, ratioOf, runOver } from './pairs.ts'
import type { Options, Row, Section } from './section.ts'
import { spreadText } from './statistics.ts'

/** Milliseconds: from the start of the process to the answer; of the processor, for one. */
type Answers = { readonly firstMs: number; readonly crcMs: number; readonly deliveryMs: number }

const measured = [
  { figure: 'firstMs', name: 'webhook: from the start of the process to the first answer', unit: 'ms' },
  { figure: 'crcMs', name: 'webhook: a CRC', unit: 'ms of the processor' },
  { figure: 'deliveryMs', name: 'webhook: a delivery', unit: 'ms of the processor' },
] as const satisfies readonly { figure: keyof Answers; name: string; unit: string }[]

/** The most that each may take, times its floor. */
const MAX_RATIO = 1.3

const SECRET = 'consumer-secret'
const customer: User = { id: '1205290247124217856', username: 'ann' }

/** @throws Error when a webhook does not answer 200 */
export async function webhook({ rounds, onProgress }: Options): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-webhook-'))
  const queue = createServer((request, response) => {
    request.resume().on('end', () => response.end('{"Successful":[],"Failed":[]}'))
  })
  try {
    await new Promise<void>((resolve) => queue.listen(0, '127.0.0.1', resolve))
    const { port } = queue.address() as AddressInfo
    const secrets = join(folder, 'secrets.json')
    writeFileSync(secrets, JSON.stringify({ consumerKey: 'key', consumerSecret: SECRET, consumerSecretPrevious: '' }))
    const events = join(folder, 'events.json')
    writeFileSync(events, JSON.stringify(eventsOfX()))
    const environment = {
      AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${port}`,
      X_SECRETS: pathToFileURL(secrets).href,
    }
    const root = join(import.meta.dirname, '..')
    const handler = await bundle(join(root, 'lambdas/handlers/webhook.ts'), join(folder, 'handler'))
    const floor = await bundle(join(root, 'bench/floors/webhook.ts'), join(folder, 'floor'))
    const answersOf = (one: Bundle) => runOver<Answers>('webhook-once.mjs', one, { args: [events], environment })
    const pairs: Pair<Answers>[] = []
    for (let round = 0; round < rounds; round++) {
      onProgress(`delivering to the webhook: ${round + 1} of ${rounds}`)
      pairs.push(
        await pairOf(
          round,
          () => answersOf(handler),
          () => answersOf(floor),
        ),
      )
    }
    return { rows: measured.map((one) => rowOf(one, pairs)), blocks: [`${rounds} pairs of processes.`] }
  } finally {
    queue.close()
    rmSync(folder, { recursive: true })
  }
}

/** A CRC, and a delivery with one direct message, as API Gateway hands them on. */
function eventsOfX() {
  const text = 'Where is my order 4711? It should have been here on Monday and I have not heard anything since then.'
  const at = '2026-01-01T12:00:00.000Z'
  const body = JSON.stringify(directMessages(shop, { id: idAt(at), from: customer, to: shop, text, at }))
  const headers = { 'x-twitter-webhooks-signature': sign(body, SECRET) }
  const query = { crc_token: 'bWVhc3VyaW5nLXRoZS13ZWJob29r' }
  return {
    crc: httpEvent('GET', '/webhooks/twitter', { query }),
    delivery: httpEvent('POST', '/webhooks/twitter', { body, headers }),
  }
}

function rowOf({ figure, name, unit }: (typeof measured)[number], pairs: readonly Pair<Answers>[]): Row {
  const ratio = ratioOf(pairs, figure)
  const ms = (side: keyof Pair<unknown>) => medianOf(pairs, side, figure).toPrecision(3)
  return {
    name,
    figure: `${spreadText(ratio)} times its floor`,
    goal: `${MAX_RATIO} times`,
    isMet: ratio.median <= MAX_RATIO,
    remark: `${ms('handler')} ${unit}; the floor ${ms('floor')}.`,
  }
}
