import { createEventSending } from '../../lambdas/adapters/webhooks/send.ts'
import { answers } from '../../lambdas/core/api/answers.ts'
import type { Reply } from '../../lambdas/core/replies/reply.ts'
import { failed } from '../../lambdas/core/replies/sending.ts'
import { profileFrom } from '../../lambdas/core/x/profile.ts'
import { createIndexing } from '../../lambdas/use-cases/index-words.ts'
import { apiOver } from './api.ts'
import { boundEncryption, encryptedChannel } from './encrypted-channel.ts'
import { startStores } from './stores.ts'
import { untouched } from './untouched.ts'
import { portsOf, type WholeX } from './x.ts'
import { ann, bob, directMessages, idAt, posts } from './x-payloads.ts'

/** The part of the OpenAPI document that tests read. */
export type Description = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}
export type Schema = { readonly $ref?: string; readonly examples?: readonly unknown[] } & Readonly<
  Record<string, unknown>
>
type Content = Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>
export type Operation = {
  readonly operationId: string
  readonly parameters: readonly {
    readonly name: string
    readonly in: 'path' | 'query' | 'header'
    readonly required: boolean
    readonly schema: Schema
    readonly example?: string
  }[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Readonly<
    Record<string, { readonly headers?: Readonly<Record<string, { required?: boolean }>>; readonly content?: Content }>
  >
}

/** An operation with its method and path. */
export type Described = { readonly method: string; readonly path: string; readonly operation: Operation }

export function operationsOf({ paths }: Description): Described[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
}

/** What is random in an answer, in a form that is not. */
const masks: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '00000000-0000-4000-8000-000000000000'],
  [/\bwe_[0-9a-f]{16}/g, 'we_0000000000000000'],
  [/\bevt_[0-9a-f]{32}/g, `evt_${'0'.repeat(32)}`],
  [/\bwhsec_[\w+/=]+/g, 'whsec_shown-only-once'],
  [/\breply-(\d+)-\w+/g, 'reply-$1-000000000000'],
  [/"fingerprint":"[^"]+"/g, '"fingerprint":"as-X-shows-it"'],
]

export const masked = (text: string) => masks.reduce((all, [what, by]) => all.replace(what, by), text)

const personAtX = (id: string) => ({
  id,
  description: 'I run, and I collect shoes.',
  location: 'Graz',
  verified_type: 'blue',
  created_at: '2013-12-14T04:35:55.000Z',
  public_metrics: { followers_count: 218, following_count: 304 },
})

/**
 * The API over real stores with something of everything, so that the example of each operation finds what it is about.
 * X, the bucket and the queues accept all.
 */
