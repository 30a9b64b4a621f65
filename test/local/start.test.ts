import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { eventually, temporaryFolder } from './support.ts'

const folder = temporaryFolder()
const script = (name: string) => fileURLToPath(new URL(`../../local/${name}`, import.meta.url))
const started: ChildProcess[] = []

afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  await eventually('the end of every child', () => survivors(folder.path).length === 0)
})
afterAll(folder.remove)

type Run = { child: ChildProcess; output(): string; ended: Promise<number | string> }

function run(name: string, environment: Record<string, string>, ...words: string[]): Run {
  const child = spawn(process.execPath, [script(name), ...words], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      X_PORT: '0',
      MAIL_PORT: '0',
      DATA_DIR: join(folder.path, 'data'),
      ...environment,
    },
  })
  started.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? ''))
  })
  return { child, output: () => output, ended }
}

async function ready(environment: Record<string, string> = {}): Promise<Run> {
  const stack = run('start.ts', environment)
  await eventually(`the stack ready: ${stack.output()}`, () => {
    if (stack.child.exitCode !== null) throw new Error(`It ended: ${stack.output()}`)
    return stack.output().includes('End with Ctrl-C')
  })
  return stack
}

type Process = { pid: number; parent: number; command: string }

/** The living processes of this machine. */
function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
      const [state, parent] = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent), command }]
    } catch {
      // It ended meanwhile.
      return []
    }
  })
}

/** Those that were begun for the data of a folder. */
const survivors = (path: string) => processes().filter(({ command }) => command.includes(path))

/** A stack for several tests that only look at it, with data of its own. */
function readyForAll(environment: Record<string, string>) {
  const own = temporaryFolder()
  let stack: Run | undefined
  beforeAll(async () => {
    stack = await ready({ DATA_DIR: own.path, ...environment })
    // It stays until the last of the tests is over.
    started.splice(0)
  })
  afterAll(async () => {
    stack?.child.kill('SIGTERM')
    await stack?.ended
    own.remove()
  })
  return {
    path: own.path,
    get child() {
      return stack?.child
    },
    output: () => stack?.output() ?? '',
  }
}

