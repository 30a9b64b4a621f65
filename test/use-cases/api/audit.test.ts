import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createEventSending } from '../../../lambdas/adapters/webhooks/send.ts'
import type { ApiAuditEntry } from '../../../lambdas/core/api/schemas.ts'
import { cursorOf } from '../../../lambdas/use-cases/api/route.ts'
import { type ApiOptions, apiOver } from '../../support/api.ts'
import { noEncryption } from '../../support/encryption.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { untouched } from '../../support/untouched.ts'
import { portsOf, type WholeX } from '../../support/x.ts'
import { ann, directMessages, idAt, shop } from '../../support/x-payloads.ts'

let clock = new Date('2026-03-01T12:00:00.000Z')
const now = () => clock
let stores: TestStores
let api: ReturnType<typeof apiOver>
let ticket: string
const channel = `twitter-${shop.id}`

beforeAll(async () => {
  stores = await startStores(now)
  const x = untouched<WholeX>('x', {
    requestToken: async () => ({ token: 'request', secret: 's', authorizeUrl: 'https://x' }),
    accessToken: async () => ({ token: 't', secret: 's' }),
    me: async () => ({ id: shop.id, username: shop.username }),
    webhooks: async () => [],
    createWebhook: async () => ({ id: '1', url: 'https://helpdesk.example/webhooks/twitter', isValid: true }) as never,
    listSubscriptions: async () => ({ accounts: new Map([[shop.id, {}]]), activity: [] }) as never,
    subscribe: async () => 0,
    repoint: async () => 0,
    subscribeToRevocations: async () => {},
    unsubscribe: async () => {},
    invalidate: async () => {},
  })
  const replyQueue = { send: async () => {} }
  const bucket = { link: async () => 'https://files.example' } as never
  api = apiOver(stores, now, {
    ...portsOf(x),
    encryption: noEncryption,
    replyQueue,
    bucket,
    sending: createEventSending(false),
  })
  await stores.connect()
  const [opened] = await routerOver(stores, now).deliver(
    directMessages(shop, { id: idAt(clock, 1), from: ann, to: shop, at: clock.toISOString() }),
  )
  ticket = String(opened?.ticketId)
})
afterAll(() => stores.stop())

const lee = { sub: 'lee-id', username: 'lee', 'cognito:groups': '[administrators]' }
const kim = { sub: 'kim-id', username: 'kim', 'cognito:groups': '[agents]' }
/** As it comes through CloudFront and API Gateway: what the caller wrote, the caller, CloudFront. */
const headers = { 'x-forwarded-for': '10.0.0.1, 198.51.100.7, 130.176.1.1' }

async function call(
  claims: Record<string, string>,
  method: string,
  path: string,
  body?: object,
  more: ApiOptions = {},
) {
  const answer = await api(method, path, { claims, headers, ...(body && { body: JSON.stringify(body) }), ...more })
  return { ...answer, json: answer.body?.startsWith('{') ? JSON.parse(answer.body) : null }
}

async function entries(query: Record<string, string> = {}): Promise<ApiAuditEntry[]> {
  const { statusCode, json } = await call(lee, 'GET', '/api/audit', undefined, { query })
  expect([statusCode, json.nextCursor]).toEqual([200, null])
  return json.entries
}

/** The entries that come while something is done, newest first. */
async function entriesOf(act: () => Promise<unknown>): Promise<ApiAuditEntry[]> {
  const before = (await entries()).map(({ id }) => id)
  clock = new Date(clock.getTime() + 1_000)
  await act()
  return (await entries()).filter(({ id }) => !before.includes(id))
}

const by = (claims: typeof lee) => ({ id: claims.sub, name: claims.username, address: '198.51.100.7' })

