import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { callerFrom } from '../../../lambdas/core/api/access.ts'
import { schedules as manifest } from '../../../lambdas/runtime/resources.ts'
import { readConsolePages } from '../../../local/gateway/console-pages.ts'
import { type Backends, type Gateway, startGateway } from '../../../local/gateway/gateway.ts'
import type { HttpEvent } from '../../../local/gateway/gateway-events.ts'
import { createTokenIssuer, type TokenIssuer } from '../../../local/identity/tokens.ts'
import { InvocationError } from '../../../local/lambda/sandbox.ts'
import type { Schedules } from '../../../local/lambda/schedules.ts'
import { temporaryFolder } from '../support.ts'

const folder = temporaryFolder()
let gateway: Gateway
let url: string
let tokens: TokenIssuer
let now = Date.now()
let called: { to: string; event: HttpEvent }[] = []
let answer: () => unknown = () => ({ statusCode: 200 })
const runs: unknown[] = []
const json = { 'content-type': 'application/json' }
let runFails: Error | undefined

const record = (to: string) => ({
  invoke: async (event: unknown) => {
    called.push({ to, event: JSON.parse(JSON.stringify(event)) })
    return answer()
  },
})

const functions = { webhook: record('webhook'), api: record('api') }
const pages = readConsolePages(folder.site({ 'index.html': '<p>the page</p>' }), {
  signInUrl: '/',
  clientId: 'console',
  hasSearch: true,
})
let refusedDeliveries = 0
const onRefusedDelivery = () => void refusedDeliveries++
const schedules: Schedules = {
  async run(name, at) {
    runs.push([name, at.toISOString()])
    if (runFails) throw runFails
  },
  stop() {},
}

beforeAll(async () => {
  tokens = await createTokenIssuer(folder.path, { now: () => now })
  gateway = await startGateway({ port: 0, backends: { functions, tokens, schedules, pages, onRefusedDelivery } })
  url = `http://127.0.0.1:${gateway.port}`
})
afterAll(async () => {
  await gateway.stop()
  folder.remove()
})

/** Sends a request and returns the response and the event that the function got. */
async function ask(path: string, init?: RequestInit) {
  called = []
  const response = await fetch(`${url}${path}`, init)
  return { response, call: called[0], event: called[0]?.event }
}

describe('an event', () => {
  test('has the shape of payload format 2.0', async () => {
    answer = () => ({ statusCode: 200 })
    const { event } = await ask('/webhooks/twitter?a=1&a=2&b=x%20y+z&c', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Odd': 'one', Cookie: 'a=b; c=d', 'User-Agent': 'test' },
      body: '{"text":"Grüße"}',
    })
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /webhooks/twitter',
      rawPath: '/webhooks/twitter',
      rawQueryString: 'a=1&a=2&b=x%20y+z&c',
      cookies: ['a=b', 'c=d'],
      headers: { 'content-type': 'application/json', 'x-odd': 'one', 'x-forwarded-for': '127.0.0.1, 127.0.0.1' },
      queryStringParameters: { a: '1,2', b: 'x y z', c: '' },
      requestContext: {
        accountId: expect.any(String),
        apiId: expect.any(String),
        domainName: expect.any(String),
        http: {
          method: 'POST',
          path: '/webhooks/twitter',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test',
        },
        requestId: expect.any(String),
        routeKey: 'ANY /webhooks/twitter',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      body: '{"text":"Grüße"}',
      isBase64Encoded: false,
    })
    expect(event?.headers).not.toHaveProperty('cookie')
    expect(event?.requestContext).not.toHaveProperty('authorizer')
  })

  test('has no body, query or cookies if the request has none', async () => {
    const { event } = await ask('/')
    for (const absent of ['body', 'queryStringParameters', 'cookies', 'pathParameters']) {
      expect(event).not.toHaveProperty(absent)
    }
    expect(event).toMatchObject({ rawQueryString: '', isBase64Encoded: false, routeKey: 'ANY /' })
  })

  test('joins a repeated header with commas', async () => {
    const raw = await exchange([
      'GET / HTTP/1.1\r\nHost: localhost\r\nX-Twice: one\r\nX-Twice: two\r\nConnection: close\r\n\r\n',
    ])
    expect(raw).toMatch(/^HTTP\/1\.1 200/)
    expect(called[0]?.event.headers['x-twice']).toBe('one,two')
  })

  test('has the decoded path and the value of {proxy+}', async () => {
    const { event } = await ask('/console/a%20b/%C3%A9')
    expect(event).toMatchObject({ rawPath: '/console/a b/é', pathParameters: { proxy: 'console/a b/é' } })
    expect((await ask('/%zz')).event?.rawPath).toBe('/%zz')
  })
})

