import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { newChannel } from '../../../lambdas/core/channels/channel.ts'
import { type Reply, replyIdOf, writeReply } from '../../../lambdas/core/replies/reply.ts'
import {
  afterVerification,
  failed,
  judge,
  judgeUpload,
  MAX_ATTEMPTS,
  MAX_UPLOADS,
  MAX_VERIFICATIONS,
  markUnknown,
  nextStep,
  noResets,
  type Resets,
  sent,
  startAttempt,
  waitForUpload,
  waitUntil,
  withUnknownOutcome,
  withUploadedMedia,
  type XAnswer,
} from '../../../lambdas/core/replies/sending.ts'
import { attached } from '../../../lambdas/core/tickets/attachment.ts'
import { openTicket } from '../../../lambdas/core/tickets/message.ts'
import type { Written } from '../../../lambdas/core/tickets/written.ts'
import { activityOf } from '../../support/activities.ts'
import { nothing } from '../../support/situation.ts'
import { ann, directMessages, shop } from '../../support/x-payloads.ts'

const at = '2026-01-01T12:00:00.000Z'
const now = new Date(at)
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000)
const channel = newChannel({ id: `twitter-${shop.id}`, twitterUserId: shop.id, username: 'shop', at })
const picture = attached({ id: 'attachment-1' }, { key: 'sent/attachment-1', contentType: 'image/png', size: 9 })

function newReply(media = [] as (typeof picture)[]): Reply {
  const activity = activityOf(directMessages(shop, { id: '100', from: ann, to: shop })) as Written
  const { ticket } = openTicket(
    activity,
    {
      kind: 'direct',
      conversationId: `direct-${ann.id}`,
      number: 1,
      follows: null,
      previousTicketId: null,
      reason: '',
    },
    { ...nothing, channel },
    at,
  )
  const target = { kind: 'direct_message', recipientId: ann.id } as const
  const id = replyIdOf(ticket, now, 'a')
  return writeReply(ticket, { id, text: 'Gladly.', target, author: { id: 'a', name: 'A' }, media }, now).reply
}
const reply = newReply()
const attempted = startAttempt(reply, now)
/** The same reply after its worker has stopped without storing an outcome. */
const abandoned: Reply = { ...attempted, sending: { ...attempted.sending, claimedUntil: null } }

describe('the next step of a reply', () => {
  test('is to send it', () => {
    expect(nextStep(reply, channel, null, now)).toEqual({ do: 'send', mediaIds: [] })
  })

  test('is nothing once it has an outcome, or while another worker has it', () => {
    expect(nextStep(sent(reply, '7'), channel, null, now).do).toBe('leave')
    expect(nextStep(failed(reply, 'no'), channel, null, now).do).toBe('leave')
    expect(nextStep(markUnknown(reply, 'perhaps'), channel, null, now).do).toBe('leave')
    expect(nextStep(attempted, channel, null, after(119)).do).toBe('leave')
  })

  test('is to wait for an earlier reply of its ticket', () => {
    expect(nextStep(reply, channel, '2026-01-01T12:05:00.000Z', now)).toMatchObject({
      do: 'wait',
      until: '2026-01-01T12:05:00.000Z',
    })
    expect(nextStep(reply, channel, '2026-01-01T11:00:00.000Z', now)).toMatchObject({
      do: 'wait',
      until: '2026-01-01T12:00:01.000Z',
    })
  })

  test('is to verify an attempt whose outcome is unknown, 30 seconds after it, and never to send it', () => {
    expect(nextStep(abandoned, channel, null, after(29))).toMatchObject({
      do: 'wait',
      until: '2026-01-01T12:00:30.000Z',
    })
    expect(nextStep(abandoned, channel, null, after(30))).toEqual({ do: 'verify' })
    expect(nextStep(attempted, channel, null, after(120))).toEqual({ do: 'verify' })
  })

  test('is to fail it with what to do if the account is not connected; with an attempt at X an agent decides', () => {
    const lost = { ...channel, status: 'needs_reconnection' as const }
    const gone = { ...channel, status: 'disconnected' as const }
    for (const one of [lost, gone, null]) {
      expect(nextStep(reply, one, null, now)).toMatchObject({ do: 'fail', reason: expect.stringContaining('retry') })
      expect(nextStep(abandoned, one, null, after(60))).toMatchObject({
        do: 'mark_unknown',
        reason: expect.stringContaining('Check on X'),
      })
    }
  })

  test('is to upload its files, and to send it with their media ids when X has processed them', () => {
    const withPicture = newReply([picture])
    expect(nextStep(withPicture, channel, null, now)).toEqual({ do: 'upload', until: '2026-01-01T12:01:00.000Z' })
    const file = { attachmentId: picture.id, mediaId: '70', expiresAt: '2026-01-02T12:00:00.000Z', ready: false }
    const processing = withUploadedMedia(withPicture, file)
    expect(nextStep(processing, channel, null, now).do).toBe('upload')
    const ready = withUploadedMedia(processing, { ...file, ready: true })
    expect(ready.sending.uploadedMedia).toHaveLength(1)
    expect(nextStep(ready, channel, null, now)).toEqual({ do: 'send', mediaIds: ['70'] })
  })
})

