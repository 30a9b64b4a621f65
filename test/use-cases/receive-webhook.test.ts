import { describe, expect, test } from '@jest/globals'
import { sign } from '../../lambdas/core/x/signature.ts'
import type { QueuedEvent } from '../../lambdas/core/x/webhook-body.ts'
import { createWebhookReceiver } from '../../lambdas/use-cases/receive-webhook.ts'
import { httpEvent } from '../support/http-events.ts'
import { ann, directMessages, shop } from '../support/x-payloads.ts'

const token = 'MTIzNDU2Nzg5MGFiY2RlZg=='

/** A webhook whose queue keeps what it is sent, or fails as told; it notes trouble unless that fails too. */
function webhookWith(
  options: {
    fail?: Error | null
    notes?: 'fail' | 'work'
    refreshed?: { current: string; previous: string | null }
    originSecrets?: readonly string[]
  } = {},
) {
  const sent: { events: readonly QueuedEvent[]; deliveryId: string }[] = []
  const logged: object[] = []
  const noted: string[][] = []
  const neededAt: string[] = []
  let time = 0
  const webhook = createWebhookReceiver({
    originSecrets: options.originSecrets ?? [],
    secrets: {
      consumer: async () => ({ current: 'secret', previous: 'former' }),
      refreshed: async () => options.refreshed ?? { current: 'secret', previous: 'former' },
      previousSince: async () => '2026-01-01T00:00:00.000Z',
      app: async () => ({ key: 'key', secret: 'secret' }),
    },
    queue: {
      async send(events, deliveryId) {
        if (options.fail) throw options.fail
        sent.push({ events, deliveryId })
      },
    },
    outageNotes: {
      async note(...times) {
        if (options.notes === 'fail') throw new Error('DynamoDB is away')
        noted.push(times)
      },
      async noteReplay(...end) {
        if (options.notes === 'fail') throw new Error('DynamoDB is away')
        noted.push(end)
      },
      async notePreviousSecret(at) {
        if (options.notes === 'fail') throw new Error('DynamoDB is away')
        neededAt.push(at)
      },
    },
    now: () => new Date(Date.UTC(2026, 0, 1, 0, time)),
    log: (entry) => logged.push(entry),
  })
  return { webhook, sent, logged, noted, neededAt, options, pass: (minutes: number) => (time += minutes) }
}

const deliver = (body: string | Buffer, secret = 'secret') =>
  httpEvent('POST', '/webhooks/twitter', { body, headers: { 'x-twitter-webhooks-signature': sign(body, secret) } })

describe("X's CRC", () => {
  test('is answered with the current secret', async () => {
    const answer = await webhookWith().webhook(httpEvent('GET', '/webhooks/twitter', { query: { crc_token: token } }))
    expect(answer.statusCode).toBe(200)
    expect(JSON.parse(answer.body ?? '')).toEqual({ response_token: sign(token, 'secret') })
  })

  test('without a token, or with an odd one, is refused with 400', async () => {
    const { webhook } = webhookWith()
    const queries: (Record<string, string> | undefined)[] = [
      undefined,
      { crc_token: '' },
      { crc_token: '{"for_user_id":"1"}' },
      { other: token },
    ]
    for (const query of queries) {
      const answer = await webhook(httpEvent('GET', '/webhooks/twitter', query ? { query } : {}))
      expect(answer.statusCode).toBe(400)
      expect(answer.body).toContain('crc_token')
    }
  })
})