/** Writes the parts to a connection one by one, each only when the one before has left, and returns all that comes back. */
function exchange(parts: readonly (string | Buffer)[]): Promise<string> {
  called = []
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect({ port: gateway.port, host: '127.0.0.1', noDelay: true }, async () => {
      for (const part of parts) {
        await new Promise((written) => socket.write(part, written))
        await new Promise(setImmediate)
      }
    })
    socket.on('data', (chunk) => {
      received += chunk
    })
    socket.on('end', () => resolve(received))
    socket.on('error', reject)
  })
}

describe('the bytes of a body', () => {
  test('are complete when an emoji is split between two packets', async () => {
    const body = Buffer.from('{"text":"👩‍🚒 danke"}')
    const cut = body.indexOf(0xf0) + 2
    const head = `POST /webhooks/twitter HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`
    await exchange([head, body.subarray(0, cut), body.subarray(cut)])
    expect(called[0]?.event).toMatchObject({ body: body.toString('utf8'), isBase64Encoded: false })
  })

  test.each([
    ['that are not UTF-8, though called JSON', 'application/json', [0x7b, 0xff, 0xfe, 0x7d]],
    ['of a picture', 'image/png', [0x89, 0x50, 0x4e, 0x47]],
    ['of no type', '', [0x68, 0x69]],
  ])('%s arrive as base64', async (_, type, bytes) => {
    const body = Buffer.from(bytes)
    const { event } = await ask('/webhooks/twitter', { method: 'POST', headers: { 'content-type': type }, body })
    expect(event).toMatchObject({ body: body.toString('base64'), isBase64Encoded: true })
  })

  test.each([
    'text/plain; charset=utf-8',
    'application/xml',
    'application/javascript',
    'Application/JSON',
    'application/x-www-form-urlencoded',
  ])('of %s arrive as text, a byte order mark included', async (type) => {
    const body = '\uFEFFgrün=1'
    const { event } = await ask('/webhooks/twitter', { method: 'POST', headers: { 'content-type': type }, body })
    expect(event).toMatchObject({ body, isBase64Encoded: false })
  })

  test('are refused when there are more than 10 MB', async () => {
    const { response, call } = await ask('/webhooks/twitter', {
      method: 'POST',
      body: Buffer.alloc(10 * 1024 * 1024 + 1),
    })
    expect([response.status, await response.json()]).toEqual([413, { message: 'Request Entity Too Large' }])
    expect(call).toBeUndefined()
    const fits = await ask('/webhooks/twitter', { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024) })
    expect(fits.response.status).toBe(200)
  })
})

