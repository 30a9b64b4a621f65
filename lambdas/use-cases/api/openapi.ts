import * as z from 'zod'
import { noQuery, problem } from '../../core/api/schemas.ts'
import { type Route, route } from './route.ts'

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The body is not JSON',
  401: 'No token, or one that is not valid',
  403: 'The token does not allow this',
  404: 'There is no such thing',
  409: 'Not in this state',
  502: 'X refused it or cannot be reached',

  422: 'A field is not valid; `errors` names it',
}

/** The route that describes all others, and itself. */
export function openApiRoute(others: readonly Route[]): Route {
  const self: Route = route({
    method: 'GET',
    path: '/api/openapi.json',
    summary: 'This document',
    access: 'anyone',
    query: noQuery,
    body: null,
    answer: z.record(z.string(), z.unknown()),
    problems: [],
    handle: async () => openApiOf([...others, self]),
  })
  return self
}

/** OpenAPI 3.1 of the routes, made from the schemas that check the requests. */
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
  const problems = [...(one.access === 'anyone' ? [] : [401, 403]), ...(one.body ? [400] : []), ...one.problems, 422]
  return {
    summary: one.summary,
    ...(one.access === 'anyone' ? { security: [] } : { security: [{ token: [] }], 'x-role': one.access }),
    parameters: [...pathParameters(one.path), ...queryParameters(one)],
    ...(one.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(one.body, 'input', components) } },
          },
        }
      : {}),
    responses: {
      [one.status ?? 200]: {
        description: 'OK',
        content: { 'application/json': { schema: schemaOf(one.answer, 'output', components) } },
      },
      ...(one.also
        ? {
            [one.also.status]: {
              description: one.also.description,
              content: { 'application/json': { schema: schemaOf(one.also.answer, 'output', components) } },
            },
          }
        : {}),
      ...Object.fromEntries(
        [...new Set(problems)].sort().map((status) => [
          status,
          {
            description: PROBLEMS[status] ?? 'Error',
            content: { 'application/problem+json': { schema: schemaOf(problem, 'output', components) } },
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
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' })
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}

/** A schema as JSON Schema 2020-12, which is OpenAPI 3.1's own; what has a name stands once among the components. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Record<string, unknown>): object {
  const {
    $defs,
    $schema: _dialect,
    id,
    ...made
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>
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
