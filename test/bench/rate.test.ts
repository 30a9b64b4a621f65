import { describe, expect, test } from '@jest/globals'
import { deliveries, send } from '../../bench/load.ts'
import { lossIn, measureRate, SHARES } from '../../bench/rate.ts'
import { signerOf } from '../../lambdas/core/x/signature.ts'
import { served } from '../local/support.ts'

describe('the rate of one machine', () => {
  test('is measured on the real product, with every acknowledged message in a ticket once', async () => {
    const steps: string[] = []
    const figures = await measureRate({
      warmUpSeconds: 1,
      seconds: 1,
      concurrency: 4,
      onProgress: (sentence) => steps.push(sentence),
    })
    expect(figures).toMatchObject({ refused: 0, missing: 0, doubled: 0 })
    expect(figures.acknowledged).toBeGreaterThan(0)
    expect(figures.acceptedPerSecond).toBeGreaterThanOrEqual(figures.messagesPerSecond)
    expect(figures.latencies).toHaveLength(SHARES.length)
    for (const { p50Ms, p99Ms } of figures.latencies) expect(p99Ms).toBeGreaterThanOrEqual(p50Ms)
    expect(figures.cpuMsPerMessage).toBeGreaterThan(0)
    expect(figures.residentMb.before).toBeGreaterThan(0)
    expect(steps).toContain(`asking for ${figures.acknowledged} messages`)
  })

  test('is measured with one delivery at least, however slow the machine is', async () => {
    const receiver = await served((request, answer) => request.resume().on('end', () => answer.end()))
    try {
      const answers = await send(receiver.url, deliveries('secret'), { seconds: 1, ratePerSecond: 0.5, concurrency: 1 })
      expect(answers).toMatchObject([{ status: 200 }])
    } finally {
      await receiver.stop()
    }
  })

  test('would not pass with a message that is missing or doubled', () => {
    const stored = new Map([
      ['1', 1],
      ['2', 2],
      ['4', 1],
    ])
    expect(lossIn(['1', '2', '3'], stored)).toEqual({ missing: 1, doubled: 1 })
  })

  test('is that of many customers, who write direct messages, mentions, and answers under their own mention', () => {
    const all = deliveries('secret')
    const first = Array.from({ length: 500 }, () => all.next().value)
    const keys = { consumerKey: 'key', current: 'secret', previous: null }
    expect(first.every(({ body, signature }) => signerOf(Buffer.from(body), signature, keys) !== null)).toBe(true)
    expect(new Set(first.map(({ externalId }) => externalId)).size).toBe(500)
    const bodies = first.map(({ body }) => JSON.parse(body))
    expect(bodies.filter((body) => body.direct_message_events)).toHaveLength(300)
    const posts = bodies.flatMap((body) => body.tweet_create_events ?? [])
    const answers = posts.filter((post) => post.in_reply_to_status_id_str)
    expect(answers).toHaveLength(100)
    for (const { in_reply_to_status_id_str: parentId, user } of answers) {
      expect(posts.find((post) => post.id_str === parentId)?.user.id_str).toBe(user.id_str)
    }
  })
})