describe('each change is in the trail: who, what, before, after, when, from where', () => {
  test('a status, and tags', async () => {
    const closing = await entriesOf(() => call(kim, 'PATCH', `/api/tickets/${ticket}`, { status: 'closed' }))
    expect(closing).toEqual([
      {
        id: expect.any(String),
        at: clock.toISOString(),
        kind: 'ticket_changed',
        actor: by(kim),
        object: ticket,
        before: { status: 'new' },
        after: { status: 'closed' },
      },
    ])
    const tags = ['Twitter:Direct', 'refund']
    expect(await entriesOf(() => call(kim, 'PATCH', `/api/tickets/${ticket}`, { status: 'open', tags }))).toMatchObject(
      [{ before: { status: 'closed', tags: ['Twitter:Direct'] }, after: { status: 'open', tags } }],
    )
  })

  test('a reply, by its id and without its text', async () => {
    const text = 'a private word'
    let id = ''
    const found = await entriesOf(async () => {
      id = (await call(kim, 'POST', `/api/tickets/${ticket}/replies`, { text })).json.id
    })
    expect(found).toMatchObject([
      { kind: 'reply_written', actor: by(kim), object: ticket, before: null, after: { messageId: id } },
    ])
    expect(JSON.stringify(found)).not.toContain(text)
  })

  test('a setting of a channel, and the extension', async () => {
    const body = { mentions: false, directMessages: true, noMessagesHours: 24 }
    expect(await entriesOf(() => call(lee, 'PATCH', `/api/channels/${channel}`, body))).toMatchObject([
      {
        kind: 'channel_changed',
        object: channel,
        before: { mentions: true, noMessagesHours: null },
        after: { mentions: false, noMessagesHours: 24 },
      },
    ])
    expect(
      await entriesOf(async () => {
        await call(lee, 'PATCH', '/api/extensions/twitter', { enabled: false })
        clock = new Date(clock.getTime() + 1_000)
        await call(lee, 'PATCH', '/api/extensions/twitter', { enabled: true })
      }),
    ).toMatchObject([
      { kind: 'extension_changed', object: 'twitter', before: { enabled: false }, after: { enabled: true } },
      { kind: 'extension_changed', before: { enabled: true }, after: { enabled: false } },
    ])
  })

  test('an endpoint of events, never with its secret', async () => {
    const url = 'https://helpdesk.example.com/events'
    let id = ''
    const secrets: string[] = []
    const found = await entriesOf(async () => {
      const made = await call(lee, 'POST', '/api/webhook-endpoints', { url, eventTypes: ['ticket.opened'] })
      id = made.json.id
      const path = `/api/webhook-endpoints/${id}`
      clock = new Date(clock.getTime() + 1_000)
      await call(lee, 'PATCH', path, { url, status: 'disabled' })
      await call(lee, 'PATCH', path, { status: 'disabled' })
      clock = new Date(clock.getTime() + 1_000)
      const rotated = await call(lee, 'POST', `${path}/rotate-secret`)
      clock = new Date(clock.getTime() + 1_000)
      await call(lee, 'DELETE', path)
      secrets.push(made.json.secret, rotated.json.secret)
    })
    const all = { url, description: '', eventTypes: ['ticket.opened'] }
    expect(found).toMatchObject([
      { before: { ...all, status: 'disabled' }, after: null },
      { before: null, after: { previousSecretValidUntil: expect.any(String) } },
      { before: { status: 'enabled' }, after: { status: 'disabled' } },
      { before: null, after: { ...all, status: 'enabled' } },
    ])
    for (const entry of found) expect(entry).toMatchObject({ kind: 'endpoint_changed', actor: by(lee), object: id })
    for (const secret of secrets) expect(JSON.stringify(found)).not.toContain(secret)
  })

  test('an account that is disconnected and connected, by whoever began it, though X’s redirect has no token', async () => {
    expect(await entriesOf(() => call(lee, 'DELETE', `/api/channels/${channel}`))).toMatchObject([
      {
        kind: 'channel_disconnected',
        object: channel,
        before: { status: 'connected' },
        after: { status: 'disconnected' },
      },
    ])
    const found = await entriesOf(async () => {
      const { cookies } = await call(lee, 'POST', '/api/channels/twitter/connect')
      const cookie = String(cookies?.[0]).split(';')[0] ?? ''
      const query = { oauth_token: 'request', oauth_verifier: 'v' }
      const back = await api('GET', '/api/channels/twitter/callback', { query, headers, cookies: [cookie] })
      expect(back.headers?.location).toMatch(`/channels/${channel}`)
    })
    expect(found).toMatchObject([
      { kind: 'channel_connected', actor: by(lee), before: { status: 'disconnected' }, after: { status: 'connected' } },
    ])
  })

  test('a refusal of rights, once a minute however often it is tried, and with whatever ids', async () => {
    const found = await entriesOf(async () => {
      for (const id of ['made-up', 'made-up-too', channel]) {
        await call(kim, 'PATCH', `/api/channels/${id}`, { mentions: true })
      }
      await call({ sub: 'new-id', username: 'newcomer' } as never, 'GET', '/api/tickets')
    })
    expect(found.map(({ kind, actor, object }) => [kind, actor.name, object]).sort()).toEqual([
      ['refused', 'kim', 'PATCH /api/channels/made-up'],
      ['refused', 'newcomer', 'GET /api/tickets'],
    ])
  })

  test('a sign-in, once, by the first call, also when another process answers the next one', async () => {
    const at = clock.toISOString()
    const claims = { ...kim, auth_time: String(clock.getTime() / 1000) }
    const found = await entriesOf(async () => {
      await call(claims, 'GET', '/api/channels')
      await call(claims, 'GET', '/api/channels')
      await apiOver(stores, now)('GET', '/api/channels', { claims, headers })
    })
    expect(found).toMatchObject([{ kind: 'signed_in', actor: by(kim), at, object: null }])
    const machine = { sub: 'helpdesk', client_id: 'helpdesk', scope: 'helpdesk-twitter/tickets', auth_time: '1' }
    expect(await entriesOf(() => call(machine, 'GET', '/api/channels'))).toEqual([])
  })

  test('nothing that changes nothing, is refused as invalid, or is only read', async () => {
    expect(
      await entriesOf(async () => {
        await call(kim, 'PATCH', `/api/tickets/${ticket}`, { status: 'open' })
        await call(kim, 'PATCH', `/api/tickets/${ticket}`, { status: 'none' })
        await call(kim, 'POST', `/api/tickets/${ticket}/replies`, { text: '' })
        await call(kim, 'POST', `/api/tickets/${ticket}/replies`, { text: 'hi' }, { query: { dryRun: 'true' } })
        await call(lee, 'PATCH', '/api/extensions/twitter', { enabled: true })
        await call(lee, 'PATCH', `/api/channels/${channel}`, { mentions: false })
        await call(lee, 'GET', `/api/tickets/${ticket}/messages`)
      }),
    ).toEqual([])
  })
})

