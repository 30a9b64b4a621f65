import type { Context } from 'aws-lambda'
import { typeOf } from '../../lambdas/adapters/media/type.ts'
import { createUsedeskApi } from '../../lambdas/adapters/usedesk/api.ts'
import { createFileSource } from '../../lambdas/adapters/webhooks/files.ts'
import { createEventSending } from '../../lambdas/adapters/webhooks/send.ts'
import { paths } from '../../lambdas/core/api/paths.ts'
import type { QueuedWork } from '../../lambdas/core/outgoing/delivery.ts'
import type { Bucket } from '../../lambdas/core/ports/media.ts'
import { FROM_USEDESK, LOOK } from '../../lambdas/core/usedesk/usedesk.ts'
import { httpHandler } from '../../lambdas/runtime/http.ts'
import { streamHandler } from '../../lambdas/runtime/stream.ts'
import { createAuditTrail } from '../../lambdas/use-cases/audit-trail.ts'
import { createDelivering } from '../../lambdas/use-cases/deliver-events.ts'
import { createPublisher } from '../../lambdas/use-cases/publish-changes.ts'
import { createLookAtUsedesk } from '../../lambdas/use-cases/usedesk/look-at-usedesk.ts'
import { createUsedeskReceiver } from '../../lambdas/use-cases/usedesk/receive-usedesk.ts'
import { createTakeFromUsedesk } from '../../lambdas/use-cases/usedesk/take-from-usedesk.ts'
import { createTellUsedesk } from '../../lambdas/use-cases/usedesk/tell-usedesk.ts'
import { createReplyWriting } from '../../lambdas/use-cases/write-reply.ts'
import { tableName } from '../../local/aws/table.ts'
import { startStreamPoller } from '../../local/lambda/stream-poller.ts'
import type { Ticket } from '../../local/usedesk/state.ts'
import { startUsedesk } from '../../local/usedesk/usedesk.ts'
import { eventually, served, temporaryFolder } from '../local/support.ts'
import { noEncryption } from './encryption.ts'
import { httpEvent } from './http-events.ts'
import { routerOver } from './router.ts'
import { startStores } from './stores.ts'
import { untouched } from './untouched.ts'

/** The product with Usedesk switched on: real stores and their stream, and Usedesk's stand-in. */
export async function startWithUsedesk() {
  let ahead = 0
  const now = () => new Date(Date.now() + ahead)
  const folder = temporaryFolder()
  const work: QueuedWork[] = []
  const queue = { send: async (more: readonly QueuedWork[]) => void work.push(...more) }
  const stores = await startStores(now)
  const usedesk = await startUsedesk({ port: 0 })
  usedesk.control.settings({ gapMs: 0, callsPerMinute: 100_000 })
  await stores.connect()
  const publish = streamHandler(createPublisher({ ...stores, queue, usedeskUrl: usedesk.url, now }), (line) => {
    throw new Error(JSON.stringify(line))
  })
  const stream = startStreamPoller({
    endpoint: stores.endpoint,
    tableName,
    dataDir: folder.path,
    consumer: { invoke: (event) => publish(event as Parameters<typeof publish>[0]) },
    onWarning: (sentence) => {
      throw new Error(sentence)
    },
  })
  /** The files of the bucket, by their keys. */
  const files = new Map<string, Uint8Array>()
  const api = createUsedeskApi(usedesk.url, async () => usedesk.token, { pauseMs: 0, timeoutMs: 60_000 })
  const bucket = { read: async (key: string) => files.get(key) ?? new Uint8Array() }
  const deliver = createDelivering({
    ...stores,
    sending: createEventSending(true),
    tellUsedesk: createTellUsedesk({ ...stores, api, bucket, now }),
    encryption: noEncryption,
    bucket: untouched('bucket'),
    now,
    log: () => {},
  })

  const bucketOfReplies = untouched<Bucket>('bucket', {
    async put(key, _type, bytes) {
      const parts: Uint8Array[] = []
      for await (const part of bytes) parts.push(part)
      files.set(key, Buffer.concat(parts))
    },
    async inspect(key) {
      const bytes = files.get(key)
      return bytes ? { size: bytes.length, contentType: await typeOf(bytes) } : null
    },
    async copy(from, to) {
      files.set(to, files.get(from) ?? new Uint8Array())
    },
  })
  const replyDependencies = {
    ...stores,
    bucket: bucketOfReplies,
    replyQueue: { send: async () => {} },
    trail: createAuditTrail({ ...stores, auditDays: 365, now }),
    now,
    log: () => {},
  }
  const take = createTakeFromUsedesk({
    ...replyDependencies,
    api,
    files: createFileSource(true),
    replies: createReplyWriting(replyDependencies),
  })

  const look = createLookAtUsedesk({ ...stores, api, now, log: () => {} })

  /** Works off what is queued, one after the other, as the one group of Usedesk does. */
  async function workOff() {
    for (let next = work.shift(); next; next = work.shift()) {
      if (next.endpointId !== FROM_USEDESK) await deliver(next)
      else await (next.group === LOOK ? look() : take(next))
    }
  }

  const receive = httpHandler(
    [
      {
        method: 'POST',
        path: paths.usedesk,
        answer: createUsedeskReceiver({
          ...stores,
          secrets: async () => ({ apiToken: usedesk.token, webhookSecret: 'a secret' }),
          queue,
          now,
          log: () => {},
        }),
      },
    ],
    () => {},
  )
  const server = await served(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const url = new URL(String(request.url), 'http://localhost')
    const event = httpEvent('POST', url.pathname, { body: Buffer.concat(parts).toString('utf8') })
    const answer = await receive({ ...event, rawQueryString: url.search.slice(1) }, {} as Context)
    response.writeHead(answer.statusCode ?? 500).end(answer.body)
  })
  const hookUrl = `${server.url}${paths.usedesk}?secret=a%20secret`
  usedesk.control.settings({ redirectUrl: hookUrl })

  return {
    now,
    stores,
    usedesk,
    control: usedesk.control,
    files,
    hookUrl,
    deliverX: (...deliveries: object[]) => routerOver(stores, now).deliver(...deliveries),
    /** Works off what comes, until a condition holds. */
    until: <T>(what: string, holds: () => Promise<T | undefined | false> | T | undefined | false) =>
      eventually(what, async () => {
        await workOff()
        return holds()
      }),
    /** Lets time pass: what was put off is queued as `requeue` does it. */
    async pass(ms: number) {
      ahead += ms
      const at = now().toISOString()
      for (const { endpointId, group } of await stores.deliveries.due(at, 100)) work.push({ endpointId, group, at })
      await workOff()
    },
    /** Looks for what no webhook brought. */
    async look() {
      work.push({ endpointId: FROM_USEDESK, group: LOOK })
      await workOff()
    },
    /** The tickets in Usedesk of one of ours, oldest first. */
    ticketsOf: (ticketId: unknown): Ticket[] =>
      usedesk.control.tickets().filter(({ additionalId }) => additionalId === ticketId),
    async stop() {
      await stream.stop()
      await usedesk.stop()
      await server.stop()
      await stores.stop()
      folder.remove()
    },
  }
}
