/**
 * Called for each request, after the router found its route: checks access, query and body, and runs the route. Every
 * failure of the caller is thrown as a Problem.
 */
import { createHash } from 'node:crypto'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type * as z from 'zod/mini'
import { callerFrom, identityFrom, isAccessToken, may, type Role, signedInAt } from '../../core/api/access.ts'
import type { KnownTag } from '../../core/api/entity-tag.ts'
import { type FieldProblem, Problem, wrongFields } from '../../core/api/problem.ts'
import type * as answers from '../../core/api/schemas.ts'
import type { Actor } from '../../core/audit/entry.ts'
import type { AuditTrail } from '../../core/ports/audit.ts'
import { ConflictError } from '../retry-on-conflict.ts'

/** The schema of an answer, by its name, because only the OpenAPI document needs the schema itself. */
export type AnswerName = keyof typeof answers

/** One call of the API: who may call it, what it takes, what it answers. The OpenAPI document comes from it too. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  /** Its id in the description, unique: a verb and what it acts on. Generated clients name a function by it. */
  readonly operation: string
  readonly summary: string
  readonly access: Role | 'anyone'
  readonly query: () => z.ZodMiniType<Record<string, unknown>>
  readonly body: (() => z.ZodMiniType) | null
  readonly answer: AnswerName
  /** The status of success; 200 by default. */
  readonly status?: number
  /** A second kind of success, which `handle` answers with its own status. */
  readonly also?: { readonly status: number; readonly description: string; readonly answer: AnswerName }
  /** The media type of the answer; JSON by default. */
  readonly mediaType?: 'text/csv' | 'text/html'
  /** True if it answers with an entity tag, and 304 to a caller whose answer has not changed. */
  readonly hasEntityTag?: boolean
  /** True if its answer has an entity tag by which it can be changed: a PATCH takes `If-Match`, and answers 412. */
  readonly isVersioned?: boolean
  /** True if calls with the same `Idempotency-Key` do once what they do. */
  readonly takesIdempotencyKey?: boolean
  /** Headers of its success besides `ETag`, each with what it says. */
  readonly answerHeaders?: Readonly<Record<string, string>>
  /** The statuses of problems that only some routes answer. */
  readonly problems: readonly number[]
  /** False if no program calls it: it is not in the description. */
  readonly isDescribed?: false
  readonly handle: (request: Request<never, never>) => Promise<object>
}

type Params = Readonly<Record<string, string>>

/** The checked request that a route handles. Header names are lower-case. */
type Request<Q, B> = {
  params: Params
  query: Q
  body: B
  /** Who calls; without a name where no token is needed. */
  actor: Actor
  headers: Readonly<Record<string, string | undefined>>
  cookies: readonly string[]
}

/** Who wants a change, and by `If-Match` of which state. */
export type ChangeRequest = Pick<Request<unknown, unknown>, 'actor' | 'headers'>

/** An answer with headers, cookies or a status of its own. */
export class Answer {
  /** A text is answered as it is. */
  readonly body: object | string | null
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
  /** Null for the status of the route. */
  readonly status: number | null
  constructor(
    body: object | string | null,
    more: { headers?: Readonly<Record<string, string>>; cookies?: readonly string[]; status?: number } = {},
  ) {
    this.body = body
    this.status = more.status ?? null
    this.headers = more.headers ?? {}
    this.cookies = more.cookies ?? []
  }
}

/** Tells the caller that the answer with this entity tag has not changed. */
export function notModified({ tag }: KnownTag): Answer {
  return new Answer(null, { status: 304, headers: { etag: tag } })
}

/** Defines a route, with the request typed by its schemas. */
export function route<Q extends z.ZodMiniType<Record<string, unknown>>, B extends (() => z.ZodMiniType) | null>(
  one: Omit<Route, 'query' | 'body' | 'handle'> & {
    query: () => Q
    body: B
    handle: (
      request: Request<z.infer<Q>, B extends () => z.ZodMiniType ? z.infer<ReturnType<B>> : null>,
    ) => Promise<object>
  },
): Route {
  // A list of routes cannot keep the types of each. `answerBy` passes only what the schemas accept.
  return one as unknown as Route
}

