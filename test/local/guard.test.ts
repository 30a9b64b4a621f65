import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { EmbeddedService } from '../../local/aws/embedded-service.ts'
import { startMailbox } from '../../local/aws/mailbox.ts'
import { readConsolePages } from '../../local/gateway/console-pages.ts'
import { type Gateway, startGateway } from '../../local/gateway/gateway.ts'
import { createTokenIssuer, type TokenIssuer } from '../../local/identity/tokens.ts'
import { startX, type XSimulator } from '../../local/x-simulator/simulator.ts'
import { temporaryFolder } from './support.ts'

const folder = temporaryFolder()
const tunnelUrl = 'https://helpdesk.example.com'
const tunnel = 'helpdesk.example.com'
const json = 'application/json'
const callback = '/api/channels/twitter/callback?oauth_token=t&oauth_verifier=v'
/** Under each address a call that changes something. */
const controls = { gateway: '/_local/schedules/requeue', simulator: '/_x/users' }
type ServerName = 'gateway' | 'simulator' | 'mailbox'

let gateway: Gateway
let x: XSimulator
let mailbox: EmbeddedService
let tokens: TokenIssuer
let ports: Record<ServerName, number>
let invoked: string[] = []
let runs = 0

beforeAll(async () => {
  tokens = await createTokenIssuer(folder.path)
  const answering = (name: string, answer: object) => ({
    async invoke() {
      invoked.push(name)
      return answer
    },
  })
  const functions = {
    webhook: answering('webhook', { statusCode: 200 }),
    api: answering('api', {
      statusCode: 302,
      headers: { location: `${tunnelUrl}/channels/twitter-77` },
      cookies: ['connecting=a; HttpOnly; Secure; SameSite=Lax'],
    }),
  }
  const schedules = { run: async () => void runs++, stop() {} }
  const pages = readConsolePages(folder.site({ 'index.html': '<p>the page</p>' }), {
    signInUrl: '/',
    clientId: 'c',
    hasSearch: true,
  })
  gateway = await startGateway({
    port: 0,
    backends: { functions, tokens, schedules, onRefusedDelivery() {}, pages },
    tunnelUrl,
  })
  x = await startX({ port: 0, consumerKey: 'key', consumerSecret: 'secret' })
  mailbox = await startMailbox(0)
  ports = { gateway: gateway.port, simulator: x.port, mailbox: Number(new URL(mailbox.endpoint).port) }
})
beforeEach(() => {
  invoked = []
  runs = 0
})
afterAll(async () => {
  await Promise.all([gateway.stop(), x.stop(), mailbox.stop()])
  folder.remove()
})

type Asked = { method?: string; host?: string; headers?: Record<string, string>; body?: string }

/** Sends a request. Unlike `fetch`, it may have any Host, and none of the headers of a browser by itself. */
async function ask(server: ServerName, path: string, { method = 'GET', host, headers = {}, body = '' }: Asked = {}) {
  const port = ports[server]
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const sent = { host: host ?? `localhost:${port}`, ...headers, ...(body && { 'content-length': `${body.length}` }) }
  const asked = request({ host: '127.0.0.1', port, method, path, headers: sent, agent: false }, resolve)
  asked.on('error', reject).end(body)
  const response = await promise
  const { location, 'set-cookie': cookies } = response.headers
  return { status: response.statusCode, location, cookies, text: await text(response) }
}

const post = (server: 'gateway' | 'simulator', headers: Record<string, string>, body = '') =>
  ask(server, controls[server], { method: 'POST', headers, body })
const bodyFor = { gateway: '{}', simulator: '{"username":"somebody"}' }
const users = () => x.control.users().length

