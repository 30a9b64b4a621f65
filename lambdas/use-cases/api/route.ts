import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { z } from 'zod'
import { type Caller, callerFrom, may, type Role } from '../../core/api/access.ts'
import { type FieldProblem, Problem, wrongFields } from '../../core/api/problem.ts'

/** One call of the API: who may make it, what it takes, what it gives. The same table makes the OpenAPI document. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly summary: string
  readonly access: Role | 'anyone'
  readonly query: z.ZodType<Record<string, unknown>>
  readonly body: z.ZodType | null
  readonly answer: z.ZodType
  /** The status of success, 200 when not said. */
  readonly status?: number
  /** Another success, which `handle` answers with its status. */
  readonly also?: { readonly status: number; readonly description: string; readonly answer: z.ZodType }
  /** Problems that it may answer beside those of every call. */
  readonly problems: readonly number[]
  readonly handle: (request: Request<never, never>) => Promise<object>
}

type Params = Readonly<Record<string, string>>

/** What a route works on. Header names are lower-case. */
type Request<Q, B> = {
  params: Params
  query: Q
  body: B
  caller: Caller | null
  headers: Readonly<Record<string, string | undefined>>
  cookies: readonly string[]
}

/** An answer that is more than a body. */
export class Answer {
  readonly body: object | null
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
  /** The route's own when null. */
  readonly status: number | null
  constructor(
    body: object | null,
    more: { headers?: Readonly<Record<string, string>>; cookies?: readonly string[]; status?: number } = {},
  ) {
    this.body = body
    this.status = more.status ?? null
    this.headers = more.headers ?? {}
    this.cookies = more.cookies ?? []
  }
}

/** Writes a route down with the types that its schemas give to the request. */
export function route<Q extends z.ZodType<Record<string, unknown>>, B extends z.ZodType | null>(
  one: Omit<Route, 'query' | 'body' | 'handle'> & {
    query: Q
    body: B
    handle: (request: Request<z.infer<Q>, B extends z.ZodType ? z.infer<B> : null>) => Promise<object>
  },
): Route {
  // A list of routes forgets the types of each; `answerBy` hands on only what the schemas let through.
  return one as unknown as Route
}

type ApiEvent = APIGatewayProxyEventV2 & {
  requestContext: { authorizer?: { jwt?: { claims?: Record<string, unknown> } } }
}

/**
 * Answers an event by a route: access first, then query and body, then the route itself.
 * @throws Problem 401, 403, 400 or 422, and whatever the route throws
 */
export async function answerBy(one: Route, event: ApiEvent) {
  const caller = callerOf(one, event)
  const query = check(one.query, event.queryStringParameters ?? {}, 'query')
  const body = one.body ? check(one.body, bodyOf(event, one.body), 'body') : null
  const params = (event.pathParameters ?? {}) as Params
  const { headers, cookies = [] } = event
  const given = await one.handle({ params, query: query as never, body: body as never, caller, headers, cookies })
  const answer = given instanceof Answer ? given : new Answer(given)
  return {
    statusCode: answer.status ?? one.status ?? 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...answer.headers },
    ...(answer.cookies.length > 0 ? { cookies: [...answer.cookies] } : {}),
    body: answer.body === null ? '' : JSON.stringify(answer.body),
  }
}

/** The gateway has checked the token; here is asked what it allows, also for a path that slipped past the gateway. */
function callerOf({ access, method, path }: Route, event: ApiEvent): Caller | null {
  if (access === 'anyone') return null
  const claims = event.requestContext.authorizer?.jwt?.claims
  if (!claims) throw new Problem(401, 'a bearer token is needed', { headers: { 'www-authenticate': 'Bearer' } })
  const caller = callerFrom(claims)
  if (!caller) throw new Problem(403, 'the token has neither a group nor a scope of this API')
  if (!may(caller.role, access)) throw new Problem(403, `${method} ${path} needs an ${access}`)
  return caller
}

/** @throws Problem 400 for what is no JSON, with the place */
function bodyOf(event: ApiEvent, schema: z.ZodType): unknown {
  const text = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '')
  if (text.trim() === '' && schema.safeParse(undefined).success) return undefined
  if (text.trim() === '') throw new Problem(400, 'the body is empty: JSON is needed')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Problem(400, `the body is not JSON: ${placeIn(text, error)}`)
  }
}

/** Where JSON ends to be JSON: V8 says the position, or that the text ends too early. */
function placeIn(text: string, error: unknown): string {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
  const offset = position === undefined ? text.length : Number(position)
  const lines = text.slice(0, offset).split('\n')
  const what = offset >= text.length ? 'it ends too early' : 'unexpected character'
  return `${what} at line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`
}

/** @throws Problem 422 naming every field at fault */
function check(schema: z.ZodType, value: unknown, where: 'query' | 'body'): unknown {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  throw wrongFields(
    read.error.issues.flatMap((issue): FieldProblem[] => {
      const at = issue.path.join('.')
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => ({ field: [at, key].filter(Boolean).join('.'), detail: 'is not known' }))
      }
      return [{ field: at || where, detail: issue.message }]
    }),
  )
}

/** A sort key as an opaque cursor. */
export function cursorOf(key: string | null): string | null {
  return key === null ? null : Buffer.from(key).toString('base64url')
}

/**
 * The sort key in a cursor; null for the first page.
 * @throws Problem 422 for a cursor that no page gave
 */
export function keyIn(cursor: string | undefined, form: RegExp): string | null {
  if (cursor === undefined) return null
  const key = Buffer.from(cursor, 'base64url').toString('utf8')
  if (!form.test(key)) {
    throw wrongFields([{ field: 'cursor', detail: 'is not one that this list gave' }])
  }
  return key
}
