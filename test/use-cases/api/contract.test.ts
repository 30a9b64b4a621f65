import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createEdge } from '../../../local/gateway/edge.ts'
import { type Answered, contractOf } from '../../support/contract.ts'
import { type Described, describedApi, operationsOf, type Schema } from '../../support/described-api.ts'

let world: Awaited<ReturnType<typeof describedApi>>
let contract: ReturnType<typeof contractOf>
let operations: Described[]
beforeAll(async () => {
  world = await describedApi()
  contract = contractOf(world.document)
  // What is read is read before it is changed, and what is removed is removed last.
  operations = operationsOf(world.document).sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method))
})
afterAll(() => world.stop())

const order = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** One request of an operation. Only `place` differs from one that the description allows. */
type Request = {
  readonly described: Described
  /** The field, parameter or header; empty for the request as its example shows it. */
  readonly place: string
  readonly isAllowed: boolean
  readonly path?: string
  readonly query?: URLSearchParams
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** A value of fields whose schema says less than their description. */
const sensible: Readonly<Record<string, unknown>> = {
  timeZone: 'Europe/Vienna',
  languages: ['en'],
  otherLanguagesThan: ['en'],
  url: 'https://helpdesk.example.com/events',
  rules: [{ name: 'Giveaways', kinds: ['mention'], outcome: 'ignore', words: ['giveaway'] }],
  weekly: [{ days: ['monday'], from: '18:00', to: '08:00' }],
  customerId: '1205290247124217856',
  cursor: 'Y3Vyc29y',
}

/** The parts of a JSON schema that are read here. */
type Parts = {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
}

const partsOf = (schema: Schema) => contract.resolved(schema) as Parts

/** A value that a schema allows. */
function sampleOf(schema: Schema, name = ''): unknown {
  const { type, enum: values, anyOf, properties = {}, required = [], items = {}, minimum = 1 } = partsOf(schema)
  if (sensible[name] !== undefined) return sensible[name]
  if (values) return values[0]
  if (anyOf) return sampleOf(anyOf[0] ?? {})
  switch (type) {
    case 'object':
      return Object.fromEntries(required.map((one) => [one, sampleOf(properties[one] ?? {}, one)]))
    case 'array':
      return [sampleOf(items)]
    case 'integer':
    case 'number':
      return minimum
    case 'boolean':
      return true
    case 'null':
      return null
  }
  return 'a text'
}

type Variation = { readonly place: string; readonly value: unknown }

const nested = (place: string, name: string | number) => (place === '' ? String(name) : `${place}.${name}`)

/** A value with one place changed: to the bounds of its schema, beyond them, and to values of every other type. */
function* variationsOf(given: Schema, value: unknown, place: string): Generator<Variation> {
  const schema = partsOf(given)
  for (const other of [null, 7, -0.5, 'other', true, [], {}, ...(schema.enum ?? [])]) {
    yield { place, value: other }
  }
  for (const one of schema.anyOf ?? []) {
    yield* variationsOf(one, contract.fits(one, value) ? value : sampleOf(one, place.split('.').at(-1)), place)
  }
  for (const bound of [schema.minimum, schema.maximum]) {
    if (bound === undefined) continue
    for (const by of [-1, 0, 1]) yield { place, value: bound + by }
  }
  if (schema.type === 'string') {
    for (const bound of [schema.minLength ?? 0, schema.maxLength ?? 1_000]) {
      for (const by of [-1, 0, 1]) if (bound + by >= 0) yield { place, value: 'a'.repeat(bound + by) }
    }
    for (const one of ['a\u0000b', ' ', 'Ü', '00:00', '23:59', '24:00', '2026-08-31', '2026-02-30'])
      yield { place, value: one }
    yield { place, value: '😀'.repeat(schema.maxLength ?? 1) }
  }
  if (Array.isArray(value)) {
    const items = schema.items ?? {}
    const several = (length: number) =>
      Array.from({ length }, (_, n) => {
        const item = value[0] ?? sampleOf(items)
        return typeof item === 'object' && 'name' in item ? { ...item, name: `${item.name} ${n}` } : item
      })
    for (const bound of [schema.minItems, schema.maxItems]) {
      if (bound === undefined) continue
      for (const by of [-1, 0, 1]) if (bound + by >= 0) yield { place, value: several(bound + by) }
    }
    if (value.length > 0) {
      for (const one of variationsOf(items, value[0], nested(place, 0))) {
        yield { place: one.place, value: [one.value, ...value.slice(1)] }
      }
    }
  }
  if (schema.type === 'object' && typeof value === 'object' && value !== null) {
    yield { place: nested(place, 'unknown'), value: { ...value, unknown: 1 } }
    for (const [name, own] of Object.entries(schema.properties ?? {})) {
      const { [name]: _, ...others } = value as Record<string, unknown>
      yield { place: nested(place, name), value: others }
      const before = (value as Record<string, unknown>)[name] ?? sampleOf(own, name)
      for (const one of variationsOf(own, before, nested(place, name))) {
        yield { place: one.place, value: { ...value, [name]: one.value } }
      }
    }
  }
}

/** What a text in a query or header is for its schema; undefined if it cannot be one. */
function readAs(given: Schema, texts: readonly string[]): unknown {
  const { type } = partsOf(given)
  const one = texts.length === 1 ? texts[0] : texts
  return type === 'integer' && typeof one === 'string' && /^-?\d+$/.test(one) ? Number(one) : one
}

/** Everything that is sent of an operation: its example, and each place of it changed. */
function* requestsOf(described: Described): Generator<Request> {
  const { operation } = described
  yield { described, place: '', isAllowed: true }

  const query = Object.entries(world.queryOf(described))
  const withQuery = (name: string, texts: readonly string[]) =>
    new URLSearchParams([
      ...query.filter(([one]) => one !== name),
      ...texts.map((text): [string, string] => [name, text]),
    ])
  yield { described, place: 'unknown', isAllowed: false, query: withQuery('unknown', ['1']) }
  for (const { in: where, name, required, schema } of operation.parameters) {
    const variations = [...variationsOf(schema, sampleOf(schema, name), '')].map(({ value }) =>
      (Array.isArray(value) ? value : [value]).map((one) => (typeof one === 'string' ? one : JSON.stringify(one))),
    )
    for (const texts of [...variations, ...variations.map(([first = '']) => [first, first])]) {
      const isAllowed = contract.fits(schema, readAs(schema, texts))
      if (where === 'query') {
        const isMissing = texts.length === 0
        yield { described, place: name, isAllowed: isMissing ? !required : isAllowed, query: withQuery(name, texts) }
      }
      // A header and a part of a path is one text, of the characters that HTTP has for it.
      const [text = ''] = texts
      if (where === 'header' && texts.length === 1 && /^[ -~]+$/.test(text.trim())) {
        yield { described, place: name, isAllowed, headers: { [name.toLowerCase()]: text.trim() } }
      }
      // API Gateway has decoded the path. With a slash it would be another one.
      if (where === 'path' && texts.length === 1 && text !== '' && !text.includes('/')) {
        const path = world.pathOf({ ...described, path: described.path.replace(`{${name}}`, text) })
        yield { described, place: name, isAllowed, path }
      }
    }
  }

  const body = operation.requestBody
  if (!body) return
  const { schema } = body.content['application/json'] ?? { schema: {} }
  for (const { place, value } of variationsOf(schema, world.bodyOf(described), '')) {
    yield { described, place: place || 'body', isAllowed: contract.fits(schema, value), body: value }
  }
}

/** Fields that may be refused although they keep to their schema: what the description says of them only in words. */
const inWords: Readonly<Record<string, string>> = {
  cursor: 'is `nextCursor` of the previous page',
  q: 'has a word',
  timeZone: 'is one of IANA',
  'quietHours.timeZone': 'is one of IANA',
  text: 'is as long as X allows the kind of ticket',
  attachmentIds: 'are those of files of the kind that X allows',
  inReplyTo: 'is a message of a mention ticket',
  messageId: 'is there for the actions on a message',
  url: 'is a public https address',
  tags: 'is not beside `addTags`, and a tag is more than spaces',
  addTags: 'are 20 tags with those that the ticket has, and a tag is more than spaces',
  removeTags: 'are more than spaces',
  tag: 'is more than spaces, without a control character',
  rules: 'have a condition each, and those that go together',
}

type Sent = Answered & { readonly errors: readonly { readonly field: string; readonly detail: string }[] }

async function send(request: Request): Promise<Sent> {
  const { described } = request
  const body = 'body' in request ? request.body : world.bodyOf(described)
  const answer = await world.api(described.method, request.path ?? world.pathOf(described), {
    claims: world.claims,
    query: request.query ?? new URLSearchParams(world.queryOf(described)),
    headers: { ...request.headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const isProblem = answer.headers?.['content-type'] === 'application/problem+json'
  const { errors = [] } = isProblem ? (JSON.parse(answer.body ?? '') as Partial<Sent>) : {}
  return { ...answer, errors }
}

/** Sends the requests of every operation that the description allows, or those that it forbids. */
async function findingsOf(isAllowed: boolean, judge: (request: Request, answer: Sent) => string) {
  const findings: string[] = []
  for (const described of operations) {
    const sent = new Set<string>()
    for (const request of requestsOf(described)) {
      const { path, query, headers, body } = request
      const shown = JSON.stringify([path, query && String(query), headers, body])
      if (request.isAllowed !== isAllowed || sent.has(shown)) continue
      sent.add(shown)
      const answer = await send(request)
      const fault = judge(request, answer)
      for (const one of [...contract.faultsOf(described.operation, answer), ...(fault ? [fault] : [])]) {
        const { operationId } = described.operation
        findings.push(
          `${operationId} ${request.place} ${shown.slice(0, 200)}: ${one}, ${answer.statusCode} ${answer.body?.slice(0, 200)}`,
        )
      }
    }
    if (sent.size === 0) findings.push(`${described.operation.operationId}: nothing was sent`)
  }
  return findings
}

test('an answer that has not changed, and the next page of a list, are as described', async () => {
  const seen = { unchanged: [] as string[], next: [] as string[] }
  const findings: string[] = []
  for (const described of operations) {
    const { operationId, parameters } = described.operation
    const takes = (name: string) => parameters.some((one) => one.name === name)
    // Without the filters of the example a list has more than one page.
    const required = Object.entries(world.queryOf(described)).filter(([name]) =>
      parameters.some((one) => one.name === name && one.required),
    )
    const query = new URLSearchParams(required)
    if (takes('limit')) query.set('limit', '1')
    const ask = (more: Partial<Request>) => send({ described, place: '', isAllowed: true, query, ...more })
    const compare = (expected: number, answer: Answered) => {
      const faults = contract.faultsOf(described.operation, answer)
      if (answer.statusCode !== expected) faults.push(`${answer.statusCode} in place of ${expected}`)
      findings.push(...faults.map((fault) => `${operationId}: ${fault}`))
    }
    if (takes('If-None-Match')) {
      const { headers } = await ask({})
      compare(304, await ask({ headers: { 'if-none-match': String(headers?.etag) } }))
      seen.unchanged.push(operationId)
    }
    if (!takes('limit')) continue
    const { nextCursor } = JSON.parse((await ask({})).body ?? '') as { nextCursor: string | null }
    if (nextCursor === null) continue
    compare(200, await ask({ query: new URLSearchParams([...query, ['cursor', nextCursor]]) }))
    seen.next.push(operationId)
  }
  expect(findings).toEqual([])
  expect(seen.unchanged).toEqual(['listTickets', 'countTickets', 'getTicket', 'getDescription', 'readDescription'])
  expect(seen.next).toEqual(expect.arrayContaining(['listTickets', 'listMessages', 'listAuditEntries']))
})

test('what the description forbids is refused with a problem that names the field', async () => {
  const findings = await findingsOf(false, ({ place, path }, { statusCode, errors }) => {
    // No id has more than 200 characters.
    if (path !== undefined && path.length > 200 && statusCode === 404) return ''
    if (statusCode !== 422) return 'it is not refused'
    const isNamed = errors.some(
      ({ field, detail }) =>
        field === place ||
        // Of an object that lacks fields, these are named, and of one that must not have both of two, both.
        field.startsWith(`${place}.`) ||
        place === 'body' ||
        (field === 'body' && detail.includes(place)),
    )
    return isNamed ? '' : 'the field is not named'
  })
  expect(findings).toEqual([])
})

test('what the description allows is done, or refused by the state of things', async () => {
  const needed = new Set<string>()
  const findings = await findingsOf(true, ({ place }, { statusCode = 0, errors }) => {
    if (statusCode < 300) return ''
    if (place === '') return 'the example is not done'
    if (statusCode !== 422) return [304, 404, 409, 412].includes(statusCode) ? '' : 'it is refused'
    const reasons = errors.map(({ field }) =>
      Object.keys(inWords).find((one) => field === one || field.startsWith(`${one}.`)),
    )
    for (const one of reasons) if (one !== undefined) needed.add(one)
    return reasons.includes(undefined) ? 'it is refused' : ''
  })
  expect(findings).toEqual([])
  expect([...needed].sort()).toEqual(Object.keys(inWords).sort())
})

test('a body that is no JSON, is missing or is too large is refused as described', async () => {
  const findings: string[] = []
  for (const described of operations) {
    const { requestBody, operationId } = described.operation
    if (!requestBody) continue
    const bodies = {
      400: '{"',
      413: JSON.stringify('a'.repeat(1_000_000)),
      ...(requestBody.required && { '400 ': '' }),
    }
    for (const [expected, body] of Object.entries(bodies)) {
      const answer = await world.api(described.method, world.pathOf(described), { claims: world.claims, body })
      const faults = contract.faultsOf(described.operation, answer)
      if (answer.statusCode !== Number(expected)) faults.push(`${answer.statusCode}`)
      findings.push(...faults.map((fault) => `${operationId} ${expected}: ${fault}`))
    }
  }
  expect(findings).toEqual([])
})

const token = (claims: object) =>
  ['{}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.')

test('a call without a token, with a wrong one or without the right is refused as described', async () => {
  const edge = createEdge([])
  const atEdge = {
    'no token': undefined,
    'a damaged token': 'Bearer e30.e30',
    'an expired token': `Bearer ${token({ exp: 1 })}`,
  }
  const atTheApi = {
    'no claims': [401, undefined],
    'an ID token': [401, { ...world.claims, token_use: 'id' }],
    'no group': [403, { sub: 'kim', username: 'kim' }],
    'an agent': [403, { sub: 'kim', username: 'kim', 'cognito:groups': '[agents]' }],
  } as const
  const findings: string[] = []
  for (const described of operations) {
    const { operation, method } = described
    const { security, 'x-role': role } = operation as unknown as { security: object[]; 'x-role'?: string }
    if (security.length === 0) continue
    const tell = (what: string, expected: number, answer: Answered) => {
      const faults = contract.faultsOf(operation, answer)
      if (answer.statusCode !== expected) faults.push(`${answer.statusCode}`)
      findings.push(...faults.map((fault) => `${operation.operationId} with ${what}: ${fault}`))
    }
    const path = world.pathOf(described)
    for (const [what, authorization] of Object.entries(atEdge)) {
      const answer = edge.answer({ method, headers: { ...(authorization && { authorization }) } } as never, path)
      tell(what, 401, { statusCode: answer?.status ?? 0, headers: answer?.headers ?? {}, body: String(answer?.body) })
    }
    for (const [what, [expected, claims]] of Object.entries(atTheApi)) {
      if (what === 'an agent' && role === 'agent') continue
      tell(what, expected, await world.api(method, path, { ...(claims && { claims }) }))
    }
  }
  expect(findings).toEqual([])
})

test('what API Gateway answers itself is declared', () => {
  const findings = operations.flatMap(({ operation }) => {
    const { security } = operation as unknown as { security: object[] }
    const statuses = [...(security.length > 0 ? [401] : []), ...(operation.requestBody ? [413] : []), 429, 500, 503]
    return statuses.flatMap((statusCode) =>
      contract
        .faultsOf(operation, {
          statusCode,
          headers: { 'content-type': 'application/json' },
          body: '{"message":"Service Unavailable"}',
        })
        .map((fault) => `${operation.operationId} ${statusCode}: ${fault}`),
    )
  })
  expect(findings).toEqual([])
})
