import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  channelOutage,
  extendBackfill,
  recoveredBy,
  remainderOf,
  replayStep,
  replayTime,
  unionOf,
} from '../../../lambdas/core/channels/outage.ts'

const outage = { from: '2026-01-10T10:00:30.000Z', to: '2026-01-10T11:00:10.000Z' }
const at = (time: string) => new Date(`2026-01-10T${time}.000Z`)

describe('asking X to deliver a outage again', () => {
  test('waits until the beginning is 31 minutes ago and the end 10, with a minute more for clocks that differ, and asks for whole minutes around the outage', () => {
    expect(replayStep(outage, at('11:11:59'))).toEqual({ do: 'wait', until: '2026-01-10T11:12:00.000Z' })
    expect(replayStep(outage, at('11:12:00'))).toEqual({
      do: 'request',
      period: { from: '2026-01-10T10:00:00.000Z', to: '2026-01-10T11:01:00.000Z' },
    })
    const moment = { from: '2026-01-10T10:00:00.000Z', to: '2026-01-10T10:00:00.000Z' }
    expect(replayStep(moment, at('10:31:59'))).toMatchObject({ do: 'wait' })
    expect(replayStep(moment, at('10:32:00'))).toMatchObject({ period: { to: '2026-01-10T10:01:00.000Z' } })
  })

  test('asks for the last 24 hours of a longer outage, and for nothing of one that lies behind them', () => {
    const long = { from: '2026-01-01T00:00:00.000Z', to: outage.to }
    expect(replayStep(long, at('11:20:30'))).toMatchObject({ period: { from: '2026-01-09T11:22:00.000Z' } })
    expect(replayStep(outage, new Date('2026-01-11T11:01:00.000Z'))).toEqual({ do: 'give_up' })
  })

  test('never asks for a time that X refuses', () => {
    const time = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 0, 4) })
    fc.assert(
      fc.property(time, fc.nat(50 * 3600_000), fc.nat(80 * 3600_000), (from, length, later) => {
        const now = from + length + later
        const outage = { from: new Date(from).toISOString(), to: new Date(from + length).toISOString() }
        const step = replayStep(outage, new Date(now))
        if (step.do !== 'request') return true
        const [asked, until] = [Date.parse(step.period.from), Date.parse(step.period.to)]
        const minute = 60_000
        return (
          now - asked >= 31 * minute &&
          now - asked <= 24 * 60 * minute &&
          now - until >= 10 * minute &&
          asked < until &&
          asked % minute === 0 &&
          until % minute === 0
        )
      }),
    )
  })

  test("writes times as X's replay wants them", () => {
    expect(replayTime('2026-01-09T11:21:00.000Z')).toBe('202601091121')
  })
})

describe('what was missed', () => {
  test('is asked for from the beginning when there was a further outage, and as before when there was none', () => {
    const half = { ...outage, mentions: { done: true, next: null }, directMessages: { done: false, next: 'page 2' } }
    expect(extendBackfill(half, null)).toBe(half)
    const further = { from: '2026-01-10T09:00:00.000Z', to: '2026-01-10T12:00:00.000Z' }
    expect(extendBackfill(half, further)).toEqual({
      ...further,
      mentions: { done: false, next: null },
      directMessages: { done: false, next: null },
    })
    expect(unionOf(null, outage)).toBe(outage)
  })
})

describe('the time for which a channel may have missed deliveries', () => {
  const channel = { connectedAt: '2026-01-10T08:00:00.000Z', countsFrom: '2026-01-01T00:00:00.000Z' }
  const now = '2026-01-10T12:00:00.000Z'
  const soon = '2026-01-10T12:10:00.000Z'

  test('is none while its subscription is there and it was looked after since it was connected', () => {
    expect(channelOutage(channel, '2026-01-10T11:45:00.000Z', true, now)).toBeNull()
  })

  test('goes from when it last worked to some minutes after its subscription is made', () => {
    expect(channelOutage(channel, '2026-01-10T11:45:00.000Z', false, now)).toEqual({
      from: '2026-01-10T11:45:00.000Z',
      to: soon,
    })
  })

  test('holds the time without access, when the account gave it again', () => {
    expect(channelOutage(channel, '2026-01-08T10:00:00.000Z', true, now)).toEqual({
      from: '2026-01-08T10:00:00.000Z',
      to: soon,
    })
  })

  test('never begins before the channel counts', () => {
    const again = { connectedAt: '2026-01-10T11:59:00.000Z', countsFrom: '2026-01-10T11:59:00.000Z' }
    const since = { from: again.countsFrom, to: soon }
    expect(channelOutage(again, '2026-01-08T10:00:00.000Z', true, now)).toEqual(since)
    expect(channelOutage(again, null, false, now)).toEqual(since)
    // Connected while the run is under way: the next one looks after it.
    expect(channelOutage({ connectedAt: soon, countsFrom: soon }, null, false, now)).toBeNull()
  })
})

describe('what is left to read', () => {
  const [done, open] = [
    { done: true, next: null },
    { done: false, next: 'page 2' },
  ]

  test('is what a list still holds', () => {
    expect(remainderOf(outage, { mentions: done, directMessages: open }, '2026-01-10T12:00:00.000Z')).toEqual({
      ...outage,
      mentions: done,
      directMessages: open,
    })
  })

  test('is nothing once both lists are read, and the rest of a period that has not ended', () => {
    const both = { mentions: done, directMessages: done }
    expect(remainderOf(outage, both, outage.to)).toBeNull()
    const readAt = '2026-01-10T11:00:00.000Z'
    const anew = { done: false, next: null }
    expect(remainderOf(outage, both, readAt)).toEqual({
      from: readAt,
      to: outage.to,
      mentions: anew,
      directMessages: anew,
    })
  })
})

describe('a recovered message', () => {
  const replay = { ...outage, jobId: '1', requestedAt: '2026-01-10T11:15:00.000Z' }
  const event = { createdAt: '2026-01-10T10:30:00.000Z', receivedAt: '2026-01-10T11:16:00.000Z' }

  test('is one that we asked for, or that X told again after it was asked', () => {
    expect(recoveredBy(true, event, null)).toBe('poll')
    expect(recoveredBy(false, event, replay)).toBe('replay')
  })

  test('is not one of another time, one that came before X was asked, or one without any outage', () => {
    expect(recoveredBy(false, { ...event, createdAt: '2026-01-10T11:15:30.000Z' }, replay)).toBeNull()
    expect(recoveredBy(false, { ...event, receivedAt: '2026-01-10T11:14:00.000Z' }, replay)).toBeNull()
    expect(recoveredBy(false, event, null)).toBeNull()
  })
})