describe('a delivery', () => {
  const delivery = JSON.stringify(
    directMessages(shop, { id: '1206724334791753732', from: ann, to: shop, text: 'é 😀' }),
  )

  test('is answered 200 once every event is queued, under the id of the request', async () => {
    const { webhook, sent } = webhookWith()
    expect((await webhook(deliver(delivery))).statusCode).toBe(200)
    expect(sent).toMatchObject([
      {
        deliveryId: 'request-1',
        events: [{ externalId: '1206724334791753732', receivedAt: '2026-01-01T00:00:00.000Z' }],
      },
    ])
  })

  test('is checked by its raw bytes, as text and in base64, under the previous secret too', async () => {
    const { webhook, sent } = webhookWith()
    for (const event of [deliver(delivery), deliver(Buffer.from(delivery)), deliver(delivery, 'former')]) {
      expect((await webhook(event)).statusCode).toBe(200)
    }
    expect(sent).toHaveLength(3)
    expect(JSON.stringify(sent[1]?.events)).toContain('é 😀')
  })

  test('without a signature, or with a wrong one, is refused with 401 and queued nowhere', async () => {
    const { webhook, sent } = webhookWith()
    const unsigned = httpEvent('POST', '/webhooks/twitter', { body: delivery })
    for (const event of [unsigned, deliver(delivery, 'guessed'), { ...deliver(delivery), body: `${delivery} ` }]) {
      const answer = await webhook(event)
      expect(answer.statusCode).toBe(401)
      expect(answer.headers?.['content-type']).toBe('application/problem+json')
    }
    expect(sent).toEqual([])
  })

  test('is refused with 401 when its body is a token that the CRC has signed', async () => {
    const { webhook, sent } = webhookWith()
    const crcToken = '1234567890123456'
    const answer = await webhook(httpEvent('GET', '/webhooks/twitter', { query: { crc_token: crcToken } }))
    const { response_token: signature } = JSON.parse(answer.body ?? '') as { response_token: string }
    for (const body of [crcToken, Buffer.from(crcToken)]) {
      const headers = { 'x-twitter-webhooks-signature': signature }
      const forged = httpEvent('POST', '/webhooks/twitter', { body, headers })
      expect((await webhook(forged)).statusCode).toBe(401)
    }
    expect(sent).toEqual([])
  })

  test('signed with a secret that was exchanged a moment ago is known after one look at the secrets', async () => {
    const { webhook, sent } = webhookWith({ refreshed: { current: 'newest', previous: 'secret' } })
    expect((await webhook(deliver(delivery, 'newest'))).statusCode).toBe(200)
    expect(sent).toHaveLength(1)
  })

  test('that cannot be understood is kept and answered 200, since X would only send it again', async () => {
    const { webhook, sent } = webhookWith()
    expect((await webhook(deliver('{"for_user_id":'))).statusCode).toBe(200)
    expect((await webhook(deliver(Buffer.from([0xff, 0xfe, 0x00])))).statusCode).toBe(200)
    expect(sent.map((one) => one.events.map((event) => event.kind))).toEqual([['unreadable'], ['unreadable']])
  })

  test('that can never concern a ticket is only counted', async () => {
    const { webhook, sent, logged } = webhookWith()
    await webhook(deliver(JSON.stringify({ for_user_id: shop.id, favorite_events: [{}] })))
    expect(sent).toEqual([])
    expect(logged).toEqual([{ event: 'received', queued: 0, counted: ['favorite_events'], signedBy: 'current' }])
  })

  test('that tells the end of a replay is noted, or answered 503 so that X tells it again', async () => {
    const body = JSON.stringify({ replay_job_status: { job_id: '7', job_state: 'Incomplete', webhook_id: '1' } })
    const { webhook, noted, options } = webhookWith()
    expect((await webhook(deliver(body))).statusCode).toBe(200)
    expect(noted).toEqual([['7', 'Incomplete', '2026-01-01T00:00:00.000Z']])
    options.notes = 'fail'
    expect((await webhook(deliver(body))).statusCode).toBe(503)
    expect((await webhook(deliver(body, 'forged'))).statusCode).toBe(401)
  })

  test('that the queue does not take is answered 503, so that X delivers again', async () => {
    const { webhook, logged } = webhookWith({ fail: new Error('AmazonSQS.SendMessageBatch: no answer in 1200 ms') })
    expect((await webhook(deliver(delivery))).statusCode).toBe(503)
    expect(logged).toMatchObject([
      { event: 'failed', error: 'Error: AmazonSQS.SendMessageBatch: no answer in 1200 ms' },
    ])
  })

  test('that could not be kept is noted, so that upkeep can ask for it; one that is refused is not', async () => {
    const { webhook, noted, options, pass } = webhookWith({ fail: new Error('queue away') })
    await webhook(deliver(delivery))
    await webhook(deliver(delivery, 'guessed'))
    expect(noted).toEqual([['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z']])
    pass(5)
    options.fail = null
    await webhook(deliver(delivery))
    expect(noted).toHaveLength(1)
  })

  test('that could not even be noted is noted with the next, from the first on', async () => {
    const { webhook, noted, options, pass } = webhookWith({ fail: new Error('queue away'), notes: 'fail' })
    await webhook(deliver(delivery))
    pass(5)
    await webhook(deliver(delivery))
    pass(5)
    Object.assign(options, { fail: null, notes: 'work' })
    expect((await webhook(deliver(delivery))).statusCode).toBe(200)
    expect(noted).toEqual([['2026-01-01T00:00:00.000Z', '2026-01-01T00:10:00.000Z']])
  })

  test('leaves neither its text nor a secret in the log', async () => {
    for (const options of [{}, { fail: new Error('queue away') }]) {
      const { webhook, logged } = webhookWith(options)
      await webhook(deliver(delivery))
      await webhook(deliver(delivery, 'guessed'))
      expect(JSON.stringify(logged)).not.toMatch(/😀|secret|guessed|former/)
      expect(logged).toHaveLength(2)
    }
  })
})

