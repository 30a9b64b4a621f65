import type * as z from 'zod/mini'
import { globalRegistry, toJSONSchema } from 'zod/v4/core'
import { answers as exampleAnswers } from '../../core/api/answers.ts'
import * as schemas from '../../core/api/schemas.ts'
import { X_ID } from '../../core/x/ids.ts'
import type { AnswerName, Route } from './route.ts'

type ToJsonSchema = NonNullable<Parameters<typeof toJSONSchema>[1]>

const answers: Readonly<Record<AnswerName, z.ZodMiniType>> = { ...schemas }

const ABOUT = `The Twitter (X) channel of a helpdesk: direct messages and mentions of connected X accounts are tickets, and agents answer them.

Every call needs \`Authorization: Bearer TOKEN\`, except those that say otherwise. A machine gets its token from the token endpoint of the installation with its client id and secret (\`grant_type=client_credentials\`) and uses it until it ends, after \`expires_in\` seconds. A call that needs an administrator takes the scope \`helpdesk-twitter/admin\` or a person of the group \`administrators\`; the others also take \`helpdesk-twitter/tickets\` and \`agents\`.

Errors are problems (RFC 9457): \`detail\` is a sentence for people, and \`errors\` names the fields. What API Gateway answers itself is \`application/json\` with a \`message\`: 401 for a forged token, 413 for a body above 6 MB, 429, and 500 or 503 when no function runs. No answer may be kept (\`Cache-Control: no-store\`), but for this description. Times are ISO 8601 in UTC. A list is read page by page: \`nextCursor\` goes into \`cursor\` of the next call, and null ends it. After 429 or 503 the same call may be made again a moment later, after \`Retry-After\` seconds if it is there.

Events are sent, signed after the Standard Webhooks specification, to the addresses under \`/api/webhook-endpoints\`.`

/** What the calls under the same first part of a path are about. A test tells when one is missing. */
const TAGS: Readonly<Record<string, string>> = {
  tickets: 'Tickets, their messages, replies, and actions on X',
  attachments: 'Files for replies',
  channels: 'Connected X accounts, their settings and keys',
  customers: 'Customers by their id at X: block, erase',
  erasures: 'Erasures of customers',
  reports: 'Reports on tickets',
  events: 'What became no ticket, and why',
  audit: 'Who did what',
  extensions: 'The switch of the whole integration',
  setup: 'How far the setup is, and what to do',
  'webhook-endpoints': 'Addresses that get signed events',
  description: 'This description',
}

/** Parts of a path that are about something else than their name says. */
const TAG_OF: Readonly<Record<string, string>> = {
  'ticket-numbers': 'tickets',
  'audit.csv': 'audit',
  'openapi.json': 'description',
  docs: 'description',
}

const text = { type: 'string' }

type PathParameter = { readonly description: string; readonly example: string; readonly schema?: object }

/** The parameters of paths, by the part that is before them. A test tells when one is missing, and sends the examples. */
const PATH_PARAMETERS: Readonly<Record<string, PathParameter>> = {
  tickets: { description: 'id of a ticket', example: 'twitter-15000001-direct-1205290247124217856-1' },
  messages: { description: 'id of a message of the ticket', example: 'dm-1790000000000000001' },
  tags: { description: 'a tag, percent-encoded', example: 'refund', schema: { ...text, minLength: 1, maxLength: 64 } },
  channels: { description: 'id of a channel', example: 'twitter-15000001' },
  customers: {
    description: "X's id of a customer: digits",
    example: '1205290247124217856',
    schema: { ...text, pattern: X_ID.source },
  },
  erasures: { description: 'id of an erasure', example: 'erasure-00000000-0000-4000-8000-000000000000' },
  'webhook-endpoints': { description: 'id of an endpoint', example: 'we_0000000000000000' },
  deliveries: { description: 'id of a delivery of the endpoint', example: '2026-09-01T08:00:00.000Z.evt_00' },
}

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The body is not JSON',
  401: 'The token is missing or not valid',
  403: 'The token does not permit this call',
  404: 'Not found',
  409: 'Not possible in the current state',
  412: 'Changed since the caller read it; `current` has what is there now',
  413: 'The body is too large',
  422: 'A field is not valid; `errors` names it',
  429: 'Too many calls: try again a moment later',
  500: 'A failure of ours, which is logged',
  502: 'X refused the call or does not answer',
  503: 'Others change the same thing, or the service is not there: try again',
}

/** The answers that API Gateway may give itself, before or instead of the function, in its own form. */
const FROM_GATEWAY: ReadonlySet<number> = new Set([401, 413, 429, 500, 503])

const ENTITY_TAG = {
  ETag: {
    description: 'For `If-None-Match` of the next call, or `If-Match` of a change',
    required: true,
    schema: text,
    example: '"7-1788163200000"',
  },
}