describe('a stack that is ready', () => {
  const stack = readyForAll({
    ADMINISTRATORS: 'first@example.com,second@example.com',
    USEDESK: 'local',
    USEDESK_PORT: '0',
  })

  test('tells where everything is and what to try first, and a token comes from the line it prints', async () => {
    const [, line = ''] = /Token +(curl .*)/.exec(stack.output()) ?? []
    const [, user = '', , url = ''] = /-u (\S+) -d (\S+) (\S+)/.exec(line) ?? []
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(user)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    expect(await response.json()).toHaveProperty('access_token')
    for (const text of [
      '/webhooks/twitter',
      'local-consumer-secret',
      '(simulated)',
      'to write as a customer',
      'DynamoDB',
      'SQS',
    ]) {
      expect(stack.output()).toContain(text)
    }
    expect(stack.output()).toContain('administrator (password local), agent (password local)')
  })

  test('tells where the mailbox is, who hears and from whom', async () => {
    const [, url = ''] = /Mail +(http:\S+) \(a mailbox/.exec(stack.output()) ?? []
    expect(await (await fetch(`${url}/store`)).json()).toEqual({ templates: {}, emails: [] })
    expect(stack.output()).toContain('to first@example.com, second@example.com, from helpdesk@example.com')
  })

  test('tells where the stand-in for Usedesk is, which takes the printed token', async () => {
    const [, url = ''] = /Usedesk +(http:\S+) \(a stand-in; open it/.exec(stack.output()) ?? []
    const [, token = ''] = /token (\S+)/.exec(stack.output()) ?? []
    const body = JSON.stringify({ api_token: token })
    const answer = await fetch(`${url}/tickets`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(await answer.json()).toEqual([])
    expect(await (await fetch(url)).text()).toContain('<title>Usedesk, simulated</title>')
  })

  test('has no child but the database', () => {
    // One that has ended and was not fetched yet has no command: the bundler, a moment ago.
    const children = processes().filter(({ parent, command }) => parent === stack.child?.pid && command !== '')
    expect(children).toEqual([expect.objectContaining({ command: expect.stringContaining('dynoxide') })])
  })

  test('lets no second one have its data', async () => {
    const second = run('start.ts', { DATA_DIR: stack.path })
    expect([await second.ended, second.output()]).toEqual([
      1,
      expect.stringMatching(/^DATA_DIR .* is in use by another process\. Stop .*\n$/),
    ])
  })
})

describe('a stack with an X and an SES that it is given', () => {
  const stack = readyForAll({ X_API_URL: 'http://127.0.0.1:9/', AWS_ENDPOINT_URL_SES: 'http://127.0.0.1:9/' })

  test('starts no stand-in for Usedesk, which nobody asked for', () => {
    expect(stack.output()).not.toContain('Usedesk')
  })

  test('starts no simulator', () => {
    expect(stack.output()).toMatch(/X +http:\/\/127\.0\.0\.1:9 \(from X_API_URL; the simulator is off\)/)
    expect(stack.output()).not.toContain('(simulated)')
  })

  test('starts no mailbox', () => {
    expect(stack.output()).toMatch(/Mail +http:\/\/127\.0\.0\.1:9 \(from AWS_ENDPOINT_URL_SES; the mailbox is off\)/)
  })
})

describe('a stack behind a tunnel', () => {
  const own = temporaryFolder()
  const environment = { DATA_DIR: own.path, PUBLIC_URL: 'https://helpdesk.example.com' }
  afterAll(own.remove)

  /** The status of the answer to a machine that asks for a token. */
  async function tokenStatus(output: string, user: string): Promise<number> {
    const [, url = ''] = /(http:\S+)\/api\/openapi\.json/.exec(output) ?? []
    const headers = { authorization: `Basic ${btoa(user)}` }
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    return (await fetch(`${url}/oauth2/token`, { method: 'POST', headers, body })).status
  }

  test('makes secrets, prints them once, and keeps them over a restart', async () => {
    const first = await ready(environment)
    const file = join(own.path, 'sign-in.json')
    const secrets: Record<string, string> = JSON.parse(readFileSync(file, 'utf8'))
    expect(Object.keys(secrets)).toEqual(['helpdesk', 'admin', 'administrator', 'agent', 'newcomer'])
    expect(new Set(Object.values(secrets)).size).toBe(5)
    const { admin, ...printed } = secrets
    for (const secret of Object.values(printed)) expect(first.output()).toContain(secret)
    expect(first.output()).not.toContain(admin)
    expect(first.output()).toContain(file)
    expect(first.output()).toMatch(/Console +http:\/\/localhost:/)
    expect(first.output()).toContain('set X_CONSUMER_SECRET')
    expect(first.output()).not.toContain(':local')
    expect(first.output()).not.toContain('password local')
    expect(await tokenStatus(first.output(), 'helpdesk:local')).toBe(400)
    expect(await tokenStatus(first.output(), `helpdesk:${secrets.helpdesk}`)).toBe(200)
    // The client for administration is there only where it is asked for.
    expect(await tokenStatus(first.output(), `admin:${admin}`)).toBe(400)
    first.child.kill('SIGTERM')
    await first.ended

    const second = await ready({ ...environment, MACHINE_CLIENTS: 'helpdesk,admin' })
    for (const secret of Object.values(secrets)) expect(second.output()).not.toContain(secret)
    expect(second.output()).toContain(file)
    expect(await tokenStatus(second.output(), `admin:${secrets.admin}`)).toBe(200)
    second.child.kill('SIGTERM')
    await second.ended
  })
})

test('what lies in the data folder is its owner’s alone, also when it had other rights before', async () => {
  const own = temporaryFolder()
  chmodSync(own.path, 0o755)
  const before = join(own.path, 'media', 'before')
  mkdirSync(join(own.path, 'media'))
  for (const path of [before, join(own.path, 'tokens.key')]) writeFileSync(path, 'x'.repeat(44), { mode: 0o644 })
  symlinkSync(script('start.ts'), join(own.path, 'elsewhere'))
  const { mode } = statSync(script('start.ts'))
  const stack = await ready({ DATA_DIR: own.path })
  const all = readdirSync(own.path, { recursive: true, encoding: 'utf8' }).map((name) => join(own.path, name))
  expect(all.length).toBeGreaterThan(10)
  for (const path of [own.path, ...all.filter((one) => !one.endsWith('elsewhere'))]) {
    const stats = statSync(path)
    expect([path, (stats.mode & 0o777).toString(8)]).toEqual([path, stats.isDirectory() ? '700' : '600'])
  }
  expect(statSync(script('start.ts')).mode).toBe(mode)
  stack.child.kill('SIGTERM')
  await stack.ended
  own.remove()
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it in good order, and no child is left', async (signal) => {
  const stack = await ready()
  expect(survivors(folder.path)).not.toEqual([])
  stack.child.kill(signal)
  expect(await stack.ended).toBe(0)
  expect(survivors(folder.path)).toEqual([])
})

test('a signal while it comes up ends it too', async () => {
  const stack = run('start.ts', {})
  await eventually('the database', () => survivors(folder.path).length > 0)
  stack.child.kill('SIGTERM')
  expect(await stack.ended).toBe(0)
  expect(survivors(folder.path)).toEqual([])
})

test('kill -9 leaves no child, and the data is there after the next start', async () => {
  const stack = await ready()
  const added = run('channel.ts', {}, 'add', '4337869213', 'acme_help', 'Acme')
  expect([await added.ended, added.output()]).toEqual([0, expect.stringContaining('acme_help')])
  stack.child.kill('SIGKILL')
  await stack.ended
  await eventually('the end of the last child', () => survivors(folder.path).length === 0)

  const nothing = run('channel.ts', {}, 'list')
  expect([await nothing.ended, nothing.output()]).toEqual([1, expect.stringMatching(/^Nothing runs on DATA_DIR .*\n$/)])
  await ready()
  const listed = run('channel.ts', {}, 'list')
  expect([await listed.ended, listed.output()]).toEqual([0, expect.stringContaining('acme_help')])
})

test('the end of the database ends it, with a sentence', async () => {
  const stack = await ready()
  const database = survivors(folder.path).find(({ command }) => /^\S+dynoxide /.test(command))
  if (!database) throw new Error('no database is running')
  process.kill(database.pid, 'SIGKILL')
  expect(await stack.ended).toBe(1)
  expect(stack.output()).toContain('The embedded DynamoDB stopped unexpectedly')
  expect(survivors(folder.path)).toEqual([])
})

test('what cannot be is refused in one sentence', async () => {
  const odd = run('start.ts', { PORT: 'abc' })
  expect([await odd.ended, odd.output()]).toEqual([
    1,
    'PORT must be a port from 0 (any free port) to 65535, not «abc».\n',
  ])
  const unheard = run('start.ts', { EVENT_SOURCE: 'webhooks' })
  expect([await unheard.ended, unheard.output()]).toEqual([
    1,
    'EVENT_SOURCE must be x-activity or account-activity, not «webhooks».\n',
  ])
})