test('any other method is refused with 405 that names the allowed ones', async () => {
  const { webhook } = webhookWith()
  for (const method of ['PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']) {
    const answer = await webhook(httpEvent(method, '/webhooks/twitter'))
    expect(answer).toMatchObject({ statusCode: 405, headers: { allow: 'GET, POST' } })
  }
})

describe('behind the front door', () => {
  const withHeader = (value: string | undefined, signed = '{}') => {
    const event = deliver(signed)
    return { ...event, headers: { ...event.headers, ...(value === undefined ? {} : { 'x-origin-secret': value }) } }
  }
  const originSecrets = ['new-secret', 'old-secret']

  test.each(originSecrets)('a delivery with %s is accepted, while both count', async (value) => {
    expect((await webhookWith({ originSecrets }).webhook(withHeader(value))).statusCode).toBe(200)
  })

  test.each([undefined, '', 'new-secre', 'new-secret,old-secret'])(
    'one that came by the address of the gateway is refused before anything is read: %s',
    async (value) => {
      const { webhook, sent, noted } = webhookWith({ originSecrets, fail: new Error('the queue is away') })
      expect((await webhook(withHeader(value))).statusCode).toBe(403)
      expect([sent, noted]).toEqual([[], []])
    },
  )
})

test('the log says which secret signed, so that one sees when the previous one is not needed any more', async () => {
  const { webhook, logged } = webhookWith()
  await webhook(deliver('{}', 'secret'))
  await webhook(deliver('{}', 'former'))
  expect(logged).toMatchObject([{ signedBy: 'current' }, { signedBy: 'previous' }])
})

describe('that X still signs with the previous secret', () => {
  test('is noted at most once an hour, and not for the present one', async () => {
    const { webhook, neededAt, pass } = webhookWith()
    await webhook(deliver('{}', 'secret'))
    expect(neededAt).toEqual([])
    for (const minutes of [10, 49, 1, 60]) {
      await webhook(deliver('{}', 'former'))
      await webhook(deliver('{}', 'former'))
      pass(minutes)
    }
    expect(neededAt).toEqual(['2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00.000Z'])
  })

  test('fails no delivery when it cannot be noted, and is tried again with the next', async () => {
    const { webhook, neededAt, logged, options } = webhookWith({ notes: 'fail' })
    expect((await webhook(deliver('{}', 'former'))).statusCode).toBe(200)
    expect(logged).toContainEqual(expect.objectContaining({ event: 'previous_secret_not_noted' }))
    options.notes = 'work'
    await webhook(deliver('{}', 'former'))
    expect(neededAt).toHaveLength(1)
  })
})
