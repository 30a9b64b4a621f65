import type { Calls, Problem as ProblemBody } from './calls.ts'

/** A call: its method and path, as the description of the API names them. */
export type Call = keyof Calls
export type Answer<C extends Call> = Calls[C]['answer']

type Given<Name extends string, T> = [T] extends [undefined]
  ? Readonly<Partial<Record<Name, undefined>>>
  : Record<string, never> extends T
    ? Readonly<Partial<Record<Name, T>>>
    : undefined extends T
      ? Readonly<Partial<Record<Name, T>>>
      : Readonly<Record<Name, T>>

/** What a call takes: the parameters of its path and query, its body, and the headers that it may have. */
export type Options<C extends Call> = Given<'params', Calls[C]['params']> &
  Given<'query', Calls[C]['query']> &
  Given<'body', Calls[C]['body']> & {
    /** The tag of what is to be changed: 412 if it has changed since. */
    readonly ifMatch?: string | undefined
    /** For 24 hours the same call with the same key does once what it does. */
    readonly idempotencyKey?: string | undefined
    readonly signal?: AbortSignal | undefined
  }

/** An argument that may be left out if nothing in it is required. */
type Arguments<O> = Record<string, never> extends O ? [options?: O] : [options: O]

/** An answer with its entity tag; null if it has none. */
export type Tagged<T> = { readonly value: T; readonly tag: string | null }

/** A refusal of the API. `detail` is a sentence for people, `errors` names the fields. */
export class Problem extends Error {
  readonly status: number
  readonly detail: string
  readonly errors: NonNullable<ProblemBody['errors']>
  /** Of a 412: what is there now, with its tag. */
  readonly current: Tagged<NonNullable<ProblemBody['current']>> | null
  /** Seconds after which the same call may be made again; null if the API did not say. */
  readonly retryAfterSeconds: number | null
  constructor(
    status: number,
    body: Partial<ProblemBody> & { readonly message?: string } = {},
    headers = new Headers(),
  ) {
    const detail = body.detail ?? body.message ?? ''
    super(`${status} ${detail}`)
    this.status = status
    this.detail = detail
    this.errors = body.errors ?? []
    this.current = body.current ? { value: body.current, tag: headers.get('etag') } : null
    const seconds = headers.get('retry-after')
    this.retryAfterSeconds = seconds === null ? null : Number(seconds)
  }
}

export type ClientOptions = {
  /** The address of the installation, without a trailing slash; empty in a page that it serves. */
  readonly url: string
  /** Gives the access token. It is asked for at each call, so it may be fetched anew when it ends. */
  readonly token: () => string | Promise<string>
  /** Sends a call. Default: the `fetch` of the platform. */
  readonly fetch?: (url: string, init: CallInit) => Promise<Response>
}

/** A call as it is sent. */
export type CallInit = RequestInit & { readonly headers: Readonly<Record<string, string>> }

export type Client = ReturnType<typeof createClient>

/** A client of the API. Every call throws a Problem for any answer but success. */
export function createClient({ url, token, fetch: send = (...args) => fetch(...args) }: ClientOptions) {
  async function answerTo<C extends Call>(call: C, options: Partial<Options<Call>> = {}, tag?: string | null) {
    const { params, query, body, ifMatch, idempotencyKey, signal } = options as AnyOptions
    const [method = '', path = ''] = call.split(' ')
    const headers: Record<string, string> = { authorization: `Bearer ${await token()}` }
    if (body) headers['content-type'] = 'application/json'
    if (ifMatch) headers['if-match'] = ifMatch
    if (idempotencyKey) headers['idempotency-key'] = idempotencyKey
    if (tag) headers['if-none-match'] = tag
    return send(url + pathOf(path, params) + queryOf(query), {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...(signal ? { signal } : {}),
    })
  }

  async function callTagged<C extends Call>(call: C, ...[options]: Arguments<Options<C>>): Promise<Tagged<Answer<C>>> {
    return valueIn(await answerTo(call, options as Partial<Options<Call>>))
  }

  return {
    /** Makes a call and returns its answer. @throws Problem */
    async call<C extends Call>(call: C, ...options: Arguments<Options<C>>): Promise<Answer<C>> {
      return (await callTagged(call, ...options)).value
    },

    /** The same, with the entity tag for `ifMatch` of a change. @throws Problem */
    callTagged,

    /** Reads again what is known: returns that very object if it has not changed; undefined: reads it. @throws Problem */
    async readAgain<C extends Call>(
      call: C,
      known: Tagged<Answer<C>> | undefined,
      ...[options]: Arguments<Options<C>>
    ): Promise<Tagged<Answer<C>>> {
      const response = await answerTo(call, options as Partial<Options<Call>>, known?.tag)
      return known && response.status === 304 ? known : valueIn<Answer<C>>(response)
    },

    /** The pages of a list or of a CSV file, as they are asked for. @throws Problem */
    async *pages<C extends Call>(call: C, ...[options]: Arguments<Options<C>>): AsyncGenerator<Answer<C>> {
      const { query, ...others } = (options ?? {}) as AnyOptions
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const asked = { ...others, query: { ...query, ...(cursor && { cursor }) } }
        const response = await answerTo(call, asked as Partial<Options<Call>>)
        const { value } = await valueIn<Answer<C>>(response)
        yield value
        cursor = (value as { nextCursor?: string | null }).nextCursor ?? cursorIn(response.headers.get('link'))
      }
    },
  }
}

type AnyOptions = {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: object
  readonly ifMatch?: string
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
}

function pathOf(path: string, params: AnyOptions['params']): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params?.[name] ?? ''))
}

/** A parameter with several values is given several times; one without a value is left out. */
function queryOf(query: AnyOptions['query'] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, String(one)]),
  )
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}

/** The cursor of the next file, to which a header `Link` leads; null with the last. */
function cursorIn(link: string | null): string | null {
  return new URLSearchParams(/\?([^>]*)>; rel="next"/.exec(link ?? '')?.[1]).get('cursor')
}

async function valueIn<T>(response: Response): Promise<Tagged<T>> {
  if (!response.ok) {
    const body = (await response.json().catch(() => ({}))) as Partial<ProblemBody>
    throw new Problem(response.status, body, response.headers)
  }
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  const value = (await (isJson ? response.json() : response.text())) as T
  return { value, tag: response.headers.get('etag') }
}
