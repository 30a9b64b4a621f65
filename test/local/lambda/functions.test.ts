import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { type LocalFunction, type PoolOptions, startFunction } from '../../../local/lambda/functions.ts'
import { type FunctionLogLine, InvocationError } from '../../../local/lambda/sandbox.ts'
import { eventually, temporaryFolder } from '../support.ts'

const folder = temporaryFolder()
const started: LocalFunction[] = []
let entries: FunctionLogLine[] = []

afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()))
  entries = []
})
afterAll(folder.remove)

let count = 0
function start(source: string, options: Partial<PoolOptions> = {}): LocalFunction {
  const name = `f${++count}`
  const local = startFunction({
    name,
    folder: folder.handler(name, source),
    resource: { timeoutSeconds: 20, memoryMb: 128 },
    environment: {},
    onLog: (entry) => entries.push(entry),
    ...options,
  })
  started.push(local)
  return local
}

const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as InvocationError,
  )

describe('a function', () => {
  test('returns the result of its handler, which gets Lambda’s context', async () => {
    const local = start(`export const handler = async (event, context) => ({
      event, name: context.functionName, id: context.awsRequestId, memory: context.memoryLimitInMB,
      version: context.functionVersion, group: context.logGroupName, left: context.getRemainingTimeInMillis() })`)
    expect(await local.invoke({ a: [1, 'ü'] })).toEqual({
      event: { a: [1, 'ü'] },
      name: 'f1',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      memory: '128',
      version: '$LATEST',
      group: '/aws/lambda/f1',
      left: expect.any(Number),
    })
  })

  test('receives and returns JSON only', async () => {
    const local = start(
      `export const handler = async (event) => ({ when: event.when, kind: typeof event.when, gone: undefined })`,
    )
    expect(await local.invoke({ when: new Date(0), gone: undefined })).toEqual({
      when: '1970-01-01T00:00:00.000Z',
      kind: 'string',
    })
  })

  test('has only its own environment', async () => {
    process.env.OF_THE_TEST = 'ours'
    const source = `export const handler = async () => { process.env.LEFT = 'behind'; return process.env }`
    const one = start(source, { environment: { TABLE_NAME: 'one' } })
    const other = start(source, { environment: { TABLE_NAME: 'other' } })
    expect(await one.invoke({})).toMatchObject({ TABLE_NAME: 'one', AWS_REGION: 'us-east-1' })
    const environment = await other.invoke({})
    expect(environment).toMatchObject({ TABLE_NAME: 'other', AWS_LAMBDA_FUNCTION_NAME: 'f4' })
    expect(environment).not.toHaveProperty('OF_THE_TEST')
    expect(environment).not.toHaveProperty('PATH')
    expect(process.env).not.toHaveProperty('LEFT')
  })

  test('keeps its module state between calls', async () => {
    const local = start('let calls = 0; export const handler = async () => ++calls')
    expect(await local.invoke({})).toBe(1)
    expect(await local.invoke({})).toBe(2)
  })

  test('handles concurrent calls up to its limit, one in each sandbox', async () => {
    const local = start(
      `let at = 0, most = 0
      export const handler = async (event) => {
        most = Math.max(most, ++at)
        await new Promise((done) => setTimeout(done, 5))
        at--
        return { sandbox: (await import('node:worker_threads')).threadId, most }
      }`,
      { concurrency: 2 },
    )
    const answers = (await Promise.all([1, 2, 3, 4, 5].map((n) => local.invoke({ n })))) as {
      sandbox: number
      most: number
    }[]
    expect(new Set(answers.map(({ sandbox }) => sandbox)).size).toBe(2)
    expect(answers.every(({ most }) => most === 1)).toBe(true)
  })
})

describe('a sandbox that idles', () => {
  const source = "export const handler = async () => (await import('node:worker_threads')).threadId"

  test('ends, and the next call gets a new one', async () => {
    const local = start(source, { idleMs: 1 })
    const first = await local.invoke({})
    await eventually('a new sandbox', async () => (await local.invoke({})) !== first)
  })

  test('does not end while it handles a call', async () => {
    const local = start('export const handler = () => new Promise((done) => setTimeout(done, 50, "done"))', {
      idleMs: 1,
    })
    expect(await local.invoke({})).toBe('done')
  })
})