type ApiEvent = APIGatewayProxyEventV2 & {
  requestContext: { authorizer?: { jwt?: { claims?: Record<string, unknown> } } }
}

/**
 * Answers a request with a route: checks access first, then query and body, then runs the route. Sign-ins and refusals
 * of rights go into the audit trail.
 * @throws Problem 400, 401, 403, 413, 422 or 503, and whatever the route throws
 */
export async function answerBy(one: Route, event: ApiEvent, trail: AuditTrail) {
  const actor = await actorOf(one, event, trail)
  const query = check(one.query(), queryOf(event), 'query')
  const schema = one.body?.()
  const body = schema ? check(schema, bodyOf(event, schema), 'body') : null
  const params = paramsOf(event)
  const { headers, cookies = [] } = event
  const result = await one
    .handle({ params, query: query as never, body: body as never, actor, headers, cookies })
    .catch(tryAgain)
  const answer = result instanceof Answer ? result : new Answer(result)
  return {
    statusCode: answer.status ?? one.status ?? 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...answer.headers },
    ...(answer.cookies.length > 0 ? { cookies: [...answer.cookies] } : {}),
    body: answer.body === null ? '' : typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body),
  }
}

/** @throws Problem 503 after too many conflicts, and any other error as it is */
function tryAgain(error: unknown): never {
  if (!(error instanceof ConflictError)) throw error
  throw new Problem(503, 'others are changing the same thing: try again', { headers: { 'retry-after': '1' } })
}

/** Checks what the token permits. The gateway has checked the token, but a wrong setting may let a path past it. */
async function actorOf({ access, method, path }: Route, event: ApiEvent, trail: AuditTrail): Promise<Actor> {
  const address = addressOf(event)
  if (access === 'anyone') return { id: '', name: '', address }
  const claims = event.requestContext.authorizer?.jwt?.claims
  if (!claims) throw new Problem(401, 'a bearer token is required', { headers: { 'www-authenticate': 'Bearer' } })
  if (!isAccessToken(claims)) {
    throw new Problem(401, 'an access token is required, and this is another token', {
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    })
  }
  const actor = { id: '', name: '', ...identityFrom(claims), address }
  const signInTime = signedInAt(claims)
  if (signInTime !== null) await trail.signedIn(actor, signInTime)
  const caller = callerFrom(claims)
  if (caller && may(caller.role, access)) return actor
  const call = `${method} ${event.rawPath}`.slice(0, MAX_CALL_CHARACTERS).toWellFormed()
  await trail.refused(actor, call, `${method} ${path}`)
  if (!caller) throw new Problem(403, 'the token has no group and no scope of this API')
  throw new Problem(403, `${method} ${path} requires an ${access}`)
}

/** Of the path of a refused call, so much is kept. */
const MAX_CALL_CHARACTERS = 200

/** An address of IPv6 has at most 45 characters. */
const MAX_ADDRESS_CHARACTERS = 45

/**
 * The network address of the caller. CloudFront appends it to `X-Forwarded-For`, and then API Gateway appends that of
 * CloudFront, so what the caller wrote into that header comes before both.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
 */
function addressOf({ headers, requestContext }: ApiEvent): string | null {
  const forwarded = headers['x-forwarded-for']?.split(',').map((one) => one.trim())
  const address = forwarded?.at(-2) || requestContext.http.sourceIp
  return address ? address.slice(0, MAX_ADDRESS_CHARACTERS).toWellFormed() : null
}

/** Longer than any id that we give; DynamoDB refuses a key of more than 2,048 bytes. */
const MAX_ID_CHARACTERS = 200

/** Far more than any body needs. API Gateway accepts 10 MB, and Lambda 6. */
const MAX_BODY_BYTES = 1_000_000

