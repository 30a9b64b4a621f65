import { describe, expect, test } from '@jest/globals'
import { previewOf, turnAfter, turnOf } from '../../../lambdas/core/tickets/turn.ts'

const at = (minute: number) => `2026-01-01T12:0${minute}:00.000Z`
const inbound = (minute: number, text = 'hi') => ({ direction: 'inbound', text, createdAt: at(minute) }) as const
const outbound = (minute: number) => ({ direction: 'outbound', text: 'hello', createdAt: at(minute) }) as const
const open = { status: 'open' } as const

describe('whose turn it is', () => {
  test('the customer waits since the first message that we have not answered', () => {
    const turn = turnAfter({ ...open, ...turnOf(inbound(1)) }, inbound(2, 'hi?'))
    expect(turn).toEqual({ waitingSince: at(1), lastMessage: { direction: 'inbound', text: 'hi?', at: at(2) } })
  })

  test('after our message nobody waits', () => {
    expect(turnAfter({ ...open, ...turnOf(inbound(1)) }, outbound(2)).waitingSince).toBeNull()
  })

  test('a message after the ticket was solved without an answer begins a new wait', () => {
    expect(turnAfter({ status: 'solved', ...turnOf(inbound(1)) }, inbound(5)).waitingSince).toBe(at(5))
  })

  test('a message that comes late changes nothing', () => {
    const answered = turnAfter({ ...open, ...turnOf(inbound(1)) }, outbound(4))
    expect(turnAfter({ ...open, ...answered }, inbound(2))).toEqual(answered)
  })
})

describe('the beginning of a message', () => {
  test('is one line', () => expect(previewOf(' a\n\n b ')).toBe('a b'))

  test.each(['x'.repeat(500), 'д'.repeat(500), '👨‍👩‍👧‍👦'.repeat(100), `${'x'.repeat(119)}👍🏽`])(
    'is at most 120 bytes, and whole characters: %#',
    (text) => {
      const shown = previewOf(text)
      expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(120)
      expect(shown.endsWith('…')).toBe(true)
      expect(text.startsWith(shown.slice(0, -1))).toBe(true)
      expect(shown).not.toMatch(/\u200d…$/u)
    },
  )
})