describe('under a Host that is not in the list', () => {
  test.each([
    ['gateway', '/'],
    ['gateway', '/config.json'],
    ['gateway', '/webhooks/twitter'],
    ['gateway', callback],
    ['gateway', '/api/openapi.json'],
    ['gateway', '/.well-known/jwks.json'],
    ['simulator', '/'],
    ['simulator', '/_x/direct-messages'],
    ['simulator', '/2/users/me'],
    ['mailbox', '/store'],
  ] as const)('%s answers nothing: %s', async (server, path) => {
    const port = ports[server]
    for (const host of ['rebound.example', `rebound.example:${port}`, `localhost.rebound.example:${port}`]) {
      const { status, text } = await ask(server, path, { host })
      expect([status, text]).toEqual([421, expect.stringContaining('PUBLIC_URL')])
    }
    expect(invoked).toEqual([])
  })

  test('what the tunnel may ask of the gateway, it may not ask of the others', async () => {
    for (const server of ['simulator', 'mailbox'] as const) {
      expect((await ask(server, '/webhooks/twitter', { host: tunnel })).status).toBe(421)
    }
  })
})

describe('through the tunnel', () => {
  test.each([{ host: tunnel }, { host: `${tunnel}:443` }, { host: tunnel.toUpperCase() }])(
    'X reaches the webhook, and a browser that comes back from X its own machine: $host',
    async ({ host }) => {
      expect((await ask('gateway', '/webhooks/twitter?crc_token=t', { host })).status).toBe(200)
      expect((await ask('gateway', '/webhooks/twitter', { host, method: 'POST', body: '{}' })).status).toBe(200)
      expect(invoked).toEqual(['webhook', 'webhook'])
      const back = await ask('gateway', callback, {
        host,
        headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      })
      expect([back.status, back.location]).toEqual([302, `http://localhost:${gateway.port}${callback}`])
      expect(invoked).toEqual(['webhook', 'webhook'])
    },
  )

  test('the callback leads to the console on this machine, with a cookie that works there', async () => {
    const { location, cookies } = await ask('gateway', callback)
    expect([invoked, location]).toEqual([['api'], `http://localhost:${gateway.port}/channels/twitter-77`])
    expect(cookies).toEqual(['connecting=a; HttpOnly; SameSite=Lax'])
  })

  test.each([
    ['the console', { path: '/' }],
    ['its files', { path: '/config.json' }],
    ['the API with a token', { path: '/api/tickets' }],
    ['the API in other letters', { path: '/api%2Ftickets' }],
    ['the description of the API', { path: '/api/openapi.json' }],
    ['the page of it', { path: '/api/docs' }],
    ['a token', { path: '/oauth2/token', method: 'POST' }],
    ['a sign-in', { path: '/oauth2/authorize?client_id=console' }],
    ['the keys of tokens', { path: '/.well-known/jwks.json' }],
    ['a schedule', { path: '/_local/schedules/requeue', method: 'POST' }],
    ['what only begins like the webhook', { path: '/webhooks/twitter/../../config.json' }],
  ] as [string, { path: string; method?: string }][])('nobody gets %s', async (_, { path, method = 'GET' }) => {
    const headers = { authorization: `Bearer ${await tokens.issue('admin')}` }
    const basic = { authorization: `Basic ${btoa('admin:local')}`, 'content-type': 'application/x-www-form-urlencoded' }
    const sent = path === '/oauth2/token' ? { headers: basic, body: 'grant_type=client_credentials' } : { headers }
    for (const host of [tunnel, `localhost:${gateway.port}`]) {
      // A tunnel that writes its own Host says so.
      const forwarded = { ...sent.headers, ...(host !== tunnel && { 'x-forwarded-for': '203.0.113.7' }) }
      const { status, text } = await ask('gateway', path, { ...sent, method, host, headers: forwarded })
      expect([status, text]).toEqual([404, expect.stringContaining('only /webhooks/twitter and')])
      expect(text).toContain(`http://localhost:${gateway.port}`)
    }
    expect([invoked, runs]).toEqual([[], 0])
  })
})