/** @throws Problem 404 for an id that cannot exist */
function paramsOf({ pathParameters = {} }: ApiEvent): Params {
  for (const [name, value = ''] of Object.entries(pathParameters)) {
    if (value.length > MAX_ID_CHARACTERS) throw new Problem(404, `there is no ${name} of ${value.length} characters`)
    if (!value.isWellFormed()) throw new Problem(404, `there is no ${name} with half a character`)
  }
  return pathParameters as Params
}

/** The parameters of the query; one that is given several times is an array. API Gateway joins those with commas. */
function queryOf({ rawQueryString }: ApiEvent): Record<string, string | string[]> {
  const parameters = new URLSearchParams(rawQueryString)
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const values = parameters.getAll(name)
      return [name, values.length > 1 ? values : (values[0] ?? '')]
    }),
  )
}

/** @throws Problem 400 with the position of the error if the body is not JSON, 413 if it is too large */
function bodyOf(event: ApiEvent, schema: z.ZodMiniType): unknown {
  const bytes = Buffer.byteLength(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
  if (bytes > MAX_BODY_BYTES) throw new Problem(413, `the body has ${bytes} bytes; at most ${MAX_BODY_BYTES} are read`)
  const text = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '')
  if (text.trim() === '' && schema.safeParse(undefined).success) return undefined
  if (text.trim() === '') throw new Problem(400, 'the body is empty: JSON is required')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Problem(400, `the body is not JSON: ${parseErrorPosition(text, error)}`)
  }
}

/** Line and column of a parse error. V8 gives a position, unless the text ends too early. */
function parseErrorPosition(text: string, error: unknown): string {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
  const offset = position === undefined ? text.length : Number(position)
  const lines = text.slice(0, offset).split('\n')
  const what = offset >= text.length ? 'it ends too early' : 'unexpected character'
  return `${what} at line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`
}

/** @throws Problem 422 that names every wrong field */
function check(schema: z.ZodMiniType, value: unknown, where: 'query' | 'body'): unknown {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  throw wrongFields(
    read.error.issues.flatMap((issue): FieldProblem[] => {
      const at = issue.path.join('.')
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) =>
          key === ''
            ? { field: at || where, detail: 'has an unknown field without a name' }
            : { field: [at, key].filter(Boolean).join('.'), detail: 'is unknown' },
        )
      }
      return [{ field: at || where, detail: issue.message }]
    }),
  )
}

/** The caller has seen another version than the one that is there now, which the problem shows with its tag. */
export function changedMeanwhile(what: string, { body, headers }: Answer): Problem {
  const detail = `${what} changed since you read them: «current» has what is there now`
  return new Problem(412, detail, { headers, ...(typeof body === 'object' && body !== null && { current: body }) })
}

/** What a path names does not exist. */
export function notFound(what: string, id: string | undefined): Problem {
  return new Problem(404, `there is no ${what} ${id}`)
}

/** An opaque cursor for a sort key. @param filter of which list: the cursor of another filter is refused */
export function cursorOf(key: string | null, filter: object = {}): string | null {
  return key === null ? null : Buffer.from(`${nameOfFilter(filter)}${key}`).toString('base64url')
}

const FILTER_CHARACTERS = 12

/** The same for the same filter; a field that is undefined is none. */
function nameOfFilter(filter: object): string {
  const fields = Object.entries(filter).filter(([, value]) => value !== undefined)
  const sorted = JSON.stringify(fields.sort(([a], [b]) => (a < b ? -1 : 1)))
  return createHash('sha256').update(sorted).digest('base64url').slice(0, FILTER_CHARACTERS)
}

/**
 * The sort key in a cursor; null for the first page.
 * @throws Problem 422 if the list did not issue the cursor
 */
export function keyIn(cursor: string | undefined, form: RegExp, filter: object = {}): string | null {
  if (cursor === undefined) return null
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const key = text.slice(FILTER_CHARACTERS)
  if (!form.test(key)) throw wrongFields([{ field: 'cursor', detail: 'is not a cursor of this list' }])
  if (text !== `${nameOfFilter(filter)}${key}`) {
    throw wrongFields([{ field: 'cursor', detail: 'is of another filter: begin at the first page of this one' }])
  }
  return key
}
