import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { productForTests } from '../support/product.ts'
import { ann, bob, shop } from '../support/x-payloads.ts'

const modules = join(import.meta.dirname, '../../node_modules')
const product = productForTests(async () => {
  await product.addToX(shop, ann, bob)
  await product.connectByOAuth(shop)
})
const folder = mkdtempSync(join(tmpdir(), 'helpdesk-clients-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** TypeScript 7 has no API for programs. The generators get the one that oazapfts brings. */
const oldCompiler = pathToFileURL(createRequire(join(modules, 'oazapfts/package.json')).resolve('typescript')).href
const withOldCompiler = `data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from 'node:module'
  registerHooks({ resolve: (name, context, next) => next(name === 'typescript' ? '${oldCompiler}' : name, context) })`,
)}`

/** Runs a script in the folder and returns what it prints. @throws Error with its output when it fails */
async function node(...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(process.execPath, args, { cwd: folder })).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${stdout}\n${stderr}`)
  }
}

/** What every journey tells of its steps. */
const told = {
  found: { subject: 'Where is my order?', more: false },
  replied: { status: 202, again: 'the same reply', otherText: 409 },
  tagged: ['Twitter:Direct', 'a/b ?'],
  refused: { status: 412, currentTags: ['Twitter:Direct', 'a/b ?'] },
  notChanged: 304,
  wrong: { status: 422, fields: ['text'] },
  forbidden: 403,
  withoutToken: { status: 401, title: 'Unauthorized', challenge: 'Bearer' },
  heading: 'Tag',
}

/** Replies come last: sending one changes its ticket. */
const begin = `import assert from 'node:assert/strict'
const [url = '', token = '', ticketId = ''] = process.argv.slice(2)
`

