import { describe, expect, test } from '@jest/globals'
import { type Channel, newChannel, withSettings } from '../../../lambdas/core/channels/channel.ts'
import { inactivityToReport } from '../../../lambdas/core/channels/inactivity.ts'
import { type Check, inactivityMail, revokedMail } from '../../../lambdas/core/channels/mails.ts'

const at = (hour: number, minute = 0) => new Date(Date.UTC(2026, 0, 1, hour, minute)).toISOString()
const fresh = newChannel({ id: 'twitter-1', twitterUserId: '1', username: 'shop', at: at(0) })
const channel: Channel = { ...fresh, noMessagesHours: 2 }
const on = { enabled: true, enabledAt: null }
const tell = (some: Partial<Channel>, time: string, extension = on) =>
  inactivityToReport({ ...channel, ...some }, extension, new Date(time))

describe('«No messages (h)»', () => {
  test('is told after so many hours, to the minute, and not before', () => {
    expect(tell({}, at(1, 59))).toBeNull()
    expect(tell({}, at(2))).toEqual({ since: at(0), hours: 2, leavesOut: false })
  })

  test('counts from the latest of last message, connecting, change of the setting, enabling', () => {
    expect(tell({ lastMessageAt: at(5) }, at(7))?.since).toBe(at(5))
    expect(tell({ lastMessageAt: at(5), connectedAt: at(6) }, at(8))?.since).toBe(at(6))
    expect(tell({ lastMessageAt: at(5), noMessagesChangedAt: at(7) }, at(9))?.since).toBe(at(7))
    expect(tell({ lastMessageAt: at(5) }, at(11), { enabled: true, enabledAt: at(9) } as never)?.since).toBe(at(9))
  })

  test('is told once a silence: what is remembered is from when it counts, so the next silence is told again', () => {
    expect(tell({ inactivityNotifiedFrom: at(0) }, at(9))).toBeNull()
    expect(tell({ inactivityNotifiedFrom: at(0), lastMessageAt: at(9) }, at(11))).toEqual({
      since: at(9),
      hours: 2,
      leavesOut: false,
    })
  })

  test('is told of no channel that is off, not connected, or whose administrator does not want it', () => {
    expect(tell({ noMessagesHours: null }, at(99))).toBeNull()
    expect(tell({ status: 'needs_reconnection' }, at(99))).toBeNull()
    expect(tell({ status: 'disconnected' }, at(99))).toBeNull()
    expect(tell({}, at(99), { enabled: false, enabledAt: null })).toBeNull()
  })

  test('setting the hours begins a new count, setting anything else does not', () => {
    expect(withSettings(channel, { noMessagesHours: 2 }, at(3)).noMessagesChangedAt).toBe(at(3))
    expect(withSettings(channel, { mentions: false }, at(3))).toMatchObject({
      noMessagesChangedAt: null,
      mentions: false,
    })
  })
})

describe('the mail', () => {
  const quiet: Check[] = [{ what: 'Our webhook at X', is: 'passed' }]
  const broken: Check[] = [{ what: 'Our webhook at X', is: 'failed', because: 'it is not registered at X' }]
  const unasked: Check[] = [
    ...quiet,
    { what: 'Our access to the account', is: 'not_made', because: 'X limits our calls at the moment' },
  ]

  test('says which channel, since when, what was checked, and leads to the channel, in text and in HTML alike', () => {
    const mail = inactivityMail(channel, { since: at(5), hours: 2, leavesOut: false }, quiet, 'https://console.example')
    expect(mail.subject).toBe('No messages for 2 h: shop')
    for (const body of [mail.text, mail.html]) {
      for (const part of [
        '«shop»',
        '@shop',
        '2026-01-01 05:00 UTC',
        'Our webhook at X: OK',
        'https://console.example/channels/twitter-1',
      ]) {
        expect(body).toContain(part)
      }
    }
    expect(mail.html).toContain('<a href="https://console.example/channels/twitter-1">')
  })

  test('tells quiet from broken', () => {
    const words = (checks: readonly Check[]) =>
      inactivityMail(channel, { since: at(5), hours: 2, leavesOut: false }, checks, 'https://c.example').text
    expect(words(quiet)).toContain('All checks passed')
    expect(words(broken)).toContain('A check failed')
    expect(words(broken)).toContain('it is not registered at X')
    expect(words(unasked)).toContain('No check failed, but not all could be made')
    expect(words(unasked)).toContain('access to the account: not checked, because X limits our calls')
  })

  test('takes a hostile name for what it is: no header, no markup', () => {
    const name = 'Shop\r\nBcc: all@example.com\u2028<img src=x onerror=alert(1)>&"'
    for (const mail of [
      inactivityMail({ ...channel, name }, { since: at(5), hours: 2, leavesOut: false }, quiet, 'https://c.example'),
      revokedMail({ ...channel, name }, 'https://c.example'),
    ]) {
      expect(mail.subject).not.toMatch(/[\r\n\u2028]/)
      expect(mail.html).not.toContain('<img')
      expect(mail.html).toContain('&lt;img src=x')
      expect(mail.text).toContain('<img src=x')
    }
  })
})