const PROBLEM_HEADERS: Readonly<Record<number, object>> = {
  401: {
    headers: {
      'WWW-Authenticate': {
        description: 'What is wrong with the token (RFC 6750)',
        schema: text,
        example: 'Bearer error="invalid_token"',
      },
    },
  },
  412: { headers: ENTITY_TAG },
  503: {
    headers: {
      'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer', minimum: 0 }, example: 1 },
    },
  },
}

const headerParameter = (name: string, description: string, example: string, more: object = {}) => ({
  name,
  in: 'header',
  description,
  required: false,
  schema: { ...text, ...more },
  example,
})

const IF_NONE_MATCH = headerParameter(
  'If-None-Match',
  '`ETag` of an earlier answer to the same call: 304 if nothing has changed since',
  '"7-1788163200000"',
)
const IF_MATCH = headerParameter(
  'If-Match',
  '`ETag` of the state that is to be changed: 412 with what is there now if it has changed since',
  '*',
)
const IDEMPOTENCY_KEY = headerParameter(
  'Idempotency-Key',
  'Chosen by the caller: for 24 hours the same call with the same key is done once, and answered as the first time; 409 if the body differs',
  'order-4711-answer-1',
  { minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
)

/** The OpenAPI 3.1 document of the routes. */
export function openApiOf(routes: readonly Route[]): object {
  const components: Record<string, unknown> = {}
  const paths: Record<string, Record<string, unknown>> = {}
  const described = routes.filter(({ isDescribed }) => isDescribed !== false)
  for (const one of described) {
    paths[one.path] = { ...paths[one.path], [one.method.toLowerCase()]: operationOf(one, components) }
  }
  const tags = [...new Set(described.map(({ path }) => tagOf(path)))]
  return {
    openapi: '3.1.0',
    info: {
      title: 'Twitter channel of the helpdesk',
      version: '1',
      description: ABOUT,
      contact: { name: 'The administrators of this installation' },
      license: { name: 'Not licensed to others', identifier: 'LicenseRef-Unlicensed' },
    },
    // Relative to the address of the description: right on one machine and behind a domain of its own, too.
    servers: [{ url: '/', description: 'This installation' }],
    tags: tags.sort().map((name) => ({ name, description: TAGS[name] ?? '' })),
    paths,
    webhooks: { event: { post: eventOperation(components) } },
    components: {
      schemas: components,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'An access token of the user pool: of a machine by its client id and secret, or of a person',
        },
      },
    },
  }
}

const EVENTS = `Sent to each address under \`/api/webhook-endpoints\` that wants its \`type\`, at least once and in order per ticket. Signed after the Standard Webhooks specification: \`webhook-signature\` is \`v1,\` and the base64 of the HMAC-SHA256 of \`ID.TIMESTAMP.BODY\`, with the bytes of the secret after \`whsec_\`, which is base64; while a secret is changed it holds two signatures, separated by a space. Answer 2xx within 5 seconds: anything else is a failure, and the event comes again, for 24 hours.`

function eventOperation(components: Record<string, unknown>): object {
  const header = (name: string, description: string, example: string) => ({
    ...headerParameter(name, description, example),
    required: true,
  })
  return {
    operationId: 'receiveEvent',
    tags: ['webhook-endpoints'],
    summary: 'An event, as your address gets it',
    description: EVENTS,
    security: [],
    parameters: [
      header('webhook-id', 'id of the event, the same when it comes again', `evt_${'0'.repeat(32)}`),
      header('webhook-timestamp', 'of this attempt, in seconds since 1970', '1788163200'),
      header('webhook-signature', 'one or two signatures', 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='),
    ],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: schemaOf(answers.webhookEvent, 'output', components) } },
    },
    responses: { 204: { description: 'Taken' }, '4XX': { description: 'Not taken: it comes again' } },
  }
}

function tagOf(path: string): string {
  const part = path.split('/')[2] ?? ''
  return TAG_OF[part] ?? part
}

function operationOf(one: Route, components: Record<string, unknown>): object {
  const { summary, access, method, operation } = one
  const takesIfMatch = one.isVersioned === true && method !== 'GET'
  const example = exampleAnswers[operation]
  const problems = [
    ...(access === 'anyone' ? [] : [401, 403]),
    ...(one.body ? [400, 413] : []),
    ...(one.path.includes('{') ? [404] : []),
    ...one.problems,
    ...(takesIfMatch ? [412] : []),
    ...[422, 429, 500, 503],
  ]
  return {
    operationId: operation,
    tags: [tagOf(one.path)],
    summary,
    description: `For ${WHO[access]}.${takesIfMatch ? ' With `If-Match` it changes only what the caller has seen.' : ''}`,
    ...(access === 'anyone' ? { security: [] } : { security: [{ token: [] }], 'x-role': access }),
    parameters: [
      ...pathParameters(one.path),
      ...queryParameters(one),
      ...(one.takesIdempotencyKey ? [IDEMPOTENCY_KEY] : []),
      ...(one.hasEntityTag ? [IF_NONE_MATCH] : []),
      ...(takesIfMatch ? [IF_MATCH] : []),
    ],
    ...(one.body ? { requestBody: requestBodyOf(one.body(), components) } : {}),
    responses: {
      [one.status ?? 200]: {
        description: 'Done',
        ...headersOf(one),
        content: {
          [one.mediaType ?? 'application/json']: {
            schema: schemaOf(answers[one.answer], 'output', components),
            ...(example === undefined ? {} : { example }),
          },
        },
      },
      ...(one.hasEntityTag ? { 304: { description: 'Not changed; without a body', ...headersOf(one) } } : {}),
      ...(one.also
        ? {
            [one.also.status]: {
              description: one.also.description,
              content: { 'application/json': { schema: schemaOf(answers[one.also.answer], 'output', components) } },
            },
          }
        : {}),
      ...Object.fromEntries(
        [...new Set(problems)].sort().map((status) => [status, problemResponse(status, components)]),
      ),
    },
  }
}