describe('a failure', () => {
  test('of the handler is thrown with its type, message and trace and logged, and the sandbox continues', async () => {
    const local = start(`let calls = 0
      export const handler = async () => { if (++calls === 1) throw new RangeError('too far'); return calls }`)
    const error = await failureOf(local.invoke({}))
    expect(error).toBeInstanceOf(InvocationError)
    expect(error).toMatchObject({ errorType: 'RangeError', message: 'too far' })
    expect(error?.stackTrace.join()).toContain('index.mjs')
    expect(entries).toMatchObject([{ level: 'ERROR', message: { errorType: 'RangeError', errorMessage: 'too far' } }])
    expect(await local.invoke({})).toBe(2)
  })

  test.each([
    ['that waits for ever', 'await new Promise(() => {})'],
    ['that never yields', 'for (;;);'],
  ])('by time-out ends a handler %s, and the next call gets a new sandbox', async (_, endless) => {
    const local = start(
      `let calls = 0; export const handler = async (event) => { calls++; if (event.endless) { ${endless} } return calls }`,
      { resource: { timeoutSeconds: 0.2, memoryMb: 128 }, concurrency: 1 },
    )
    const error = await failureOf(local.invoke({ endless: true }))
    expect(error?.errorType).toBe('Sandbox.Timedout')
    expect(error?.message).toMatch(/^[0-9a-f-]{36} Task timed out after 0\.20 seconds$/)
    expect(await local.invoke({})).toBe(1)
  })

  test.each([
    ['process.exit', 'process.exit(3)', /exit status 3/],
    [
      'an error that nobody catches',
      "setTimeout(() => { throw new Error('loose') }); await new Promise(() => {})",
      /loose/,
    ],
    ['a rejection that nobody catches', "Promise.reject(new Error('loose')); await new Promise(() => {})", /loose/],
  ])('by %s fails only that call', async (_, crash, message) => {
    const local = start(`export const handler = async (event) => { if (event.crash) { ${crash} } return 'well' }`, {
      concurrency: 1,
    })
    const [failed, next] = [failureOf(local.invoke({ crash: true })), local.invoke({})]
    expect((await failed)?.message).toMatch(message)
    expect(await next).toBe('well')
  })

  test('between two calls fails no call', async () => {
    const local = start(
      `let calls = 0
      export const handler = async (event) => {
        // The result and the exit of a worker arrive through different channels, so the exit comes later here.
        if (event.crash) setTimeout(() => { throw new Error('afterwards') }, 200)
        return ++calls
      }`,
    )
    await local.invoke({ crash: true })
    await eventually('the crash in the log', () =>
      entries.some(({ message }) => String(message).includes('afterwards')),
    )
    expect(await local.invoke({})).toBe(1)
  })

  test('to load the bundle gives the reason', async () => {
    const broken = start("throw new Error('TABLE_NAME missing')")
    expect((await failureOf(broken.invoke({})))?.message).toBe('TABLE_NAME missing')
    const empty = start('export const other = 1')
    expect((await failureOf(empty.invoke({})))?.message).toBe('index.handler is undefined or not exported')
  })

  test('by stopping rejects waiting calls', async () => {
    const local = start('export const handler = () => new Promise(() => {})', { concurrency: 1 })
    const calls = [failureOf(local.invoke({})), failureOf(local.invoke({}))]
    await local.stop()
    expect((await Promise.all(calls)).map((error) => error?.errorType)).toEqual(['Stopped', 'Stopped'])
  })
})

describe('the log', () => {
  test('has a line in Lambda’s format for each call of console', async () => {
    const local = start(`export const handler = async (event, context) => {
      console.log('a text'); console.warn({ ticket: 't1' }); console.error('several', 2, { x: 1 })
      console.debug(Object.assign(new TypeError('odd'), { code: 'E' })); console.info({ nested: new Error('inner') })
      const circle = {}; circle.circle = circle; console.log(circle)
      return context.awsRequestId
    }`)
    const requestId = await local.invoke({})
    const line = (level: string, message: unknown) => ({
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      level,
      requestId,
      message,
      function: expect.any(String),
    })
    const error = (errorType: string, errorMessage: string) => ({
      errorType,
      errorMessage,
      stackTrace: expect.any(Array),
    })
    expect(entries).toEqual([
      line('INFO', 'a text'),
      line('WARN', { ticket: 't1' }),
      line('ERROR', 'several 2 { x: 1 }'),
      line('DEBUG', { code: 'E', ...error('TypeError', 'odd') }),
      line('INFO', { nested: error('Error', 'inner') }),
      line('INFO', expect.stringContaining('[Circular')),
    ])
  })

  test('has what the handler writes to standard output', async () => {
    const local = start(`export const handler = async () => { process.stdout.write('straight\\n') }`)
    await local.invoke({})
    await eventually('the line', () => entries.some(({ message }) => message === 'straight'))
  })
})
