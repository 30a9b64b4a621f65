import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { clientTypes } from '../../client/generate.ts'
import { type CallInit, type Client, createClient, type Problem } from '../../client/src/client.ts'
import { describedApi } from '../support/described-api.ts'

const root = join(import.meta.dirname, '../..')
const types = join(root, 'client/src/calls.ts')
let world: Awaited<ReturnType<typeof describedApi>>
let client: Client
/** What the client has sent. */
const sent: Pick<CallInit, 'method' | 'headers'>[] = []

beforeAll(async () => {
  world = await describedApi()
  client = createClient({ url: 'https://helpdesk.example', token: () => 'token', fetch: overTheApi })
})
afterAll(() => world.stop())

/** The API as a client reaches it. */
async function overTheApi(url: string, { method = 'GET', headers, body }: CallInit): Promise<Response> {
  const { pathname, searchParams } = new URL(url)
  sent.push({ method, headers })
  const answer = await world.api(method, decodeURIComponent(pathname), {
    claims: world.claims,
    query: searchParams,
    headers,
    ...(body ? { body: String(body) } : {}),
  })
  const { statusCode: status = 0, headers: answered = {}, body: text = '' } = answer
  return new Response(status === 304 ? null : text, { status, headers: answered as Record<string, string> })
}

const ticket = 'twitter-15000001-direct-1205290247124217856-1'
const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: Problem) => error,
  )

test('the types are those of the description as it is', () => {
  const made = execFileSync(
    join(root, 'node_modules/.bin/biome'),
    ['check', '--write', '--stdin-file-path=client/src/calls.ts'],
    { cwd: root, input: clientTypes(world.document as never) },
  ).toString()
  if (process.env.RECORD === '1') writeFileSync(types, made)
  // RECORD=1 npm test -- test/client
  expect(readFileSync(types, 'utf8')).toBe(made)
})

