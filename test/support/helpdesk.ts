import type { SQSRecord } from 'aws-lambda'
import type { DueMessage } from '../../lambdas/core/ports/queues.ts'
import type { Message } from '../../lambdas/core/tickets/ticket.ts'
import { createRequeue } from '../../lambdas/use-cases/requeue-due.ts'
import { apiOver } from './api.ts'
import { noEncryption } from './encryption.ts'
import { senderHandler } from './handlers.ts'
import { recordOf, recordsOf, routerOver } from './router.ts'
import { ScriptedX } from './scripted-x.ts'
import type { TestStores } from './stores.ts'
import { portsOf } from './x.ts'
import type { User } from './x-payloads.ts'

/** What an agent gets from the API. */
export type Answered = { readonly status: number; readonly body: unknown }

/** Something that may be done again as it was done: an event that the queue brings again, a request that is repeated. */
export type Action = () => Promise<unknown>

export type Helpdesk = ReturnType<typeof helpdeskOver>

/** The router, the API and the sender over real stores; X is scripted, files are there without a bucket. */
export function helpdeskOver(stores: TestStores, clock: { now(): Date; pass(milliseconds: number): void }) {
  const now = () => clock.now()
  const x = new ScriptedX(now)
  const channelIds = new Set<string>()
  const waiting: DueMessage[] = []
  const queue = {
    // What is due in the channels of other tests is left to them.
    send: async (due: readonly DueMessage[]) =>
      void waiting.push(...due.filter(({ channelId }) => channelIds.has(channelId))),
  }
  const ignored = { send: async () => {} }
  const router = routerOver(stores, now)
  const file = { size: 4, contentType: 'image/png' }
  const bucket = {
    inspect: async () => file,
    copy: async () => {},
    link: async (key: string) => `https://files.example/${key}`,
  }
  const call = apiOver(stores, now, { replyQueue: queue, bucket: bucket as never })
  const sender = senderHandler({
    ...stores,
    ...portsOf(x.asX()),
    encryption: noEncryption,
    mediaQueue: ignored,
    now,
    log: () => {},
  })

  async function route(Records: SQSRecord[]) {
    const { batchItemFailures } = await router.handle({ Records })
    if (batchItemFailures.length > 0) throw new Error(`an event failed: ${router.failures.at(-1)}`)
  }

  async function send(due: DueMessage) {
    const record = recordOf(JSON.stringify({ ...due, at: now().toISOString() }), due.ticketId)
    const { batchItemFailures } = await sender({ Records: [record] }, { getRemainingTimeInMillis: () => 60_000 })
    if (batchItemFailures.length > 0) throw new Error('a reply failed')
  }

  return {
    x,
    now,
    pass: (milliseconds: number) => clock.pass(milliseconds),

    async connect(account: User) {
      const encryptedTokens = JSON.stringify({ token: account.id, secret: 'secret' })
      const { id: twitterUserId, username } = account
      const channel = await stores.channels.connect({
        twitterUserId,
        username,
        at: now().toISOString(),
        encryptedTokens,
      })
      channelIds.add(channel.id)
      return channel
    },

    deliver: router.deliver,

    /** An event of X that the queue brings until it is routed. */
    event(delivery: object): Action {
      const records = recordsOf(delivery, now().toISOString())
      return () => route(records)
    },

    /** A call of an agent. */
    async agent(method: string, path: string, body?: object, key?: string): Promise<Answered> {
      const [route = '', query] = path.split('?')
      const answer = await call(method, route, {
        ...(query === undefined ? {} : { query: new URLSearchParams(query) }),
        claims: { sub: 'kim', username: 'kim', 'cognito:groups': '[agents]' },
        headers: key ? { 'idempotency-key': key } : {},
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      const answered = { status: answer.statusCode ?? 0, body: JSON.parse(answer.body ?? 'null') }
      if (answered.status >= 500) throw new Error(`${method} ${path}: ${answer.body}`)
      return answered
    },

    /** The sender takes a step of a reply. */
    send: ({ id: messageId, ticketId, channelId, position }: Message) =>
      send({ messageId, ticketId, channelId, position }),

    /** All queues are worked off, and what is due comes again, until nothing is. */
    async settle() {
      for (let round = 0; round < 8; round++) {
        for (const due of waiting.splice(0)) await send(due)
        clock.pass(150_000)
        await createRequeue({
          ...stores,
          queue,
          mediaQueue: ignored,
          outgoingQueue: ignored,
          hasUsedesk: false,
          deletionHoldMs: 24 * 3600_000,
          log: () => {},
        })({
          time: now().toISOString(),
        })
        if (waiting.length === 0) return
      }
    },

    /** A file that an agent has uploaded. */
    async upload(id: string): Promise<string> {
      await stores.uploads.add({ id, key: `uploads/${id}`, ...file, createdAt: now().toISOString(), usedBy: null })
      return id
    },
  }
}