describe('a change and its entry cannot part', () => {
  test('what cannot be written into the trail is not done', async () => {
    const failing = { ...stores.audit, record: () => Promise.reject(new Error('the table does not answer')) }
    const without = apiOver({ ...stores, audit: failing }, now)
    const before = await stores.tickets.ticket(ticket)
    const body = JSON.stringify({ status: 'spam' })
    const answer = await without('PATCH', `/api/tickets/${ticket}`, { claims: kim, body })
    expect([answer.statusCode, await stores.tickets.ticket(ticket)]).toEqual([500, before])
  })

  test('an account is not disconnected at X either', async () => {
    const failing = { ...stores.audit, record: () => Promise.reject(new Error('the table does not answer')) }
    const without = apiOver({ ...stores, audit: failing }, now, { encryption: noEncryption })
    const answer = await without('DELETE', `/api/channels/${channel}`, { claims: lee })
    expect([answer.statusCode, answer.body]).toEqual([500, expect.not.stringContaining('untouched')])
    expect(await stores.channels.encryptedTokens(channel)).not.toBeNull()
  })

  test('a change whose answer was lost keeps its entry, and the repetition adds none', async () => {
    let isLost = true
    const commit: TestStores['tickets']['commit'] = async (change) => {
      const result = await stores.tickets.commit(change)
      // The SDK asks again, and meets the version that its first try has written.
      if (isLost && result === 'done') {
        isLost = false
        return 'changed'
      }
      return result
    }
    const losing = apiOver({ ...stores, tickets: { ...stores.tickets, commit } }, now)
    const found = await entriesOf(async () => {
      const body = JSON.stringify({ status: 'solved' })
      const answer = await losing('PATCH', `/api/tickets/${ticket}`, { claims: kim, headers, body })
      expect(answer.statusCode).toBe(200)
    })
    expect(found).toMatchObject([{ before: { status: 'open' }, after: { status: 'solved' } }])
  })
})

