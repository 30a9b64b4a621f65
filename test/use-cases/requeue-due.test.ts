import { expect, test } from '@jest/globals'
import type { DeletionStore } from '../../lambdas/core/ports/deletions.ts'
import type { MediaStore } from '../../lambdas/core/ports/media.ts'
import type { DeliveryStore, OutgoingQueue } from '../../lambdas/core/ports/outgoing.ts'
import type { DueMessage } from '../../lambdas/core/ports/queues.ts'
import type { ReplyStore } from '../../lambdas/core/ports/replies.ts'
import { createRequeue } from '../../lambdas/use-cases/requeue-due.ts'
import { untouched } from '../support/untouched.ts'

const time = '2026-01-01T12:00:00Z'
const due = (messageId: string): DueMessage => ({ ticketId: 't', channelId: 'c', messageId, position: '011' })
const away = { send: async () => Promise.reject(new Error('SQS is away')) }

/** A sweep over one due reply and one message with due media; tells what was queued and what was put off until when. */
function sweeping() {
  const queued: string[] = []
  const putOff: string[] = []
  const list = (name: string) => ({
    due: async () => [due(name)],
    postpone: async ({ messageId }: DueMessage, until: string) => void putOff.push(`${messageId} ${until}`),
  })
  const into = { send: async (some: readonly DueMessage[]) => void queued.push(...some.map((one) => one.messageId)) }
  const stores = {
    replies: untouched<ReplyStore>('replies', list('reply')),
    media: untouched<MediaStore>('media', list('media')),
    deletions: untouched<DeletionStore>('deletions', { due: async () => [] }),
    deliveries: untouched<DeliveryStore>('deliveries', { due: async () => [] }),
  }
  return { stores, into, queued, putOff }
}

test('what is due is brought back and put off, replies and media alike', async () => {
  const { stores, into, queued, putOff } = sweeping()
  await createRequeue({
    ...stores,
    queue: into,
    mediaQueue: into,
    outgoingQueue: untouched('outgoingQueue'),
    hasUsedesk: false,
    deletionHoldMs: 24 * 3600_000,
    log: () => {},
  })({ time })
  expect(queued.sort()).toEqual(['media', 'reply'])
  expect(putOff.sort()).toEqual(['media 2026-01-01T12:05:00.000Z', 'reply 2026-01-01T12:05:00.000Z'])
})

test.each(['queue', 'mediaQueue'] as const)(
  'a %s that is away fails the run, and keeps the other not back',
  async (name) => {
    const { stores, into, queued, putOff } = sweeping()
    const queues = {
      queue: into,
      mediaQueue: into,
      outgoingQueue: untouched<OutgoingQueue>('outgoingQueue'),
      [name]: away,
    }
    await expect(
      createRequeue({ ...stores, ...queues, hasUsedesk: false, deletionHoldMs: 24 * 3600_000, log: () => {} })({
        time,
      }),
    ).rejects.toThrow('SQS is away')
    const other = name === 'queue' ? 'media' : 'reply'
    expect([queued, putOff]).toEqual([[other], [`${other} 2026-01-01T12:05:00.000Z`]])
  },
)

test('what cannot be put off keeps no other from being put off', async () => {
  const { into, putOff } = sweeping()
  const replies = untouched<ReplyStore>('replies', {
    due: async () => [due('bad'), due('good')],
    postpone: async ({ messageId }, until) => {
      if (messageId === 'bad') throw new Error('the table is away')
      putOff.push(`${messageId} ${until}`)
    },
  })
  const media = untouched<MediaStore>('media', { due: async () => [] })
  const requeue = createRequeue({
    replies,
    media,
    deletions: untouched<DeletionStore>('deletions', { due: async () => [] }),
    deliveries: untouched<DeliveryStore>('deliveries', { due: async () => [] }),
    queue: into,
    mediaQueue: into,
    outgoingQueue: untouched('outgoingQueue'),
    hasUsedesk: false,
    deletionHoldMs: 24 * 3600_000,
    log: () => {},
  })
  await expect(requeue({ time })).rejects.toThrow('the table is away')
  expect(putOff).toEqual(['good 2026-01-01T12:05:00.000Z'])
})

test('what was deleted on X is brought to the media function when the hold is over, and put off like the others', async () => {
  const asked: string[] = []
  const queued: DueMessage[] = []
  const putOff: string[] = []
  const none = { due: async () => [] }
  const requeue = createRequeue({
    replies: untouched<ReplyStore>('replies', none),
    media: untouched<MediaStore>('media', none),
    deliveries: untouched<DeliveryStore>('deliveries', none),
    outgoingQueue: untouched<OutgoingQueue>('outgoingQueue'),
    deletions: untouched<DeletionStore>('deletions', {
      due: async (at) => {
        asked.push(at)
        return [due('deleted')]
      },
      postpone: async (_, until) => void putOff.push(until),
    }),
    queue: untouched('queue'),
    mediaQueue: { send: async (some) => void queued.push(...some) },
    hasUsedesk: false,
    deletionHoldMs: 48 * 3600_000,
    log: () => {},
  })
  await requeue({ time })
  expect(asked).toEqual(['2025-12-30T12:00:00.000Z'])
  expect(queued).toEqual([{ ...due('deleted'), isDeletion: true }])
  expect(putOff).toEqual(['2025-12-30T12:05:00.000Z'])
})
