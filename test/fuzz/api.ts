import fc from 'fast-check'
import * as z from 'zod/mini'
import { cursorOf } from '../../lambdas/use-cases/api/route.ts'
import { apiEndpoints } from '../../lambdas/use-cases/api/routes.ts'
import { apiOver } from '../support/api.ts'
import { contractOf } from '../support/contract.ts'
import { type Description, operationsOf } from '../support/described-api.ts'
import { noEncryption } from '../support/encryption.ts'
import { routerOver } from '../support/router.ts'
import type { TestStores } from '../support/stores.ts'
import { untouched } from '../support/untouched.ts'
import type { WholeX } from '../support/x.ts'
import { portsOf } from '../support/x.ts'
import { ann, bob, directMessages, idAt, posts, shop } from '../support/x-payloads.ts'
import { rots, rotten, rottenIds, rottenTexts, spoil, spoilt } from './rotten.ts'

const at = '2026-01-01T12:00:00.000Z'
const now = () => new Date(at)

type Schema = {
  type?: string
  enum?: unknown[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  items?: Schema
  minimum?: number
  maximum?: number
  format?: string
}

/** Values that a schema allows, as far as its JSON schema says. */
function allowed(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(allowed))
  switch (schema.type) {
    case 'object':
      return fc.record(
        Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, one]) => [name, allowed(one)])),
        { requiredKeys: [] },
      )
    case 'array':
      return fc.array(allowed(schema.items ?? {}), { maxLength: 5 })
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -1, max: Math.min(schema.maximum ?? 1_000, 1_000_000) })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
  }
  if (schema.format?.startsWith('date')) {
    const days = fc.constantFrom('2026-01-01', '0000-01-01', '0001-01-01', '9999-12-31', '2024-02-29', '2026-02-30')
    const times = fc.constantFrom('T00:00:00Z', 'T23:59:59.999+14:00', 'T00:00:00+23:59', 'T23:59:60Z')
    return schema.format === 'date' ? days : fc.tuple(days, times).map(([day, time]) => `${day}${time}`)
  }
  return fc.oneof(fc.constantFrom('Hello', 'refund', 'image/png'), rottenTexts)
}

