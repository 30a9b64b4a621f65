import { createServer, type RequestListener, type Server } from 'node:http'
import { isIP } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import { createEventSending } from '../../../lambdas/adapters/webhooks/send.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const local = createEventSending(true, 300)
const onAws = createEventSending(false, 300)
const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://localhost:${typeof address === 'object' ? address?.port : ''}/events`
}

const event = (url: string, secrets = [secret]) => ({ url, id: 'evt_1', at: new Date(), body: '{"a":"ü"}', secrets })

test("signs as the specification's published vector says", () => {
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
  const at = new Date(1_614_265_330 * 1000)
  expect(new Webhook(secret).sign('msg_p5jXN8AQM9LWM0D4loKWxJek', at, '{"test": 2432232314}')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  )
})

test('posts an event that each of its secrets verifies, and no other', async () => {
  const other = `whsec_${Buffer.from('another secret, as long as that').toString('base64')}`
  const foreign = `whsec_${Buffer.from('a secret that signs nothing here').toString('base64')}`
  let received: { body: string; headers: Record<string, string> } | undefined
  const url = await listen(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    received = { body, headers: request.headers as Record<string, string> }
    response.end('thanks')
  })
  const answer = await local.send(event(url, [other, secret]))
  expect(answer).toMatchObject({ status: 200, body: 'thanks', error: null })
  const verify = (by: string) => new Webhook(by).verify(received?.body ?? '', received?.headers ?? {})
  expect([verify(secret), verify(other)]).toEqual([{ a: 'ü' }, { a: 'ü' }])
  expect(() => verify(foreign)).toThrow('No matching signature')
})

describe('a name is looked at when the connection is made', () => {
  /** Sends to a name that leads to these addresses. */
  const sendTo = (...addresses: string[]) =>
    createEventSending(false, 2_000, (_host, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: isIP(address) })),
      ),
    ).send(event('https://helpdesk.example.com/'))

  test.each([
    [['127.0.0.1']],
    [['10.0.0.1']],
    [['169.254.169.254']],
    [['0.0.0.0']],
    [['::1']],
    [['fe80::1%eth0']],
    [['fd00:ec2::254']],
    [['::ffff:169.254.169.254']],
    [['64:ff9b::a9fe:a9fe']],
    [['8.8.8.8', '127.0.0.1']],
  ])('%j is not connected to', async (addresses) => {
    const { error, status } = await sendTo(...addresses)
    expect([status, error]).toEqual([null, expect.stringMatching(/not a public address/)])
  })

  test('also when it led elsewhere a moment ago, and when it leads nowhere', async () => {
    let calls = 0
    const url = await listen((_, response) => response.end(String(calls++)))
    const { port } = new URL(url)
    const answers = ['8.8.8.8', '127.0.0.1']
    const asked: string[] = []
    const rebinding = createEventSending(false, 300, (host, _options, callback) => {
      asked.push(host)
      const address = answers.shift()
      callback(null, address ? [{ address, family: 4 }] : [])
    })
    const to = event(`https://rebinding.example.com:${port}/`)
    await rebinding.send(to)
    expect((await rebinding.send(to)).error).toMatch(/not a public address/)
    expect((await rebinding.send(to)).error).toMatch(/no address/)
    expect([asked.length, calls]).toEqual([3, 0])
  })
})

