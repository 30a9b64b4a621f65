/** A problem of one field, such as `tags.2` or `limit`. */
export type FieldProblem = { readonly field: string; readonly detail: string }

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  412: 'Precondition failed',
  413: 'Content too large',
  421: 'Misdirected request',
  422: 'Unprocessable content',
  500: 'Internal server error',
  502: 'Bad gateway',
  503: 'Service unavailable',
}

/** An error that the API answers. People may see `detail`. Any code may throw it; the API turns it into an answer. */
export class Problem extends Error {
  readonly status: number
  readonly detail: string
  readonly errors: readonly FieldProblem[]
  readonly headers: Readonly<Record<string, string>>
  /** What is there now, as its own route answers it; null unless the caller had seen something else (412). */
  readonly current: object | null

  constructor(
    status: number,
    detail: string,
    more: { errors?: readonly FieldProblem[]; headers?: Readonly<Record<string, string>>; current?: object } = {},
  ) {
    super(detail)
    this.status = status
    this.detail = detail
    this.errors = more.errors ?? []
    this.headers = more.headers ?? {}
    this.current = more.current ?? null
  }
}

/** A 422 problem that names each wrong field of a request. */
export function wrongFields(errors: readonly FieldProblem[]): Problem {
  return new Problem(422, errors.map(({ field, detail }) => `${field}: ${detail}`).join('; '), { errors })
}

/** A problem as an HTTP answer: `application/problem+json` (RFC 9457). */
export function problemAnswer({
  status,
  detail,
  errors,
  headers,
  current,
}: Pick<Problem, 'status' | 'detail' | 'errors' | 'headers' | 'current'>) {
  const body = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    ...(errors.length > 0 ? { errors } : {}),
    ...(current ? { current } : {}),
  }
  return {
    statusCode: status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  }
}
