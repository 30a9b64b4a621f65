import { describe, expect, test } from '@jest/globals'
import type { Message } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { productForTests } from '../support/product.ts'
import { ann, shop } from '../support/x-payloads.ts'

const channelId = `twitter-${shop.id}`

const product = productForTests(async () => {
  await product.addToX(shop, ann)
  await product.connectByOAuth(shop)
})

const moveTo = (now: Date) => product.onX('POST', 'clock', { now: now.toISOString() })
const later = (minutes: number) => new Date(Date.now() + minutes * 60_000)

async function allMessages(): Promise<Message[]> {
  const tickets = await product.tickets()
  return (await Promise.all(tickets.map(({ id }) => product.messages(id)))).flat()
}
const texts = async () => (await allMessages()).map(({ text }) => text).sort()

/** Everything that was lost, once it is there. */
async function found(wanted: readonly string[]): Promise<Message[]> {
  await eventually('what was lost', async () => ((await texts()).length >= wanted.length ? true : undefined))
  const messages = await allMessages()
  expect(messages.map(({ text }) => text).sort()).toEqual([...wanted].sort())
  return messages
}

describe('an hour of messages that X did not deliver', () => {
  const wanted: string[] = []

  test('is there once after upkeep, and says that it was recovered', async () => {
    await product.schedule('reconcile')
    await product.onX('POST', 'webhooks/break')
    for (let minute = 5; minute <= 60; minute += 5) {
      await moveTo(later(minute))
      await product.onX('POST', 'direct-messages', { from: ann.id, to: shop.id, text: `message ${minute}` })
      await product.onX('POST', 'posts', { by: ann.id, text: `@${shop.username} mention ${minute}` })
      wanted.push(`message ${minute}`, `@${shop.username} mention ${minute}`)
    }
    expect(await texts()).toEqual([])
    await product.schedule('reconcile', later(61).toISOString())
    const messages = await found(wanted)
    expect(new Set(messages.map(({ recovered }) => recovered))).toEqual(new Set(['poll']))
  })

  test('is delivered again by X when it lets, which changes nothing', async () => {
    await moveTo(later(90))
    await product.schedule('reconcile', later(90).toISOString())
    const end = await eventually('the end of the replay', async () => {
      const { deliveries } = await product.onX<{ deliveries: { event: string; status: string }[] }>('GET', 'deliveries')
      return deliveries.find(({ event, status }) => event === 'replay_job_status' && status === 'delivered')
    })
    expect(end.status).toBe('delivered')
    await product.schedule('reconcile', later(105).toISOString())
    await found(wanted)
    const tomorrow = later(24 * 60)
      .toISOString()
      .slice(0, 10)
    const { days } = await product.helpdesk.call('GET /api/channels/{id}/activity', {
      params: { id: channelId },
      query: { to: tomorrow },
    })
    expect(days.reduce((sum, day) => sum + day.recovered, 0)).toBe(wanted.length)
  })

  test('is over: what comes now is delivered', async () => {
    await product.onX('POST', 'direct-messages', { from: ann.id, to: shop.id, text: 'and on' })
    const messages = await found([...wanted, 'and on'])
    expect(messages.find(({ text }) => text === 'and on')?.recovered).toBeNull()
    expect(await product.mails()).toEqual([])
  })
})
