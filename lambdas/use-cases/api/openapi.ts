import type * as z from 'zod/mini'
import { toJSONSchema } from 'zod/v4/core'
import * as schemas from '../../core/api/schemas.ts'
import type { AnswerName, Route } from './route.ts'

const answers: Readonly<Record<AnswerName, z.ZodMiniType>> = { ...schemas }

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The body is not JSON',
  401: 'The token is missing or not valid',
  403: 'The token does not permit this call',
  404: 'Not found',
  409: 'Not possible in the current state',
  412: 'Changed since the caller read it; `current` has what is there now',
  422: 'A field is not valid; `errors` names it',
  502: 'X refused the call or does not answer',
}

const ENTITY_TAG = {
  ETag: {
    description: 'For `If-None-Match` of the next call, or `If-Match` of a change',
    required: true,
    schema: { type: 'string' },
  },
}

const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header',
  description: '`ETag` of an earlier answer to the same call: 304 if nothing has changed since',
  required: false,
  schema: { type: 'string' },
}

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  description: '`ETag` of the state that is to be changed: 412 with what is there now if it has changed since',
  required: false,
  schema: { type: 'string' },
}

/** The OpenAPI 3.1 document of the routes. */
export function openApiOf(routes: readonly Route[]): object {
  const components: Record<string, unknown> = {}
  const paths: Record<string, Record<string, unknown>> = {}
  for (const one of routes) {
    paths[one.path] = { ...paths[one.path], [one.method.toLowerCase()]: operationOf(one, components) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Twitter channel of the helpdesk', version: '1' },
    paths,
    components: {
      schemas: components,
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  }
}

function operationOf(one: Route, components: Record<string, unknown>): object {
  const takesIfMatch = one.isVersioned === true && one.method !== 'GET'
  const headers = one.hasEntityTag || one.isVersioned ? { headers: ENTITY_TAG } : {}
  const problems = [
    ...(one.access === 'anyone' ? [] : [401, 403]),
    ...(one.body ? [400] : []),
    ...one.problems,
    ...(takesIfMatch ? [412] : []),
    422,
  ]
  return {
    summary: one.summary,
    ...(one.access === 'anyone' ? { security: [] } : { security: [{ token: [] }], 'x-role': one.access }),
    parameters: [
      ...pathParameters(one.path),
      ...queryParameters(one),
      ...(one.hasEntityTag ? [IF_NONE_MATCH] : []),
      ...(takesIfMatch ? [IF_MATCH] : []),
    ],
    ...(one.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(one.body(), 'input', components) } },
          },
        }
      : {}),
    responses: {
      [one.status ?? 200]: {
        description: 'OK',
        ...headers,
        content: {
          [one.mediaType ?? 'application/json']: { schema: schemaOf(answers[one.answer], 'output', components) },
        },
      },
      ...(one.hasEntityTag ? { 304: { description: 'Not changed; without a body', headers: ENTITY_TAG } } : {}),
      ...(one.also
        ? {
            [one.also.status]: {
              description: one.also.description,
              content: { 'application/json': { schema: schemaOf(answers[one.also.answer], 'output', components) } },
            },
          }
        : {}),
      ...Object.fromEntries(
        [...new Set(problems)].sort().map((status) => [
          status,
          {
            description: PROBLEMS[status] ?? 'Error',
            content: { 'application/problem+json': { schema: schemaOf(answers.problem, 'output', components) } },
          },
        ]),
      ),
    },
  }
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters({ query }: Route): object[] {
  const { properties = {}, required = [] } = toJSONSchema(query(), { io: 'input', unrepresentable: 'any' })
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}

/** A schema in the dialect of OpenAPI 3.1, JSON Schema 2020-12. A named schema goes to the components, once. */
function schemaOf(schema: z.ZodMiniType, io: 'input' | 'output', components: Record<string, unknown>): object {
  const {
    $defs,
    $schema: _dialect,
    id,
    ...made
  } = toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>
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
  return JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/')) as object
}
