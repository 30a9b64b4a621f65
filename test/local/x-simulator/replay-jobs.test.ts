import { afterEach, describe, expect, test } from '@jest/globals'
import type { XSimulator } from '../../../local/x-simulator/simulator.ts'
import { eventually } from '../support.ts'
import {
  accountAt,
  appAt,
  type Body,
  control,
  customer,
  deliveriesEnded,
  everything,
  type Receiver,
  refusalOf,
  shop,
  subscribed,
  subscribedToActivity,
} from './support.ts'

const all = everything()
afterEach(() => all.stop())

const at = (x: XSimulator, time: string) => x.control.clock(new Date(`2026-05-01T${time}Z`))
const write = (x: XSimulator, text: string) => x.control.directMessage({ from: customer, to: shop, text })
const statuses = (x: XSimulator) => x.control.deliveries().map(({ status }) => status)

const textOf = ({ body }: { body: Body }) =>
  body.replay_job_status?.job_state ??
  body.direct_message_events?.[0].message_create.message_data.text ??
  body.tweet_create_events?.[0].text ??
  body.data.event_type
const texts = (receiver: Receiver) => receiver.received.map(textOf)

/** An account that is subscribed, at noon. */
async function started(...activity: string[]) {
  const [x, receiver] = [await all.x(), await all.receiver()]
  const id = await subscribed(x, receiver, shop)
  await subscribedToActivity(x, id, shop, ...activity)
  at(x, '12:00:00')
  const app = await appAt(x)
  const replay = async (from_date: string, to_date: string): Promise<Body> =>
    app.v2.post('webhooks/replay', { webhook_id: id, from_date, to_date })
  return { x, receiver, id, app, replay }
}

describe('a broken webhook', () => {
  test('misses all events until a PUT succeeds', async () => {
    const { x, receiver, id, app } = await started('chat.received')
    expect((await control(x, 'POST', 'webhooks/break', { id })).body).toMatchObject({
      webhooks: [{ id, valid: false }],
    })
    expect(await app.v2.get('webhooks')).toMatchObject({ data: [{ id, valid: false }] })
    write(x, 'missed')
    x.control.chat.write({ from: customer, to: shop, text: 'secret' })
    expect(x.control.deliveries()).toMatchObject([
      { event: 'direct_message_events', status: 'missed', attempts: [] },
      { event: 'chat.received', status: 'missed', attempts: [] },
    ])
    receiver.secret = 'wrong'
    expect((await refusalOf(app.v2.put(`webhooks/${id}`))).code).toBe(400)
    receiver.secret = 'test-consumer-secret'
    await app.v2.put(`webhooks/${id}`)
    write(x, 'heard')
    await deliveriesEnded(x)
    expect(texts(receiver)).toEqual(['heard'])
  })

  test('is repaired by the control without a challenge', async () => {
    const { x, receiver, id } = await started()
    const challenges = receiver.challenges.length
    await control(x, 'POST', 'webhooks/break')
    expect((await control(x, 'POST', 'webhooks/repair')).body).toMatchObject({ webhooks: [{ id, valid: true }] })
    write(x, 'heard')
    await deliveriesEnded(x)
    expect(texts(receiver)).toEqual(['heard'])
    expect(receiver.challenges).toHaveLength(challenges)
  })

  test('misses held deliveries, and gets no further attempts of pending ones', async () => {
    const { x, receiver } = await started()
    x.control.echoes({ hold: true })
    write(x, 'held')
    x.control.breakWebhooks()
    x.control.echoes({ release: true })
    await deliveriesEnded(x)
    expect(statuses(x)).toEqual(['missed'])
    expect(receiver.received).toEqual([])
  })
})

describe('dropped deliveries', () => {
  test('are a number of deliveries of the named kinds', async () => {
    const { x, receiver } = await started()
    const drop = { count: 2, kinds: ['direct_message_events'] }
    expect((await control(x, 'POST', 'drop', drop)).body).toEqual({ drop: { left: 2, kinds: drop.kinds } })
    write(x, '1')
    x.control.post({ by: customer, text: 'Hello @demo_shop' })
    expect((await control(x, 'GET', 'drop')).body).toEqual({ drop: { left: 1, kinds: drop.kinds } })
    write(x, '2')
    write(x, '3')
    await deliveriesEnded(x)
    expect(statuses(x)).toEqual(['missed', 'delivered', 'missed', 'delivered'])
    expect(texts(receiver).sort()).toEqual(['3', 'Hello @demo_shop'])
    expect((await control(x, 'GET', 'drop')).body).toEqual({ drop: null })
  })

  test.each([
    ['a count of 0', 'drop', { count: 0 }],
    ['a repair', 'webhooks/repair', {}],
  ])('are all deliveries until %s ends it', async (_, path, body) => {
    const { x, receiver } = await started()
    await control(x, 'POST', 'drop', { until: 'repaired' })
    for (const text of ['1', '2', '3']) write(x, text)
    await control(x, 'POST', path, body)
    write(x, '4')
    await deliveriesEnded(x)
    expect(statuses(x)).toEqual(['missed', 'missed', 'missed', 'delivered'])
    expect(texts(receiver)).toEqual(['4'])
  })
})

