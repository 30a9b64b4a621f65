import { expect, test } from '@jest/globals'
import { gapIn } from '../../../lambdas/core/channels/outage.ts'

const state = (value: string, minute: string) => ({ value, timestamp: `2026-01-31T19:${minute}:00.000+0000` })

test('an alarm that begins tells a gap that began before it, and its end tells the whole', () => {
  expect(gapIn({ state: state('ALARM', '20'), previousState: state('OK', '00') })).toEqual({
    from: '2026-01-31T19:10:00.000Z',
    to: '2026-01-31T19:20:00.000Z',
  })
  expect(gapIn({ state: state('OK', '40'), previousState: state('ALARM', '20') })).toEqual({
    from: '2026-01-31T19:10:00.000Z',
    to: '2026-01-31T19:40:00.000Z',
  })
  expect(gapIn({ state: state('ALARM', '20') })).not.toBeNull()
})

test('no other change of an alarm is a gap', () => {
  expect(gapIn({ state: state('OK', '20'), previousState: state('INSUFFICIENT_DATA', '00') })).toBeNull()
  expect(gapIn({ state: state('INSUFFICIENT_DATA', '20'), previousState: state('ALARM', '00') })).toBeNull()
})