describe('a hostile endpoint', () => {
  test('that answers with a gigabyte is cut off after a kilobyte', async () => {
    let written = 0
    const ended = Promise.withResolvers<void>()
    const url = await listen((_, response) => {
      response.on('error', () => {})
      response.on('close', ended.resolve)
      response.writeHead(200, { 'content-length': String(2 ** 30) })
      const more = () => {
        if (response.destroyed || written >= 2 ** 30) return
        written += 65_536
        if (response.write(Buffer.alloc(65_536, 'x'))) setImmediate(more)
        else response.once('drain', more)
      }
      more()
    })
    const { body, status, error } = await local.send(event(url))
    await ended.promise
    expect([body.length, status, error]).toEqual([1_024, 200, null])
    expect(written).toBeLessThan(2 ** 26)
  })

  test('whose headers never end is given up', async () => {
    const url = await listen((request) => {
      const { socket } = request
      socket.on('error', () => {})
      socket.write('HTTP/1.1 200 OK\r\n')
      const timer = setInterval(() => socket.write(`x-${Math.random()}: ${'x'.repeat(1_000)}\r\n`), 1)
      socket.on('close', () => clearInterval(timer))
    })
    const { status, error } = await local.send(event(url))
    expect([status, error]).toEqual([null, expect.stringMatching(/Header overflow|no answer within/)])
  })

  test('that redirects is not followed', async () => {
    let calls = 0
    const url = await listen((_, response) => {
      calls++
      response.writeHead(302, { location: 'http://localhost:1/' }).end()
    })
    const answer = await local.send(event(url))
    expect([answer.status, answer.error, calls]).toEqual([302, 'answered 302: redirects are not followed', 1])
  })

  test('that never answers is given up', async () => {
    expect((await local.send(event(await listen(() => {})))).error).toBe('no answer within 0.3 seconds')
  })

  test('that never ends its answer is cut off, fast or slow', async () => {
    const fast = await listen((_, response) => {
      response.on('error', () => {})
      const more = () => void (response.write('x'.repeat(65_536)) ? setImmediate(more) : response.once('drain', more))
      more()
    })
    expect((await local.send(event(fast))).body).toBe('x'.repeat(1_024))
    const slow = await listen((request, response) => {
      const timer = setInterval(() => response.write('x'), 20)
      request.on('close', () => clearInterval(timer))
    })
    expect((await local.send(event(slow))).error).toBe('no answer within 0.3 seconds')
  })

  test('that breaks off is a failure with a reason', async () => {
    const answer = await local.send(event(await listen((request) => request.socket.destroy())))
    expect([answer.status, answer.error]).toEqual([null, expect.stringContaining('socket hang up')])
  })

  test('whose name leads to this machine is not connected to', async () => {
    let calls = 0
    const url = await listen((_, response) => response.end(String(calls++)))
    const port = new URL(url).port
    // Passes the check of the name, as a name that leads to a private address does.
    const answer = await onAws.send(event(`https://localhost.:${port}/`))
    expect(answer.error).toMatch(/not a public (address|name)|must be a public name|has no address|ENOTFOUND/)
    expect(calls).toBe(0)
  })
})

test.each([
  ['http://example.com/', 'must begin with https://'],
  ['https://127.0.0.1/', 'must be a public address, not 127.0.0.1'],
  ['https://2130706433/', 'must be a public address, not 127.0.0.1'],
  ['https://[::1]/', 'must be a public address, not ::1'],
  ['https://[::ffff:10.0.0.1]/', 'must be a public address, not ::ffff:a00:1'],
  ['https://169.254.169.254/latest/meta-data', 'must be a public address, not 169.254.169.254'],
  ['https://localhost/', 'must be a public name, not localhost'],
  ['https://me:secret@example.com/', 'must not contain a user name or password'],
  ['https://example.com/#part', 'must not contain a fragment (#)'],
  ['nonsense', 'is not an address such as https://helpdesk.example.com/events'],
  [`https://example.com/${'x'.repeat(2_000)}`, 'has more than 2000 characters'],
  ['https://example.com/events?key=1', null],
])('%s: %s', (url, refusal) => {
  expect(onAws.refusalOf(url)).toBe(refusal)
})

test('on one machine this machine may be called by http, and no other private address', () => {
  expect(['http://localhost:3000/', 'http://127.0.0.1/', 'http://[::1]/'].map(local.refusalOf)).toEqual([
    null,
    null,
    null,
  ])
  expect(local.refusalOf('https://10.0.0.1/')).toBe('must be a public address, not 10.0.0.1')
  expect(local.refusalOf('http://example.com/')).toBe('must begin with https://')
})