const jsonSchemaOf = (schema: z.ZodMiniType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as unknown as Schema

/** Cursors of the forms of the lists, good for none of them, and others. */
const cursors = fc.oneof(
  fc
    .constantFrom(
      'MESSAGE#0#a',
      'MESSAGE#99999#zzz',
      `MESSAGE#${'9'.repeat(250)}#a`,
      '2026-01-01T00:00:00.000Z#a',
      '9999-12-31T23:59:59.999Z#~',
      '0000-01-01T:Z#a',
      '2020-01-01T00:00:00.000Z#request-1',
    )
    .map((key) => String(cursorOf(key))),
  rottenTexts,
)

const withCursors = (query: unknown, cursor: string | null, more: string | null) => ({
  ...(query as object),
  ...(cursor === null ? {} : { cursor }),
  ...(more === null ? {} : { [more]: '1' }),
})

/** Every route of the API, over real stores; X is not reached. */
export async function apiTarget(stores: TestStores, x: WholeX) {
  const log: string[] = []
  const given = {
    ...portsOf(x),
    encryption: noEncryption,
    bucket: {
      ...untouched<Parameters<typeof apiEndpoints>[0]['bucket']>('bucket'),
      link: async (key: string) => `https://bucket.example/${key}`,
      uploadLink: async (key: string) => `https://bucket.example/${key}`,
      inspect: async () => null,
      copy: async () => {},
    },
    replyQueue: { send: async () => {} },
    log: (entry: object) => {
      if (Reflect.get(entry, 'event') === 'failed') log.push(JSON.stringify(entry))
    },
  }
  const api = apiOver(stores, now, given as never)
  const routes = apiEndpoints({ ...stores, ...given, publicUrl: '', eventSource: 'x-activity', now } as never)
  const document = JSON.parse((await api('GET', '/api/openapi.json')).body ?? '') as Description
  const contract = contractOf(document)
  const operations = new Map(operationsOf(document).map((one) => [`${one.method} ${one.path}`, one.operation]))
  await stores.connect()
  const { deliver } = routerOver(stores, now)
  const [direct] = await deliver(directMessages(shop, { id: idAt(at, 1), from: ann, to: shop }))
  const [mention] = await deliver(posts(shop, { id: idAt(at, 2), by: bob, text: '@shop hi', mentions: [shop] }))
  const known = [direct?.ticketId, mention?.ticketId, `twitter-${shop.id}`, `dm-${idAt(at, 1)}`, `post-${idAt(at, 2)}`]
  const ids = fc.oneof(fc.constantFrom(...known.map(String)), rottenIds, rottenTexts)

  const cases = fc.oneof(
    ...routes.map((route) => {
      const schema = route.body?.()
      return fc.record({
        method: fc.oneof(
          { weight: 20, arbitrary: fc.constant<string>(route.method) },
          { weight: 1, arbitrary: fc.constantFrom('PUT', 'HEAD', 'get') },
        ),
        path: fc.constant(route.path),
        ids: fc.tuple(ids, ids),
        encoded: fc.boolean(),
        query: allowed(jsonSchemaOf(route.query())),
        cursor: fc.option(cursors, { freq: 3 }),
        more: fc.option(fc.constantFrom('unknown', '__proto__', 'limit'), { freq: 8 }),
        body: schema ? allowed(jsonSchemaOf(schema)) : fc.constant(null),
        changes: fc.oneof(fc.constant([]), rots),
        spoilt,
        base64: fc.boolean(),
        headers: fc.dictionary(
          fc.constantFrom('idempotency-key', 'if-none-match', 'if-match', 'content-type'),
          rottenTexts,
          { maxKeys: 2 },
        ),
        cookies: fc.array(fc.oneof(rottenTexts, fc.constant('connecting=1')), { maxLength: 2 }),
        claims: fc.constantFrom('administrators', 'administrators', 'administrators', '[agents]', '', '[['),
      })
    }),
  )
  type Case = typeof cases extends fc.Arbitrary<infer One> ? One : never

  return {
    name: 'api',
    share: 4,
    cases,
    reset: async () => {
      await stores.connect()
      await stores.channels.setExtension(true, at)
    },
    async check(one: Case): Promise<void> {
      log.length = 0
      let place = 0
      const path = one.path.replace(/\{\w+\}/g, () => {
        const id = one.ids[place++ % 2] ?? ''
        return one.encoded ? encodeURIComponent(id.toWellFormed()) : id
      })
      const query = Object.fromEntries(
        Object.entries(withCursors(one.query, one.cursor, one.more)).map(([name, value]) => [name, String(value)]),
      )
      const bytes = spoil(rotten(one.body, one.changes), one.spoilt)
      const answer = await api(one.method, path, {
        query,
        headers: one.headers as Record<string, string>,
        cookies: one.cookies,
        claims: { sub: 'kim', username: 'kim', 'cognito:groups': one.claims },
        body: one.base64 ? bytes : bytes.toString('utf8'),
      })
      const { statusCode = 0, headers = {}, body = '' } = answer
      const about = `${one.method} ${path.slice(0, 100)} is answered ${statusCode}: ${body.slice(0, 300)} ${log}`
      // X is not there: what needs it may say so.
      const mayNeedX = one.path.endsWith('/connect') || one.method === 'DELETE'
      if (statusCode >= 500 && !(statusCode === 502 && mayNeedX)) throw new Error(about)
      // An id that is empty, or has a slash, makes it the path of another operation.
      const isOwn = path.split('/').filter(Boolean).length === one.path.split('/').filter(Boolean).length
      const operation = isOwn ? operations.get(`${one.method} ${one.path}`) : undefined
      const faults = operation ? contract.faultsOf(operation, answer) : []
      if (faults.length > 0) throw new Error(`${about}, and ${faults.join('; ')}`)
      if (statusCode >= 200 && statusCode < 400) return
      const problem = JSON.parse(body)
      if (headers['content-type'] !== 'application/problem+json' || problem.status !== statusCode)
        throw new Error(about)
      if (
        statusCode === 422 &&
        !problem.errors?.every(({ field, detail }: Record<string, string>) => field && detail)
      ) {
        throw new Error(`${about} names no field`)
      }
      if (body.length > 20_000) throw new Error(`a problem of ${body.length} characters: ${body.slice(0, 400)}`)
    },
  }
}