const WHO = {
  anyone: 'anyone, without a token',
  agent: 'agents and administrators',
  administrator: 'administrators',
} as const

function headersOf({ hasEntityTag, isVersioned, answerHeaders = {} }: Route): object {
  const others = Object.entries(answerHeaders).map(([name, description]) => [name, { description, schema: text }])
  const headers = { ...(hasEntityTag || isVersioned ? ENTITY_TAG : {}), ...Object.fromEntries(others) }
  return Object.keys(headers).length > 0 ? { headers } : {}
}

function requestBodyOf(schema: z.ZodMiniType, components: Record<string, unknown>): object {
  return {
    // A body that may be missing is the only kind that accepts undefined.
    required: !schema.safeParse(undefined).success,
    content: { 'application/json': { schema: schemaOf(schema, 'input', components) } },
  }
}

function problemResponse(status: number, components: Record<string, unknown>): object {
  const problem = { 'application/problem+json': { schema: schemaOf(answers.problem, 'output', components) } }
  const gateway = { 'application/json': { schema: schemaOf(answers.gatewayAnswer, 'output', components) } }
  return {
    description: PROBLEMS[status] ?? 'Error',
    ...PROBLEM_HEADERS[status],
    content: { ...(status === 429 ? {} : problem), ...(FROM_GATEWAY.has(status) ? gateway : {}) },
  }
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/([^/]+)\/\{(\w+)\}/g)].map(([, before = '', name]) => ({
    name,
    in: 'path',
    required: true,
    schema: text,
    ...PATH_PARAMETERS[before],
  }))
}

function queryParameters({ query }: Route): object[] {
  const { properties = {}, required = [] } = toJSONSchema(query(), {
    io: 'input',
    unrepresentable: 'any',
    override: withExamples,
  })
  return Object.entries(properties).map(([name, schema]) => {
    const { description, examples, ...rest } = schema as { description?: string; examples?: unknown[] }
    return {
      name,
      in: 'query',
      required: required.includes(name),
      ...(description && { description }),
      schema: rest,
      ...(examples && { example: examples[0] }),
    }
  })
}

/** zod leaves the examples out of a schema that transforms, although they are of its input. */
function withExamples({ zodSchema, jsonSchema }: Parameters<NonNullable<ToJsonSchema['override']>>[0]): void {
  const { examples } = globalRegistry.get(zodSchema) ?? {}
  if (Array.isArray(examples)) jsonSchema.examples = examples
}

/** A schema in the dialect of OpenAPI 3.1, JSON Schema 2020-12. A named schema goes to the components, once. */
function schemaOf(schema: z.ZodMiniType, io: 'input' | 'output', components: Record<string, unknown>): object {
  const {
    $defs,
    $schema: _dialect,
    id,
    ...made
  } = toJSONSchema(schema, { io, unrepresentable: 'any', override: withExamples }) as Record<string, unknown>
  for (const [name, definition] of Object.entries($defs ?? {})) components[name] = withoutId(definition as object)
  const own = toComponents(typeof id === 'string' ? made : { ...made })
  if (typeof id !== 'string') return own
  components[id] = own
  return { $ref: `#/components/schemas/${id}` }
}

function withoutId(definition: object): object {
  const { id: _id, ...rest } = definition as Record<string, unknown>
  return toComponents(rest)
}

function toComponents(value: object): object {
  return JSON.parse(JSON.stringify(value, onlyOfJson).replaceAll('"#/$defs/', '"#/components/schemas/')) as object
}

/**
 * Leaves out what zod says of TypeScript and not of JSON: it bounds every integer by what JavaScript counts exactly, and
 * `readOnly`, which in a description means that no request may change it, is for lists that our code does not change.
 */
function onlyOfJson(key: string, value: unknown): unknown {
  const isBound = (key === 'minimum' || key === 'maximum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER
  return isBound || (key === 'readOnly' && value === true) ? undefined : value
}
