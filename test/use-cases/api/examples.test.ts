import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { type Described, describedApi, masked, operationsOf } from '../../support/described-api.ts'

/** With `RECORD=1` the answers become the examples of the description. */
const isRecording = process.env.RECORD === '1'

let world: Awaited<ReturnType<typeof describedApi>>
const sent: { described: Described; status: number; headers: Record<string, unknown>; body: string }[] = []

/** What is read is read before it is changed, and what is removed is removed last. */
const order = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

beforeAll(async () => {
  world = await describedApi()
  const all = operationsOf(world.document).sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method))
  for (const described of all) {
    const { operation, method } = described
    const body = world.bodyOf(described)
    const key = operation.parameters.find(({ name }) => name === 'Idempotency-Key')?.example
    const {
      statusCode = 0,
      headers = {},
      body: text = '',
    } = await world.api(method, world.pathOf(described), {
      claims: world.claims,
      query: world.queryOf(described),
      ...(key ? { headers: { 'idempotency-key': key } } : {}),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    sent.push({ described, status: statusCode, headers, body: text })
  }
  if (isRecording) record()
})
afterAll(() => world.stop())

test('the example of each operation, sent to the API, is answered with its success and the headers of that', () => {
  for (const { described, status, headers, body } of sent) {
    const { operationId, responses } = described.operation
    const successes = Object.keys(responses).filter((one) => Number(one) < 300)
    expect({ operationId, successes, body }).toMatchObject({ successes: expect.arrayContaining([String(status)]) })
    const required = Object.entries(responses[status]?.headers ?? {}).filter(([, one]) => one.required)
    expect(Object.keys(headers)).toEqual(expect.arrayContaining(required.map(([name]) => name.toLowerCase())))
  }
})

test('the description shows for each operation what the API answers to its example', () => {
  for (const { described, body } of sent) {
    const { operationId, responses } = described.operation
    const type = Object.keys(Object.entries(responses).find(([one]) => Number(one) < 300)?.[1].content ?? {})[0]
    if (operationId === 'getDescription' || type !== 'application/json') continue
    const example = world.exampleOf(operationId)
    if (example === undefined) {
      throw new Error(
        `${operationId} has no example of its answer: RECORD=1 npm test -- test/use-cases/api/examples.test.ts`,
      )
    }
    expect({ [operationId]: JSON.parse(masked(body)) }).toEqual({ [operationId]: example })
  }
})

test('every example of an answer fits its schema, and every example of a body its own', () => {
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, date: true, uri: true } })
  ajv.addSchema({ $id: 'document', ...world.document })
  const faults = (schema: object, value: unknown) => {
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/'))
    const validate = ajv.compile(absolute)
    return validate(value) ? [] : [ajv.errorsText(validate.errors)]
  }
  for (const { described } of sent) {
    const { operationId, requestBody, responses } = described.operation
    const found = Object.values(responses).flatMap(({ content = {} }) =>
      Object.values(content).flatMap(({ schema, example }) => (example === undefined ? [] : faults(schema, example))),
    )
    const body = requestBody?.content['application/json']
    if (body) found.push(...faults(body.schema, world.bodyOf(described)))
    expect({ [operationId]: found }).toEqual({ [operationId]: [] })
  }
})

test('every operation is in a group that is described, and says what each of its parameters is', () => {
  const { tags } = world.document as unknown as { tags: { name: string; description: string }[] }
  const undescribed = tags.filter(({ description }) => description === '').map(({ name }) => name)
  // A new first part of a path goes into TAGS of openapi.ts.
  expect(undescribed).toEqual([])
  const parameters = operationsOf(world.document).flatMap(({ path, operation }) =>
    operation.parameters
      .filter((one) => !('description' in one) || (one.in === 'path' && one.example === undefined))
      .map((one) => `${path}: ${one.in} ${one.name}`),
  )
  // A parameter of a path goes into PATH_PARAMETERS of openapi.ts, one of a query has z.describe in requests.ts.
  expect(parameters).toEqual([])
})

function record(): void {
  const all = sent
    .filter(({ described, status }) => status < 300 && described.operation.operationId !== 'getDescription')
    .filter(({ headers }) => headers['content-type'] === 'application/json')
    .map(({ described, body }): [string, unknown] => [described.operation.operationId, JSON.parse(masked(body))])
  writeFileSync(
    join(import.meta.dirname, '../../../lambdas/core/api/answers.ts'),
    `/**
 * Answers of the API, by operation: the examples of its description. They are recorded by
 * \`RECORD=1 npm test -- test/use-cases/api/examples.test.ts\`, and that test compares them with what is answered.
 */
export const answers: Readonly<Record<string, unknown>> = ${JSON.stringify(Object.fromEntries(all), inOrder, 2)}
`,
  )
}

/** Names in alphabetical order: the database gives back those of an object in any. */
function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
