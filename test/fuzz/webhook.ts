import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import fc from 'fast-check'
import { entryOf } from '../../lambdas/adapters/aws/event-queue.ts'
import { sign } from '../../lambdas/core/x/signature.ts'
import type { QueuedEvent } from '../../lambdas/core/x/webhook-body.ts'
import { queues } from '../../lambdas/runtime/resources.ts'
import { createWebhookReceiver } from '../../lambdas/use-cases/receive-webhook.ts'
import { httpEvent } from '../support/http-events.ts'
import { recordOf, routerOver } from '../support/router.ts'
import type { TestStores } from '../support/stores.ts'
import {
  ann,
  bob,
  directMessages,
  idAt,
  inNewVocabulary,
  posts,
  shop,
  v2Post,
  xActivity,
} from '../support/x-payloads.ts'
import { rots, rotten, rottenTexts, spoil, spoilt } from './rotten.ts'

const SECRET = 'the secret of the app'
const at = '2026-01-01T12:00:00.000Z'
const now = () => new Date(at)

/** SQS's limits: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MAX_MESSAGE_BYTES = 1_048_576
const IS_ID = /^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/
const IS_BODY = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u

/** Bodies as X sends them, of both event systems and vocabularies. */
function bodies(): object[] {
  const folder = join(import.meta.dirname, '../../examples/payloads')
  const examples = ['account-activity', 'x-activity'].flatMap((system) =>
    readdirSync(join(folder, system)).map((name) => JSON.parse(readFileSync(join(folder, system, name), 'utf8'))),
  )
  const entry = { id: idAt(at, 1), by: ann, text: '@shop hi', mentions: [shop] }
  const answer = { ...entry, id: idAt(at, 2), answers: { id: entry.id, by: ann } }
  return [
    ...examples,
    directMessages(shop, { id: idAt(at, 3), from: ann, to: shop }, { id: idAt(at, 4), from: shop, to: ann }),
    posts(shop, entry, answer),
    xActivity(shop, 'post.mention.create', v2Post(answer), { users: [ann] }),
    xActivity(shop, 'post.mention.create', inNewVocabulary(v2Post(answer)), { posts: [v2Post(entry)] }),
    { replay_job_status: { job_id: '1', job_state: 'Complete' } },
    { user_event: { revoke: { source: { user_id: bob.id }, target: { app_id: '1' } } } },
  ]
}

const headers = fc.oneof(
  { weight: 8, arbitrary: fc.constant('signed' as const) },
  { weight: 1, arbitrary: fc.constantFrom(undefined, '', 'sha256=', sign('another body', SECRET)) },
  { weight: 1, arbitrary: rottenTexts },
)

/** A call of the webhook: a delivery, or a CRC. */
const calls = () => {
  const delivery = fc.record({
    body: fc.constantFrom(...bodies()),
    changes: rots,
    spoilt,
    header: headers,
    base64: fc.constantFrom('no' as const, 'no', 'yes', 'falsely'),
  })
  const crc = fc.record({
    query: fc.option(fc.dictionary(fc.constantFrom('crc_token', 'nonce', '__proto__'), rottenTexts)),
  })
  return fc.oneof({ weight: 30, arbitrary: delivery }, { weight: 1, arbitrary: crc })
}

type Call = ReturnType<typeof calls> extends fc.Arbitrary<infer One> ? One : never

/** The webhook and the router behind it, over real stores. */
export function webhookTarget(stores: TestStores) {
  const routed: string[] = []
  const router = routerOver(stores, now)
  const failures: string[] = []
  let sent: QueuedEvent[] = []
  let numbers = 0
  const receive = createWebhookReceiver({
    originSecrets: [],
    secrets: {
      consumer: async () => ({ current: SECRET, previous: null }),
      refreshed: async () => ({ current: SECRET, previous: null }),
      previousSince: async () => null,
      app: async () => ({ key: 'key', secret: SECRET }),
    },
    queue: {
      async send(events) {
        sent = [...events]
      },
    },
    outageNotes: { note: async () => {}, noteReplay: async () => {}, notePreviousSecret: async () => {} },
    now,
    log: (entry) => {
      if (entry.event === 'failed') failures.push(JSON.stringify(entry))
      const size = JSON.stringify(entry).length
      if (size > 250_000) throw new Error(`a line of the log of ${size} characters: CloudWatch cuts it`)
    },
  })

  async function route(delivery: string): Promise<void> {
    for (let from = 0; from < sent.length; from += queues.events.batchSize - 1) {
      const healthy = directMessages(shop, { id: idAt(at, 1_000 + ++numbers), from: bob, to: shop })
      const [item] = healthy.direct_message_events
      const beside = {
        ...sent[0],
        kind: 'direct_message',
        channelUserId: shop.id,
        externalId: item?.id,
        item,
        includes: {},
        reason: null,
      }
      const records = sent.slice(from, from + queues.events.batchSize - 1).map((event, index) => {
        const { MessageBody, MessageGroupId, MessageDeduplicationId } = entryOf(event, from + index, delivery)
        const size = Buffer.byteLength(MessageBody)
        if (size > MAX_MESSAGE_BYTES) throw new Error(`a message of ${size} bytes for the queue`)
        if (!IS_BODY.test(MessageBody)) throw new Error('a message with a character that SQS refuses')
        for (const id of [MessageGroupId, MessageDeduplicationId]) {
          if (!IS_ID.test(id)) throw new Error(`an id that SQS refuses: ${id}`)
        }
        return recordOf(MessageBody, MessageGroupId)
      })
      const event: SQSEvent = { Records: [...records, recordOf(JSON.stringify(beside), `${shop.id}.${bob.id}`)] }
      const { batchItemFailures }: SQSBatchResponse = await router.handle(event)
      if (batchItemFailures.length > 0)
        throw new Error(`${batchItemFailures.length} of a batch failed: ${router.failures.at(-1)}`)
      // The rest of a list of thousands is as its beginning.
      if (from > 50) return
    }
  }

  return {
    name: 'webhook',
    share: 5,
    cases: calls(),
    reset: async () => {
      await stores.connect()
      await stores.channels.setExtension(true, at)
      routed.length = 0
    },
    async check(call: Call): Promise<void> {
      sent = []
      failures.length = 0
      if ('query' in call) {
        const { statusCode } = await receive(
          httpEvent('GET', '/webhooks/twitter', call.query ? { query: call.query } : {}),
        )
        if (statusCode !== 200 && statusCode !== 400) throw new Error(`a CRC is answered ${statusCode}`)
        return
      }
      const bytes = spoil(rotten(call.body, call.changes), call.spoilt)
      const text = bytes.toString('utf8')
      const read =
        call.base64 === 'falsely' ? Buffer.from(text, 'base64') : call.base64 === 'no' ? Buffer.from(text) : bytes
      const signature = call.header === 'signed' ? sign(read, SECRET) : call.header
      const event = {
        ...httpEvent('POST', '/webhooks/twitter', {
          body: call.base64 === 'yes' ? bytes : text,
          headers: signature === undefined ? {} : { 'x-twitter-webhooks-signature': signature },
          requestId: `request-${++numbers}`,
        }),
        isBase64Encoded: call.base64 !== 'no',
      }
      const { statusCode } = await receive(event)
      if (statusCode !== 200 && statusCode !== 401) throw new Error(`a delivery is answered ${statusCode}: ${failures}`)
      if (statusCode === 200 && call.header !== 'signed' && signature !== sign(read, SECRET)) {
        throw new Error('a delivery with a wrong signature is accepted')
      }
      await route(`delivery-${numbers}`)
    },
  }
}