const journeys = [
  {
    generator: 'oazapfts',
    customer: ann,
    make: () => node(join(modules, 'oazapfts/dist/cli.js'), 'openapi.json', 'oazapfts.ts'),
    program: `${begin}
import * as api from './oazapfts.ts'

api.defaults.baseUrl = url
api.defaults.headers = { authorization: \`Bearer \${token}\` }

const list = await api.listTickets({ tag: ['Twitter:Direct'], order: 'activity', limit: 5 })
assert(list.status === 200)
const ticket: api.Ticket | undefined = list.data.tickets.find(({ id }) => id === ticketId)
const found = { subject: ticket?.subject, more: list.data.nextCursor !== null }

const seen = await api.getTicket(ticketId)
assert(seen.status === 200)
const ifMatch = seen.headers.get('etag') ?? ''
const tagged = await api.changeTicket(ticketId, { addTags: ['a/b ?'] }, { ifMatch })
assert(tagged.status === 200)
const refusal = await api.addTag(ticketId, 'late', { ifMatch })
assert(refusal.status === 412 && refusal.data.current && 'tags' in refusal.data.current)
const refused = { status: refusal.status, currentTags: refusal.data.current.tags }
const same = await api.getTicket(ticketId, { ifNoneMatch: tagged.headers.get('etag') ?? '' })

const key = { idempotencyKey: 'answer-oazapfts' }
const first = await api.reply(ticketId, { text: 'On its way' }, key)
const second = await api.reply(ticketId, { text: 'On its way' }, key)
const third = await api.reply(ticketId, { text: 'Not sent yet' }, key)
assert(first.status === 202 && second.status === 202 && third.status === 409)
const problem: api.Problem = third.data
const replied = {
  status: first.status,
  again: first.data.id === second.data.id ? 'the same reply' : second.data.id,
  otherText: problem.status,
}

const long = await api.reply(ticketId, { text: 'x'.repeat(30_000) })
assert(long.status === 422)
const wrong = { status: long.status, fields: long.data.errors?.map(({ field }) => field) }
const forbidden = await api.listWebhookEndpoints()
const without = await api.listChannels({ headers: { authorization: '' } })
assert(without.status === 401)
const withoutToken = {
  status: without.status,
  title: 'title' in without.data && without.data.title,
  challenge: without.headers.get('www-authenticate'),
}
const csv = await api.exportTicketReport('tag', { timeZone: 'Europe/Vienna' })
assert(csv.status === 200)
const heading = (csv.data as string).split(',')[0]

const setting: keyof api.Channel = 'rules'
// @ts-expect-error a parameter that there is not
api.listTickets({ limitt: 1 })
// @ts-expect-error a status that there is not
const noStatus: api.TicketChange = { status: 'done' }
// @ts-expect-error a body without its text
const noText: api.NewReply = {}

console.log(JSON.stringify({
  found, replied, tagged: tagged.data.tags, refused, notChanged: same.status, wrong, forbidden: forbidden.status,
  withoutToken, heading,
}))
`,
  },
  {
    generator: 'openapi-typescript',
    customer: bob,
    make: () =>
      node(
        '--import',
        withOldCompiler,
        join(modules, 'openapi-typescript/bin/cli.js'),
        'openapi.json',
        '-o',
        'types.ts',
      ),
    program: `${begin}
import createClient from 'openapi-fetch'
import type { components, paths } from './types.ts'

const client = createClient<paths>({ baseUrl: url, headers: { authorization: \`Bearer \${token}\` } })
const params = { path: { id: ticketId } }

const list = await client.GET('/api/tickets', {
  params: { query: { tag: ['Twitter:Direct'], order: 'activity', limit: 5 } },
})
const ticket: components['schemas']['Ticket'] | undefined = list.data?.tickets.find(({ id }) => id === ticketId)
const found = { subject: ticket?.subject, more: list.data?.nextCursor !== null }

const seen = await client.GET('/api/tickets/{id}', { params })
const match = { 'If-Match': seen.response.headers.get('etag') ?? '' }
const tagged = await client.PATCH('/api/tickets/{id}', { params: { ...params, header: match }, body: { addTags: ['a/b ?'] } })
assert(tagged.data)
const refusal = await client.POST('/api/tickets/{id}/tags/{tag}', {
  params: { path: { id: ticketId, tag: 'late' }, header: match },
})
assert(refusal.error && 'detail' in refusal.error)
const { current, status } = refusal.error
assert(current && 'tags' in current)
const refused = { status, currentTags: current.tags }
const same = await client.GET('/api/tickets/{id}', {
  params: { ...params, header: { 'If-None-Match': tagged.response.headers.get('etag') ?? '' } },
})

const answer = (text: string) =>
  client.POST('/api/tickets/{id}/replies', {
    params: { ...params, header: { 'Idempotency-Key': 'answer-openapi-fetch' } },
    body: { text },
  })
const [first, second, third] = [await answer('On its way'), await answer('On its way'), await answer('Not sent yet')]
assert(first.data && 'delivery' in first.data && second.data && 'delivery' in second.data)
assert(third.error && 'detail' in third.error)
const replied = {
  status: first.response.status,
  again: first.data.id === second.data.id ? 'the same reply' : second.data.id,
  otherText: third.error.status,
}

const long = await client.POST('/api/tickets/{id}/replies', { params, body: { text: 'x'.repeat(30_000) } })
assert(long.error && 'errors' in long.error)
const wrong = { status: long.response.status, fields: long.error.errors?.map(({ field }) => field) }
const forbidden = await client.GET('/api/webhook-endpoints')
const without = await client.GET('/api/channels', { headers: { authorization: null } })
const withoutToken = {
  status: without.response.status,
  title: without.error && 'title' in without.error && without.error.title,
  challenge: without.response.headers.get('www-authenticate'),
}
const csv = await client.GET('/api/reports/tickets.csv', {
  params: { query: { by: 'tag', timeZone: 'Europe/Vienna' } },
  parseAs: 'text',
})
const heading = csv.data?.split(',')[0]

// @ts-expect-error a parameter that there is not
client.GET('/api/tickets', { params: { query: { limitt: 1 } } })
// @ts-expect-error a status that there is not
const noStatus: components['schemas']['TicketChange'] = { status: 'done' }
// @ts-expect-error a body without its text
const noText: components['schemas']['NewReply'] = {}

console.log(JSON.stringify({
  found, replied, tagged: tagged.data.tags, refused, notChanged: same.response.status, wrong,
  forbidden: forbidden.response.status, withoutToken, heading,
}))
`,
  },
]

beforeAll(async () => {
  symlinkSync(modules, join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'openapi.json'), (await product.try('/api/openapi.json')).body)
})

test.each(journeys)(
  'the client that $generator makes of the description compiles and passes a journey',
  async (one) => {
    await one.make()
    const program = `${one.generator}.program.ts`
    writeFileSync(join(folder, program), one.program)
    const tsc = [
      join(modules, 'typescript/bin/tsc'),
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--noUncheckedIndexedAccess',
    ]
    const language = ['--target', 'es2024', '--lib', 'es2024,dom,dom.iterable', '--types', 'node']
    await node(...tsc, ...language, '--module', 'nodenext', '--allowImportingTsExtensions', program)
    const { id } = one.customer
    await product.onX('POST', 'direct-messages', { from: id, to: shop.username, text: 'Where is my order?' })
    const ticketId = await eventually('a ticket', async () => (await product.tickets({ customerId: id }))[0]?.id)
    const { authorization } = await product.bearer()
    const output = await node(program, product.url, authorization.replace('Bearer ', ''), ticketId)
    expect(JSON.parse(output)).toEqual(told)
  },
)