describe('a replay job', () => {
  test('delivers the missed, failed and delivered events of its time range, each once, and then reports that it is complete', async () => {
    const { x, receiver, id, replay } = await started()
    write(x, 'too early')
    await deliveriesEnded(x)
    at(x, '12:10:00')
    write(x, 'delivered')
    await deliveriesEnded(x)
    x.control.drop({ count: 2 })
    write(x, 'missed')
    receiver.statuses = Array.from({ length: 8 }, () => 500)
    write(x, 'failed')
    await deliveriesEnded(x)
    receiver.statuses = []
    at(x, '12:21:00')
    write(x, 'too late')
    await deliveriesEnded(x)
    const before = receiver.received.length

    at(x, '12:52:00')
    const answer = await replay('202605011210', '202605011220')
    expect(answer).toEqual({
      data: { job_id: expect.stringMatching(/^\d{19}$/), created_at: expect.stringMatching(/^2026-05-01T12:52:/) },
    })
    await eventually('the end of the job', () => texts(receiver).includes('Complete'))
    const again = receiver.received.slice(before)
    expect(again.map(textOf)).toEqual(['delivered', 'missed', 'failed', 'Complete'])
    expect(again.every(({ signed }) => signed)).toBe(true)
    const first = receiver.received.find((one) => 'for_user_id' in one.body && textOf(one) === 'delivered')
    expect(again[0]?.raw).toBe(first?.raw)
    expect(again.at(-1)?.body).toEqual({
      replay_job_status: {
        webhook_id: id,
        job_state: 'Complete',
        job_state_description: 'Job completed successfully',
        job_id: answer.data.job_id,
      },
    })
    const replayed = x.control.deliveries().filter((one) => one.replay === answer.data.job_id)
    expect(replayed).toMatchObject(again.slice(0, 3).map(() => ({ status: 'delivered', attempts: [{ status: 200 }] })))

    await replay('202605011210', '202605011220')
    await eventually('the end of the second job', () => receiver.received.length === before + 8)
    expect(texts(receiver).slice(before + 4)).toEqual(['delivered', 'missed', 'failed', 'Complete'])
  })

  test('continues after an answer other than 200, does not retry, and is incomplete', async () => {
    const { x, receiver, replay } = await started()
    x.control.drop({ count: 3 })
    for (const text of ['1', '2', '3']) write(x, text)
    at(x, '13:00:00')
    receiver.statuses = [200, 503]
    await replay('202605011200', '202605011230')
    await eventually('the end of the job', () => receiver.received.length === 4)
    expect(texts(receiver)).toEqual(['1', '2', '3', 'Incomplete'])
    await replay('202605011200', '202605011230')
    await eventually('the end of the second job', () => receiver.received.length === 8)
    expect(texts(receiver).slice(4)).toEqual(['1', '2', '3', 'Complete'])
  })

  test('delivers the events of the X Activity API too, also those that were delivered', async () => {
    const { x, receiver, replay } = await started('chat.received')
    x.control.chat.write({ from: customer, to: shop, text: 'secret' })
    await deliveriesEnded(x)
    x.control.drop({ count: 1 })
    x.control.chat.write({ from: customer, to: shop, text: 'secret' })
    at(x, '13:00:00')
    await replay('202605011200', '202605011230')
    await eventually('the end of the job', () => texts(receiver).includes('Complete'))
    expect(texts(receiver)).toEqual(['chat.received', 'chat.received', 'chat.received', 'Complete'])
    expect(receiver.received[1]?.raw).toBe(receiver.received[0]?.raw)
  })

  test('brings nothing of a kind that was not subscribed to at that time', async () => {
    const { x, receiver, id, replay } = await started()
    x.control.chat.write({ from: customer, to: shop, text: 'secret' })
    await subscribedToActivity(x, id, shop, 'chat.received')
    at(x, '13:00:00')
    await replay('202605011200', '202605011230')
    await eventually('the end of the job', () => texts(receiver).includes('Complete'))
    expect(texts(receiver)).toEqual(['Complete'])
  })

  test('leaves out its last event and ends as Incomplete when the settings say so', async () => {
    const { x, receiver, replay } = await started()
    x.control.drop({ count: 2 })
    for (const text of ['1', '2']) write(x, text)
    at(x, '13:00:00')
    await control(x, 'POST', 'settings', { incompleteReplays: 1 })
    await replay('202605011200', '202605011230')
    await eventually('the end of the job', () => receiver.received.length === 2)
    await replay('202605011200', '202605011230')
    await eventually('the end of the second job', () => receiver.received.length === 5)
    expect(texts(receiver)).toEqual(['1', 'Incomplete', '1', '2', 'Complete'])
  })

  test('brings only what X tried to deliver when the settings say so', async () => {
    const { x, receiver, replay } = await started()
    await control(x, 'POST', 'settings', { replayMissed: false })
    receiver.statuses = [500, 500, 500, 500]
    write(x, 'failed')
    await deliveriesEnded(x)
    x.control.breakWebhooks()
    write(x, 'missed')
    x.control.repairWebhooks()
    at(x, '13:00:00')
    await replay('202605011200', '202605011230')
    await eventually('the end of the job', () => texts(receiver).includes('Complete'))
    expect(texts(receiver).slice(4)).toEqual(['failed', 'Complete'])
  })

  test('is not dropped itself, and leaves out pending deliveries', async () => {
    const { x, receiver, replay } = await started()
    x.control.drop({ count: 1 })
    write(x, 'missed')
    x.control.echoes({ hold: true })
    write(x, 'held')
    x.control.echoes({ hold: false })
    x.control.drop({})
    at(x, '13:00:00')
    await replay('202605011200', '202605011230')
    await eventually('the end of the job', () => texts(receiver).includes('Complete'))
    expect(texts(receiver)).toEqual(['missed', 'Complete'])
  })

  test('runs alone: another gets a 409 until it has ended', async () => {
    const { x, receiver, replay } = await started()
    x.control.drop({ count: 1 })
    write(x, 'missed')
    at(x, '13:00:00')
    const { promise, resolve } = Promise.withResolvers<void>()
    receiver.gate = promise
    await replay('202605011200', '202605011230')
    expect(await refusalOf(replay('202605011200', '202605011230'))).toMatchObject({
      code: 409,
      data: { detail: expect.stringContaining('ReplayJobInProgress') },
    })
    resolve()
    await eventually('the end of the job', () => texts(receiver).includes('Complete'))
    await replay('202605011200', '202605011230')
  })

  test.each([
    ['older than 24 hours', '202604301159', '202605011100', 'from_date: must be within the last 24 hours'],
    ['from less than 31 minutes ago', '202605011130', '202605011140', 'from_date: must be at least 31 minutes ago'],
    ['to less than 10 minutes ago', '202605011100', '202605011151', 'to_date: must be at least 10 minutes ago'],
    ['backwards', '202605011110', '202605011100', 'from_date: must be before to_date'],
    ['of no length', '202605011110', '202605011110', 'from_date: must be before to_date'],
    ['of no such form', '2026-05-01', '202605011110', 'from_date: is not a time of the form yyyymmddhhmm'],
    [
      'until a day that does not exist',
      '202605011100',
      '202604311110',
      'to_date: is not a time of the form yyyymmddhhmm',
    ],
  ])('of a time %s is refused', async (_, from, to, sentence) => {
    const { replay } = await started()
    const { code, data } = await refusalOf(replay(from, to))
    expect([code, (data as Body).errors[0].message]).toEqual([400, sentence])
  })

  test('needs a valid webhook and the bearer token of the app', async () => {
    const { x, id, app, replay } = await started()
    const times = { from_date: '202605011100', to_date: '202605011130' }
    const message = async (call: Promise<unknown>) => {
      const { code, data } = await refusalOf(call)
      return [code, (data as Body).errors?.[0].message ?? data.title]
    }
    expect(await message(app.v2.post('webhooks/replay', { webhook_id: '1', ...times }))).toEqual([
      400,
      expect.stringContaining('WebhookIdInvalid'),
    ])
    expect(await message(accountAt(x, shop).v2.post('webhooks/replay', { webhook_id: id, ...times }))).toEqual([
      403,
      'Unsupported Authentication',
    ])
    x.control.breakWebhooks()
    expect(await message(replay(times.from_date, times.to_date))).toEqual([
      400,
      expect.stringContaining('WebhookInvalid'),
    ])
    x.control.repairWebhooks()
    await replay(times.from_date, times.to_date)
  })
})