const refused = (status: number, detail = '', resets: Partial<Resets> = {}): XAnswer => ({
  is: 'refused',
  status,
  detail,
  resets: { ...noResets, ...resets },
})

describe('an answer of X', () => {
  test('with an id means that the reply is sent', () => {
    expect(judge({ is: 'sent', externalId: '7', resets: noResets }, now)).toEqual({ do: 'sent', externalId: '7' })
  })

  test.each<[string, XAnswer]>([
    ['no answer', { is: 'unanswered', detail: 'timeout' }],
    ['500', refused(500)],
    ['503', refused(503)],
    [
      '403 for a text that X has already',
      refused(403, 'You are not allowed to create a Tweet with duplicate content.'),
    ],
  ])('that leaves open whether X has the reply makes the outcome unknown: %s', (_, answer) => {
    expect(judge(answer, now).do).toBe('outcome_unknown')
  })

  test('that never came because X was not reached lets the reply wait, and no other of the account', () => {
    expect(judge({ is: 'unreached', detail: 'ECONNREFUSED' }, now)).toMatchObject({
      do: 'wait',
      until: '2026-01-01T12:00:30.000Z',
      pauses: noResets,
    })
  })

  test('429 lets the whole account wait until X says, at least a minute', () => {
    const [until, atLeast] = ['2026-01-01T12:09:00.000Z', '2026-01-01T12:01:00.000Z']
    const waits = { do: 'wait', until, reason: expect.stringContaining('for the account') }
    expect(judge(refused(429, '', { account: until }), now)).toEqual({
      ...waits,
      pauses: { account: until, app: null },
    })
    expect(judge(refused(429), now)).toMatchObject({ until: atLeast, pauses: { account: atLeast, app: null } })
  })

  test('429 for the limit of the app lets all channels wait, and does not stop the account for longer', () => {
    const [soon, late] = ['2026-01-01T12:09:00.000Z', '2026-01-02T00:00:00.000Z']
    expect(judge(refused(429, '', { app: late }), now)).toEqual({
      do: 'wait',
      until: late,
      reason: expect.stringContaining('all channels together'),
      pauses: { account: null, app: late },
    })
    const both = judge(refused(429, '', { account: soon, app: late }), now)
    expect(both).toMatchObject({ until: late })
  })

  test('401 means that the account must be connected again', () => {
    expect(judge(refused(401, 'Unauthorized'), now)).toMatchObject({ do: 'fail', reconnect: true })
  })

  test('that refuses for a reason that we do not know fails with the words of X, in whole sentences', () => {
    expect(judge(refused(400, 'Invalid.'), now)).toEqual({
      do: 'fail',
      reason: 'X refused the reply (400): Invalid. Change it, or answer on X.',
      reconnect: false,
    })
    expect(judge(refused(404), now)).toMatchObject({
      reason: 'X refused the reply (404): no reason given. Change it, or answer on X.',
    })
  })

  test('is never taken for «X does not have it» unless X refused it or was not reached', () => {
    const status = fc.integer({ min: 400, max: 599 })
    fc.assert(
      fc.property(status, fc.string(), (one, detail) => {
        const verdict = judge(refused(one, detail), now)
        if (one >= 500) expect(verdict.do).toBe('outcome_unknown')
        else
          expect(verdict.do).toBe(
            one === 429 ? 'wait' : /duplicate/i.test(detail) && one === 403 ? 'outcome_unknown' : 'fail',
          )
        if (verdict.do !== 'sent') expect(verdict.reason).toMatch(/\.$/)
      }),
    )
  })
})