export async function describedApi() {
  let clock = new Date('2026-09-01T08:00:00.000Z')
  const now = () => clock
  const at = clock.toISOString()
  const stores = await startStores(now)
  const { channel, shop, customer, chat, cipher, atX, router, deliver } = await encryptedChannel(stores, now)
  const account = { id: shop.id, username: channel.username }
  const x = untouched<WholeX>('x', {
    unsubscribe: async () => {},
    invalidate: async () => {},
    setMuted: async () => {},
    setHidden: async () => {},
    webhooks: async () => [{ id: '1', url: 'https://helpdesk.example/webhooks/twitter', valid: true }],
    profile: async (_, id, readAt) => profileFrom(id, personAtX(id), readAt),
    requestToken: async () => ({
      token: 'token',
      secret: 'secret',
      authorizeUrl: 'https://api.x.com/oauth/authorize?oauth_token=token',
    }),
  })
  const api = apiOver(stores, now, {
    ...portsOf(x),
    xChat: atX.xChat,
    encryption: boundEncryption,
    cipher,
    recovery: { recover: async () => ({ is: 'recovered', key: Uint8Array.from(shop.key) }) },
    sending: createEventSending(false),
    secrets: { previousSince: async () => null, consumer: async () => ({ current: 'secret', previous: null }) },
    tryWebhook: async () => null,
    mailSetup: async () => ({
      from: 'helpdesk@example.com',
      isVerified: true,
      administrators: ['lee@example.com'],
      unconfirmed: ['lee@example.com'],
    }),
    bucket: untouched('bucket', {
      link: async (key: string) => `https://files.example.com/${key}`,
      uploadLink: async (key: string) => `https://files.example.com/${key}`,
    }) as never,
    replyQueue: { send: async () => {} },
    eventQueue: { send: async () => {} },
    outgoingQueue: { send: async () => {} },
  })
  const claims = { sub: 'lee-id', username: 'lee', 'cognito:groups': '[administrators]' }
  const call = async (method: string, path: string, body?: object) => {
    // Each is later than the one before it, so lists by time have an order.
    clock = new Date(clock.getTime() + 1000)
    const answer = await api(method, path, { claims, ...(body && { body: JSON.stringify(body) }) })
    return JSON.parse(answer.body || 'null')
  }

  const message = { id: idAt(at, 1), from: ann, to: account, at, text: 'Where is my order 4711?' }
  const [direct] = await router.deliver(directMessages(account, message))
  const after = await stores.tickets.ticket(String(direct?.ticketId))
  await createIndexing(stores)([{ id: '1', at, what: 'ticket', before: null, after }])
  const entry = { id: idAt(at, 2), by: bob, text: `@${account.username} is this in stock?`, mentions: [account], at }
  const [mention] = await router.deliver(posts(account, entry))
  const answer = {
    ...entry,
    id: idAt(at, 3),
    text: `@${account.username} or elsewhere?`,
    answers: { id: entry.id, by: bob },
  }
  await router.deliver(posts(account, answer))
  const [secret] = await deliver(customer, chat.write(customer, 'A secret question').event)
  const [notice] = await stores.messagesOf(secret?.ticketId)
  const replies = `/api/tickets/${direct?.ticketId}/replies`
  const { id: retried } = await call('POST', replies, { text: 'is sent again' })
  const reply = (await stores.findMessage(retried)) as Reply
  await stores.replies.save(reply, failed(reply, 'X does not answer'))
  const { id: waiting } = await call('POST', replies, { text: 'is given up' })
  const { id: endpoint } = await call('POST', '/api/webhook-endpoints', { url: 'https://helpdesk.example.com/tickets' })
  const eventId = `evt_${'0'.repeat(32)}`
  const delivery = {
    id: `${at}.${eventId}`,
    eventId,
    group: 'ticket',
    payload: { type: 'endpoint.test', timestamp: at, data: {} },
    about: null,
    type: 'endpoint.test',
    at,
    attempt: 1,
    outcome: 'delivered',
    status: 204,
    body: '',
    error: null,
    durationMs: 87,
  }
  await stores.deliveries.record(endpoint, delivery as never)
  const { id: erasure } = await stores.erasures.request('27999999', at)

  clock = new Date('2026-09-01T08:10:00.000Z')

  /** What the examples of paths and bodies stand for here: by operation, otherwise by the part before the parameter. */
  const of: Readonly<Record<string, string>> = {
    tickets: String(direct?.ticketId),
    messages: `dm-${message.id}`,
    channels: channel.id,
    customers: ann.id,
    erasures: erasure,
    'webhook-endpoints': endpoint,
    deliveries: delivery.id,
    'retryReply messages': retried,
    'resolveReply messages': waiting,
    'readMessageNow tickets': String(secret?.ticketId),
    'readMessageNow messages': String(notice?.id),
    'actOnX tickets': String(mention?.ticketId),
  }
  const inBody = { 'post-1790000000000000001': `post-${answer.id}` }

  const document = JSON.parse((await api('GET', '/api/openapi.json')).body ?? '') as Description
  const schemaAt = (schema: Schema) =>
    schema.$ref ? (document.components.schemas[String(schema.$ref.split('/').at(-1))] as Schema) : schema

  /** The path of an operation that exists here. */
  function pathOf({ path, operation: { operationId, parameters } }: Described): string {
    return path.replace(/([^/]+)\/\{(\w+)\}/g, (_, before: string, name: string) => {
      const { example = '' } = parameters.find((one) => one.in === 'path' && one.name === name) ?? {}
      return `${before}/${of[`${operationId} ${before}`] ?? of[before] ?? example}`
    })
  }

  /** The example of a body; undefined if the operation takes none. @throws Error if there is no example */
  function bodyOf({ operation: { operationId, requestBody } }: Described): unknown {
    if (!requestBody) return undefined
    const { examples = [] } = schemaAt(requestBody.content['application/json']?.schema ?? {})
    if (examples.length === 0) {
      throw new Error(
        `${operationId}: give the schema of its body an example: z.meta({ id, examples: […] }) in requests.ts`,
      )
    }
    const text = Object.entries(inBody).reduce(
      (all, [id, here]) => all.replaceAll(id, here),
      JSON.stringify(examples[0]),
    )
    return JSON.parse(text)
  }

  return {
    stores,
    api,
    claims,
    document,
    pathOf,
    bodyOf,
    /** The parameters of the query that have an example or must be given. */
    queryOf: ({ operation: { parameters } }: Described) =>
      Object.fromEntries(
        parameters.flatMap(({ in: where, name, required, schema, example }) => {
          const value = example ?? (required ? (schema.enum as string[] | undefined)?.[0] : undefined)
          return where === 'query' && value !== undefined ? [[name, String(value)]] : []
        }),
      ),
    /** The answer of an operation as the description shows it. */
    exampleOf: (operationId: string) => answers[operationId],
    stop: () => stores.stop(),
  }
}