describe('a route', () => {
  test.each([
    ['GET', '/webhooks/twitter', 'webhook', 'ANY /webhooks/twitter'],
    ['DELETE', '/webhooks/twitter', 'webhook', 'ANY /webhooks/twitter'],
    ['GET', '/api/openapi.json', 'api', 'GET /api/openapi.json'],
    ['GET', '/api/docs', 'api', 'GET /api/docs'],
    ['GET', '/api/channels/twitter/callback?oauth_token=t', 'api', 'GET /api/channels/twitter/callback'],
    ['GET', '/', 'api', 'ANY /'],
    ['GET', '/anything/else', 'api', 'ANY /{proxy+}'],
    ['GET', '/webhooks/twitter/more', 'api', 'ANY /{proxy+}'],
    ['GET', '/api', 'api', 'ANY /{proxy+}'],
  ])('%s %s calls %s without a token', async (method, path, to, routeKey) => {
    answer = () => ({ statusCode: 200 })
    const { call } = await ask(path, { method })
    expect(call).toMatchObject({ to, event: { routeKey } })
  })

  test('under /api is refused without a valid token', async () => {
    for (const authorization of [undefined, '', 'Bearer', 'Bearer x.y.z', 'Basic YTpi']) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
      const { response, call } = await ask('/api/tickets', { headers })
      const problem = await response.json()
      expect([response.status, problem]).toMatchObject([401, { status: 401, detail: expect.stringMatching(/token/) }])
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
      expect(call).toBeUndefined()
    }
    const said = async (headers: Record<string, string>) => {
      const { detail } = (await (await ask('/api/tickets', { headers })).response.json()) as { detail: string }
      return detail
    }
    expect(await said({})).toBe('a bearer token is required')
    expect(await said({ authorization: 'Bearer x.y.z' })).toBe('the token is not valid')
    const old = Buffer.from('{"exp":1767225600}').toString('base64url')
    expect(await said({ authorization: `Bearer x.${old}.z` })).toBe('the token has expired')
    // Only API Gateway knows the keys, so this is its own answer.
    const [head = '', claims = ''] = (await tokens.issue('admin')).split('.')
    const forged = await ask('/api/tickets', { headers: { authorization: `Bearer ${head}.${claims}.AAAA` } })
    expect([forged.response.status, await forged.response.json()]).toEqual([401, { message: 'Unauthorized' }])
    expect(forged.call).toBeUndefined()
    expect((await ask('/api/openapi.json', { method: 'POST' })).response.status).toBe(401)
    expect((await ask('/api%2Ftickets')).response.status).toBe(401)
    for (const [method, path] of [
      ['POST', '/api/channels/twitter/callback'],
      ['GET', '/api/channels/twitter/callback/'],
      ['GET', '/api/channels/twitter/connect'],
    ] as const) {
      expect((await ask(path, { method })).response.status).toBe(401)
    }
    const expired = await tokens.issue('admin')
    now += 7200_000
    const late = await ask('/api/tickets', { headers: { authorization: `Bearer ${expired}` } })
    now -= 7200_000
    expect([late.response.status, late.call]).toEqual([401, undefined])
  })

  test('under /api passes the claims of the token, all as text', async () => {
    const headers = { authorization: `Bearer ${await tokens.issue('helpdesk')}` }
    const { event, call } = await ask('/api/tickets/t1?limit=5', { headers })
    expect(call).toMatchObject({
      to: 'api',
      event: { routeKey: 'ANY /api/{proxy+}', pathParameters: { proxy: 'tickets/t1' } },
    })
    expect(event?.requestContext.authorizer).toEqual({
      jwt: {
        claims: expect.objectContaining({ client_id: 'helpdesk', scope: 'helpdesk-twitter/tickets', version: '2' }),
        scopes: null,
      },
    })
    const claims = Object.values(event?.requestContext.authorizer?.jwt.claims ?? {})
    expect(claims.every((claim) => typeof claim === 'string')).toBe(true)
  })

  test.each([
    ['administrator', '[administrators]'],
    ['agent', '[agents]'],
  ] as const)('under /api has the groups of a person who signed in as %s as the text %s', async (person, groups) => {
    const headers = { authorization: `Bearer ${await tokens.issueTo(person)}` }
    const { event } = await ask('/api/tickets', { headers })
    const claims = event?.requestContext.authorizer?.jwt.claims
    expect(claims).toMatchObject({ 'cognito:groups': groups, username: person, client_id: 'console' })
    expect(callerFrom(claims ?? {})).toEqual({ role: person, id: person, name: person })
  })

  test('for the callback of X passes the cookie of the request, and can delete it', async () => {
    answer = () => ({
      statusCode: 302,
      headers: { location: 'http://localhost/channels' },
      cookies: ['flow=; Max-Age=0; HttpOnly', 'other=1'],
    })
    const { response, event } = await ask('/api/channels/twitter/callback?oauth_token=t&oauth_verifier=v', {
      headers: { cookie: 'flow=abc; theme=dark' },
      redirect: 'manual',
    })
    expect(event).toMatchObject({
      cookies: ['flow=abc', 'theme=dark'],
      queryStringParameters: { oauth_token: 't', oauth_verifier: 'v' },
    })
    expect(event?.headers).not.toHaveProperty('cookie')
    expect(event?.requestContext).not.toHaveProperty('authorizer')
    expect([response.status, response.headers.get('location')]).toEqual([302, 'http://localhost/channels'])
    expect(response.headers.getSetCookie()).toEqual(['flow=; Max-Age=0; HttpOnly', 'other=1'])
  })

  test('under /_local calls no function', async () => {
    const token = await ask('/oauth2/token', {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('admin:local')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    expect(await token.response.json()).toMatchObject({ token_type: 'Bearer' })
    expect((await ask('/.well-known/jwks.json')).response.status).toBe(200)
    expect((await ask('/_local/schedules/nothing', { method: 'POST' })).response.status).toBe(404)
    expect((await ask('/_local/anything')).response.status).toBe(404)
    expect((await ask('/.well-known/anything')).response.status).toBe(404)
    expect(called).toEqual([])
  })
})

describe('a schedule', () => {
  const post = async (body?: string, method = 'POST') => {
    runs.length = 0
    const { response } = await ask('/_local/schedules/requeue', {
      method,
      ...(body !== undefined && { headers: json, body }),
    })
    return { status: response.status, type: response.headers.get('content-type'), body: await response.json() }
  }

  test('runs without a token, with the time of the body or now, and answers when it has finished', async () => {
    const at = (time: string) => post(JSON.stringify({ now: time }))
    expect(await at('2026-03-12T19:03:58Z')).toEqual({ status: 200, type: 'application/json', body: {} })
    expect(runs).toEqual([['requeue', '2026-03-12T19:03:58.000Z']])
    await at('2026-03-12T20:03:58.5+01:00')
    expect(runs).toEqual([['requeue', '2026-03-12T19:03:58.500Z']])
    for (const body of [undefined, '', '{}']) {
      expect((await post(body)).status).toBe(200)
      expect(runs).toEqual([['requeue', expect.any(String)]])
    }
    expect(called).toEqual([])
  })

  test.each(Object.keys(manifest))('of the manifest runs by its name: %s', async (name) => {
    runs.length = 0
    const body = JSON.stringify({ now: '2026-03-12T19:03:58Z' })
    expect((await ask(`/_local/schedules/${name}`, { method: 'POST', headers: json, body })).response.status).toBe(200)
    expect(runs).toEqual([[name, '2026-03-12T19:03:58.000Z']])
  })

  test.each([
    ['{"now":"yesterday"}', 422, 'now'],
    ['{"now":"2026-02-30T00:00:00Z"}', 422, 'now'],
    ['{"now":"2026-03-12T19:03:58"}', 422, 'now'],
    ['{"now":1773342238}', 422, 'now'],
    ['{"now":null}', 422, 'now'],
    ['{"then":"2026-03-12T19:03:58Z"}', 422, 'then'],
    ['[]', 422, 'body'],
    ['{"now', 400, undefined],
  ])('does not run with %s', async (body, status, field) => {
    const answered = await post(body)
    expect(answered).toMatchObject({ status, type: 'application/problem+json', body: { status } })
    expect((answered.body as { errors?: { field: string }[] }).errors?.[0]?.field).toBe(field)
    expect(runs).toEqual([])
  })

  test('does not run by a GET', async () => {
    expect(await post(undefined, 'GET')).toMatchObject({ status: 405, body: { status: 405 } })
    expect(runs).toEqual([])
  })

  test('that fails answers with the reason', async () => {
    runFails = new InvocationError({ errorType: 'Error', errorMessage: 'the queue is away', stackTrace: [] })
    expect(await post()).toMatchObject({ status: 500, body: { detail: 'the queue is away' } })
    runFails = undefined
  })
})

describe('an answer', () => {
  const given = async (value: unknown) => {
    answer = () => value
    const { response } = await ask('/')
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text: await response.text(),
      response,
    }
  }

  test('has the status, headers, cookies and body of the function’s result', async () => {
    const { status, type, text, response } = await given({
      statusCode: 201,
      headers: { 'Content-Type': 'application/problem+json', 'x-number': 5 },
      cookies: ['a=1; HttpOnly', 'b=2'],
      body: '{"é":1}',
    })
    expect([status, type, text]).toEqual([201, 'application/problem+json', '{"é":1}'])
    expect(response.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2'])
    expect(response.headers.get('x-number')).toBe('5')
  })

  test('may be bytes', async () => {
    const { text } = await given({
      statusCode: 200,
      isBase64Encoded: true,
      body: Buffer.from('bytes').toString('base64'),
    })
    expect(text).toBe('bytes')
  })

  test.each([
    [{ hello: 'you' }, '{"hello":"you"}'],
    ['just text', 'just text'],
    [['list'], '["list"]'],
  ])('without a status, %j, is the body of a 200', async (value, body) => {
    expect(await given(value)).toMatchObject({ status: 200, type: 'application/json', text: body })
  })

  test.each([
    [{ statusCode: 'odd' }],
    [{ statusCode: 200, body: { not: 'text' } }],
    [{ statusCode: 200, headers: { 'x-bad': 'a\nb' } }],
  ])('that is not a valid response, %j, becomes a 500', async (value) => {
    expect(await given(value)).toMatchObject({ status: 500, text: '{"message":"Internal Server Error"}' })
  })

  test.each([
    ['Error', 500, 'Internal Server Error'],
    ['Sandbox.Timedout', 503, 'Service Unavailable'],
  ])('of a function that fails with %s is a %i', async (errorType, status, message) => {
    answer = () => {
      throw new InvocationError({ errorType, errorMessage: 'secret detail', stackTrace: [] })
    }
    const { response } = await ask('/')
    expect([response.status, await response.json()]).toEqual([status, { message }])
  })
})

test('a port in use is refused with an error that names PORT', async () => {
  const backends = { functions, tokens, schedules, pages, onRefusedDelivery }
  await expect(startGateway({ port: gateway.port, backends })).rejects.toThrow(/^PORT \d+ is in use/)
})

test('a request during the start is answered when the start has finished', async () => {
  answer = () => ({ statusCode: 200, body: 'up' })
  const backends = Promise.withResolvers<Backends>()
  const early = await startGateway({ port: 0, backends: backends.promise })
  const response = fetch(`http://127.0.0.1:${early.port}/`)
  backends.resolve({ functions, tokens, schedules, pages, onRefusedDelivery })
  expect(await (await response).text()).toBe('up')
  await early.stop()
})

test('a delivery that the gateway answered for the webhook is told; a call, or what the webhook answered itself, is not', async () => {
  answer = () => ({ statusCode: 503, body: '' })
  await ask('/webhooks/twitter', { method: 'POST', body: '{}' })
  answer = () => {
    throw new Error('out of memory')
  }
  await ask('/')
  const before = refusedDeliveries
  await ask('/webhooks/twitter', { method: 'POST', body: '{}' })
  expect(refusedDeliveries).toBe(before + 1)
})

describe('a page of another origin', () => {
  const origin = 'https://desk.example.com'
  let open: Gateway
  beforeAll(async () => {
    const backends = { functions, tokens, schedules, pages, onRefusedDelivery }
    open = await startGateway({ port: 0, backends, corsOrigins: [origin] })
  })
  afterAll(() => open.stop())
  const from = (page: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${open.port}/api/tickets`, { ...init, headers: { ...init.headers, origin: page } })

  test('that is named may ask, call and read why it was refused, and no other', async () => {
    answer = () => ({ statusCode: 200, headers: { etag: '"1-2"' } })
    const asked = await from(origin, { method: 'OPTIONS', headers: { 'access-control-request-method': 'PATCH' } })
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, origin])
    expect(asked.headers.get('access-control-allow-headers')).toContain('if-match')
    const authorization = `Bearer ${await tokens.issue('helpdesk')}`
    for (const headers of [{ authorization }, {}] as Record<string, string>[]) {
      const called = await from(origin, { headers })
      expect([called.status, called.headers.get('access-control-allow-origin')]).toEqual([
        headers.authorization ? 200 : 401,
        origin,
      ])
      expect(called.headers.get('access-control-expose-headers')).toContain('etag')
      expect(called.headers.has('access-control-allow-credentials')).toBe(false)
    }
    for (const other of ['https://desk.example.com.evil.example', 'null']) {
      const refused = await from(other, { headers: { authorization } })
      expect([refused.status, refused.headers.has('access-control-allow-origin')]).toEqual([403, false])
    }
  })
})