describe('a verification', () => {
  test('that does not find the reply sends it again, up to five attempts', () => {
    const once = afterVerification(abandoned, { is: 'missing' }, after(30))
    expect(once).toMatchObject({
      delivery: { status: 'pending', dueAt: '2026-01-01T12:00:30.000Z', attempts: 1 },
      sending: { attemptedAt: null },
    })
    expect(nextStep(once, channel, null, after(30)).do).toBe('send')
    const last: Reply = { ...abandoned, delivery: { ...abandoned.delivery, attempts: MAX_ATTEMPTS } }
    expect(afterVerification(last, { is: 'missing' }, now).delivery).toMatchObject({
      status: 'failed',
      reason: 'X did not accept it in 5 attempts. Retry later.',
    })
  })

  test('that does not find a text that X called a duplicate fails it with that reason', () => {
    const duplicate = withUnknownOutcome(abandoned, 'X has it', 'Use other words.', now)
    expect(afterVerification(duplicate, { is: 'missing' }, now).delivery).toMatchObject({
      status: 'failed',
      reason: 'Use other words.',
    })
  })

  test('that X does not answer is repeated after longer and longer times; then an agent decides, and the attempt stays', () => {
    let current = abandoned
    const delays: number[] = []
    for (let n = 1; n < MAX_VERIFICATIONS; n++) {
      current = afterVerification(current, { is: 'unclear' }, now)
      delays.push(Date.parse(current.delivery.dueAt ?? '') - now.getTime())
    }
    expect(delays).toEqual([60_000, 120_000, 240_000, 480_000])
    const last = afterVerification(current, { is: 'unclear' }, now)
    expect(last.delivery).toMatchObject({ status: 'unknown', dueAt: null })
    expect(last.sending.attemptedAt).toBe(at)
  })
})

describe('a reply that waits', () => {
  test('keeps its attempt if X may have it, and loses it if X certainly does not', () => {
    expect(waitUntil(attempted, at, null, true).sending.attemptedAt).toBe(at)
    expect(waitUntil(attempted, at, null, false).sending).toMatchObject({ attemptedAt: null, claimedUntil: null })
  })
})

describe('a failed upload', () => {
  test('because X is unavailable is repeated after longer and longer times, and fails the reply in the end', () => {
    let current = reply
    const delays: number[] = []
    for (let n = 1; n < MAX_UPLOADS; n++) {
      const verdict = judgeUpload(current, { status: 503, detail: '' }, now)
      if (verdict.do !== 'wait') throw new Error(verdict.reason)
      delays.push((Date.parse(verdict.until) - now.getTime()) / 60_000)
      current = waitForUpload(current, verdict.until, verdict.reason)
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64])
    expect(judgeUpload(current, { status: null, detail: '' }, now)).toMatchObject({
      do: 'fail',
      reason: 'X did not accept the attachment in 8 attempts. Retry later.',
    })
  })

  test('because of a limit of X waits as long as the limit lasts', () => {
    expect(judgeUpload(reply, { status: 429, detail: '' }, now)).toMatchObject({
      do: 'wait',
      until: '2026-01-01T12:15:00.000Z',
    })
  })

  test('because X refuses the file fails the reply; a lost access is named as such', () => {
    expect(judgeUpload(reply, { status: 400, detail: 'InvalidMedia' }, now)).toMatchObject({
      do: 'fail',
      reason: 'X refused the attachment (400): InvalidMedia. Send another file.',
      reconnect: false,
    })
    expect(judgeUpload(reply, { status: 401, detail: '' }, now)).toMatchObject({ do: 'fail', reconnect: true })
  })
})

test('whatever happens, an attempt whose outcome is unknown is never sent again before a verification finds it missing', () => {
  const event = fc.constantFrom('unclear', 'lost answer', 'wait', 'time' as const)
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      let current = abandoned
      let time = now
      for (const one of events) {
        time = new Date(time.getTime() + 31_000)
        if (current.delivery.status !== 'pending') break
        if (one === 'unclear') current = afterVerification(current, { is: 'unclear' }, time)
        if (one === 'lost answer') current = withUnknownOutcome(current, 'no answer', null, time)
        if (one === 'wait') current = waitUntil(current, time.toISOString(), null, true)
        expect(nextStep(current, channel, null, time).do).not.toBe('send')
      }
    }),
  )
})