test.each(['localhost', 'LOCALHOST', '127.0.0.1', '[::1]'])('under %s, with any port, all answers', async (name) => {
  for (const host of [name, `${name}:${gateway.port}`, `${name}:8080`]) {
    expect((await ask('gateway', '/config.json', { host })).status).toBe(200)
    expect((await ask('simulator', '/_x/users', { host })).status).toBe(200)
    expect((await ask('mailbox', '/store', { host })).status).toBe(200)
  }
})

describe.each(['gateway', 'simulator'] as const)('what changes something at the %s', (server) => {
  test.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a form of text', { 'content-type': 'text/plain' }],
    ['no type', {}],
    ['a type that only begins like JSON', { 'content-type': 'application/jsonp' }],
  ])('is refused with %s', async (_, headers) => {
    const before = users()
    const { status, text } = await post(server, headers, bodyFor[server])
    expect([status, text]).toEqual([403, expect.stringContaining('must be JSON')])
    expect([runs, users()]).toEqual([0, before])
  })

  test('is refused as a form under each way to write its path', async () => {
    const before = users()
    const path = controls[server]
    for (const written of [path.replace('_', '%5f'), `//elsewhere${path}`, `/a/..${path}`, path.replace('/_', '\\_')]) {
      const headers = { 'content-type': 'text/plain' }
      await ask(server, written, { method: 'POST', headers, body: bodyFor[server] })
    }
    expect([runs, users()]).toEqual([0, before])
  })

  test.each([
    ['a page elsewhere', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', origin: 'https://a.example' }],
    ['a form elsewhere', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', origin: 'https://a.example' }],
    ['another server of this machine', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:5000' }],
    ['a page elsewhere in an old browser', { origin: 'https://a.example' }],
    ['a page without an origin', { origin: 'null' }],
  ] as [string, Record<string, string>][])('is refused from %s', async (_, headers) => {
    const before = users()
    const { status, text } = await post(server, { 'content-type': json, ...headers }, bodyFor[server])
    expect([status, text]).toEqual([403, expect.stringContaining('page of another origin')])
    expect([runs, users()]).toEqual([0, before])
  })

  test('is done for its own page, and for a program', async () => {
    const own = { origin: `http://localhost:${ports[server]}` }
    const senders: Record<string, string>[] = [{}, own, { 'sec-fetch-site': 'same-origin', origin: 'null' }]
    for (const [index, headers] of senders.entries()) {
      const body = bodyFor[server].replace('somebody', `somebody_${index}`)
      expect((await post(server, { 'content-type': `${json}; charset=utf-8`, ...headers }, body)).status).toBe(200)
    }
  })
})

test('a call without a body needs no type', async () => {
  expect((await post('gateway', {})).status).toBe(200)
  expect([(await ask('simulator', '/_x/answers', { method: 'DELETE' })).status, runs]).toEqual([200, 1])
})

test('a page elsewhere loads nothing', async () => {
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }
  for (const server of ['gateway', 'simulator', 'mailbox'] as const) {
    expect((await ask(server, '/', { headers })).status).toBe(403)
  }
})

test('a page elsewhere shows none in a frame', async () => {
  for (const frame of ['iframe', 'frame', 'object', 'embed']) {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': frame }
    const path = '/oauth2/authorize?client_id=console'
    expect((await ask('gateway', path, { headers })).status).toBe(403)
  }
})

test.each([
  'forwarded',
  'via',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
  'cf-connecting-ip',
])('a proxy that writes localhost into Host is known by %s', async (header) => {
  const headers = { 'content-type': json, [header]: '203.0.113.7' }
  expect((await post('gateway', headers, '{}')).status).toBe(404)
  expect(runs).toBe(0)
})

test('a link from anywhere opens the pages', async () => {
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', accept: 'text/html' }
  for (const server of ['gateway', 'simulator', 'mailbox'] as const) {
    expect((await ask(server, '/', { headers })).status).toBe(200)
  }
})