describe('the trail is read', () => {
  test('by administrators only', async () => {
    for (const path of ['/api/audit', '/api/audit.csv']) {
      expect((await call(kim, 'GET', path)).statusCode).toBe(403)
    }
  })

  test('by person, kind, object and time', async () => {
    const all = await entries()
    const some = async (query: Record<string, string>) => (await entries(query)).length
    const count = (keep: (one: ApiAuditEntry) => boolean) => all.filter(keep).length
    expect(await some({ person: 'kim' })).toBe(count(({ actor }) => actor.name === 'kim'))
    expect(await some({ person: 'lee-id' })).toBe(count(({ actor }) => actor.name === 'lee'))
    expect(await some({ kind: 'refused' })).toBe(count(({ kind }) => kind === 'refused'))
    expect(await some({ object: channel, person: 'lee' })).toBe(count(({ object }) => object === channel))
    expect(await some({ from: '2026-03-01', to: '2026-03-01' })).toBe(all.length)
    expect(await some({ to: '2026-02-28' })).toBe(0)
    expect(await some({ from: '2026-03-02', to: '2026-03-01' })).toBe(0)
    expect(await some({ person: 'nobody' })).toBe(0)
    expect(await some({ to: '9999-12-31' })).toBe(all.length)
  })

  test('page by page over months, each entry once, newest first, also when few fit', async () => {
    const at = (n: number) => new Date(Date.parse('2025-12-20T00:00:00.000Z') + n * 3600_000).toISOString()
    const actor = (name: string) => ({ id: name, name, address: null })
    for (let n = 0; n < 400; n++) {
      const kind = 'ticket_changed' as const
      const entry = { id: `e${n}`, at: at(n), kind, actor: actor(n % 40 === 0 ? 'rare' : 'often'), object: null }
      await stores.audit.record({ ...entry, before: null, after: null }, { expiresAt: 1, customerId: null })
    }
    for (const [person, limit, expected] of [
      ['often', '90', 390],
      ['rare', '3', 10],
    ] as const) {
      const read: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const query: Record<string, string> = { person, limit, ...(cursor && { cursor }) }
        const { json } = await call(lee, 'GET', '/api/audit', undefined, { query })
        read.push(...json.entries.map((one: ApiAuditEntry) => one.at))
        cursor = json.nextCursor
      }
      expect(read).toHaveLength(expected)
      expect(read).toEqual([...new Set(read)].sort().reverse())
    }
  })

  test('no longer than it is kept: what has expired is not shown, though it is still stored', async () => {
    const short = apiOver(stores, now, { auditDays: 30 })
    const read = async (one: typeof api) =>
      JSON.parse((await one('GET', '/api/audit', { claims: lee, query: { person: 'rare' } })).body ?? '').entries.length
    expect(await read(api)).toBe(10)
    expect(await read(short)).toBe(0)
  })

  test('as CSV, in files that lead to the next, in which no text is a formula', async () => {
    const formula = '=HYPERLINK("https://evil.example")'
    await call(kim, 'PATCH', `/api/tickets/${ticket}`, { tags: [formula] })
    for (let n = 0; n < 700; n++) {
      const actor = { id: 'bulk', name: '=1+1', address: null }
      const at = new Date(Date.parse('2026-01-20T00:00:00.000Z') + n).toISOString()
      await stores.audit.record(
        { id: `b${n}`, at, kind: 'refused', actor, object: 'x', before: null, after: null },
        { expiresAt: 1, customerId: null },
      )
    }
    const first = await api('GET', '/api/audit.csv', { claims: lee, query: { to: '2026-03-01' } })
    expect(first.headers).toMatchObject({ 'content-type': 'text/csv; charset=utf-8' })
    const lines = String(first.body).split('\r\n')
    expect(lines[0]).toBe('time,person,person id,address,kind,object,before,after')
    expect(lines).toHaveLength(1_002)
    expect(String(first.body)).not.toMatch(/(^|,)[=+@-]/m)
    const [, link = ''] = /^<(.*)>; rel="next"$/.exec(String(first.headers?.link)) ?? []
    const url = new URL(link, 'https://helpdesk.example')
    expect([url.pathname, url.searchParams.get('to')]).toEqual(['/api/audit.csv', '2026-03-01'])
    const rest = await api('GET', url.pathname, { claims: lee, query: Object.fromEntries(url.searchParams) })
    expect(rest.headers).not.toHaveProperty('link')
    const times = [...lines.slice(1, -1), ...String(rest.body).split('\r\n').slice(1, -1)]
    expect(new Set(times).size).toBe(times.length)
    expect(times.length).toBeGreaterThan(1_100)
    expect((await entries({ kind: 'trail_exported' })).map(({ actor }) => actor.name)).toEqual(['lee'])
  })

  test.each([
    ['kind', 'deleted'],
    ['from', 'yesterday'],
    ['cursor', String(cursorOf('2026-99-01T00:00:00.000Z#x'))],
    ['person', 'half a smile \ud83d'],
    ['colour', 'red'],
  ])('%s of %j is refused by its name', async (field, value) => {
    const { statusCode, json } = await call(lee, 'GET', '/api/audit', undefined, { query: { [field]: value } })
    expect([statusCode, json.errors.map((one: { field: string }) => one.field)]).toEqual([422, [field]])
  })
})