test('a change of what was read goes through, of what has changed since it is refused with what is there now', async () => {
  const { value, tag } = await client.callTagged('GET /api/tickets/{id}', { params: { id: ticket } })
  expect(value.subject).toBe('Where is my order 4711?')
  const change = { params: { id: ticket }, ifMatch: tag ?? '' }
  const changed = await client.call('PATCH /api/tickets/{id}', { ...change, body: { addTags: ['a/b ?'] } })
  expect(changed.tags).toContain('a/b ?')
  const refusal = await refusalOf(client.call('PATCH /api/tickets/{id}', { ...change, body: { status: 'closed' } }))
  expect(refusal).toMatchObject({ status: 412, current: { value: { id: ticket, status: 'open' } } })
  expect(refusal?.current?.tag).toMatch(/^"/)
})

test('what has not changed is the very same object, and nothing is sent', async () => {
  const known = await client.readAgain('GET /api/tickets/{id}', undefined, { params: { id: ticket } })
  expect(await client.readAgain('GET /api/tickets/{id}', known, { params: { id: ticket } })).toBe(known)
  expect(sent.at(-1)?.headers['if-none-match']).toBe(known.tag)
})

test('the pages of a list follow each other to its end', async () => {
  const ids: string[] = []
  for await (const { tickets } of client.pages('GET /api/tickets', { query: { limit: 1 } })) {
    ids.push(...tickets.map(({ id }) => id))
  }
  const { tickets } = await client.call('GET /api/tickets')
  expect(ids).toEqual(tickets.map(({ id }) => id))
  expect(ids.length).toBeGreaterThan(2)
})

test('the files of a long CSV list follow each other to its end', async () => {
  const actor = { id: 'lee-id', name: 'lee', address: null }
  const entry = { kind: 'signed_in', actor, object: null, before: null, after: null } as const
  await Promise.all(
    Array.from({ length: 1_001 }, (_, n) =>
      world.stores.audit.record(
        { ...entry, id: `many-${n}`, at: new Date(Date.UTC(2026, 7, 31) + n).toISOString() },
        { expiresAt: 1, customerId: null },
      ),
    ),
  )
  const files: string[] = []
  for await (const file of client.pages('GET /api/audit.csv', { query: { kind: 'signed_in' } })) files.push(file)
  expect(files.map((file) => file.trimEnd().split('\r\n').length - 1)).toEqual([1_000, 1])
})

test('the same reply with the same key is one reply, and a wrong field is named', async () => {
  const reply = { params: { id: ticket }, body: { text: 'On its way' }, idempotencyKey: 'answer-1' }
  const [first, second] = [
    await client.call('POST /api/tickets/{id}/replies', reply),
    await client.call('POST /api/tickets/{id}/replies', reply),
  ]
  expect(second).toEqual(first)
  const check = { params: { id: ticket }, body: { text: 'Hi' } }
  expect(await client.call('POST /api/tickets/{id}/replies?dryRun=true', check)).toMatchObject({ ok: true })
  const wrong = { params: { id: '27999999' }, query: { dryRun: 'perhaps' as 'true' } }
  const refusal = await refusalOf(client.call('POST /api/customers/{id}/profile', wrong))
  expect(refusal).toMatchObject({ status: 422, errors: [{ field: 'dryRun', detail: expect.any(String) }] })
})

test('what is no JSON is a text, and an answer of the gateway a problem too', async () => {
  expect(await client.call('GET /api/audit.csv')).toMatch(/^time,/)
  const refused = createClient({
    url: '',
    token: () => '',
    fetch: async () => Response.json({ message: 'Too Many Requests' }, { status: 429 }),
  })
  expect(await refusalOf(refused.call('GET /api/tickets'))).toMatchObject({ status: 429, detail: 'Too Many Requests' })
})

test('the package has the client with its types, and a program that uses it wrongly does not compile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'helpdesk-client-'))
  try {
    cpSync(join(root, 'client'), join(folder, 'client'), { recursive: true })
    cpSync(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const run = (command: string, ...args: string[]) =>
      execFileSync(command, args, { cwd: join(folder, 'client'), stdio: ['ignore', 'pipe', 'pipe'] }).toString()
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    run(process.execPath, tsc, '-p', '.')
    const packed = JSON.parse(run('npm', 'pack', '--dry-run', '--json', '--ignore-scripts')) as [
      { files: { path: string }[] },
    ]
    expect(packed[0].files.map(({ path }) => path).sort()).toEqual([
      'README.md',
      'dist/calls.d.ts',
      'dist/calls.js',
      'dist/client.d.ts',
      'dist/client.js',
      'package.json',
    ])
    const program = join(folder, 'client/program.ts')
    const compile = (source: string) => {
      writeFileSync(program, `import { createClient } from 'helpdesk-twitter-client'\n${source}`)
      const options = [
        '--ignoreConfig',
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2023',
        '--types',
        '',
      ]
      run(process.execPath, tsc, ...options, '--lib', 'es2023,dom', program)
    }
    const begin = `const client = createClient({ url: '', token: () => '' })\n`
    compile(`${begin}const id: string = (await client.call('GET /api/tickets/{id}', { params: { id: '1' } })).id`)
    compile(`${begin}const { nextCursor } = await client.call('GET /api/tickets')
const cursor: string | undefined = nextCursor ?? undefined
const reply = { params: { id: '1' }, body: { text: 'Hi' } }
const { ok } = await client.call('POST /api/tickets/{id}/replies?dryRun=true', reply)
const { delivery } = await client.call('POST /api/tickets/{id}/replies', reply)`)
    expect(() => compile(`${begin}await client.call('GET /api/tickets/{id}')`)).toThrow()
    expect(() => compile(`${begin}await client.call('GET /api/tickets', { query: { limitt: 1 } })`)).toThrow()
    expect(() =>
      compile(
        `${begin}await client.call('PATCH /api/tickets/{id}', { params: { id: '1' }, body: { status: 'done' } })`,
      ),
    ).toThrow()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
