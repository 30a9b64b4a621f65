import type { RequestListener } from 'node:http'
import { afterEach, describe, expect, test } from '@jest/globals'
import { createUsedeskApi } from '../../../lambdas/adapters/usedesk/api.ts'
import type { UsedeskError } from '../../../lambdas/core/ports/usedesk.ts'
import { type Served, served } from '../../local/support.ts'

const token = 'the-token-of-the-channel'
let server: Served | undefined
afterEach(() => server?.stop())

async function usedeskThat(listener: RequestListener, timeoutMs = 60_000) {
  server = await served(listener)
  return createUsedeskApi(server.url, async () => token, { pauseMs: 0, timeoutMs })
}
const answering = (status: number, body: string) =>
  usedeskThat((_, response) => void response.writeHead(status, { location: 'http://localhost:1/' }).end(body))

const ticket = {
  subject: 'Hello',
  html: 'Hello',
  clientId: null,
  clientName: 'Mia',
  additionalId: 't-1',
  status: 8,
  tags: ['Twitter:Direct'],
}

describe('an answer that is none is a failure, and says why without the token', () => {
  test.each([
    [
      200,
      '{"error":"api_token: the-token-of-the-channel is wrong"}',
      /^create\/ticket: an error: api_token: … is wrong$/,
    ],
    [200, '{"status":"error"}', /the status is error/],
    [200, '{"status":"success"}', /no ticket_id/],
    [200, '<html>We are back soon</html>', /not JSON/],
    [200, 'null', /not JSON/],
    [429, '{"error":"Too many requests"}', /Too many requests/],
    [500, '', /not JSON/],
    [503, '{}', /answered 503/],
    [302, '', /no answer/],
  ])('%i %s', async (status, body, why) => {
    const api = await answering(status, body)
    const error = await api.createTicket(ticket).catch((one: Error) => one)
    expect(error).toBeInstanceOf(Error)
    expect((error as Error).message).toMatch(why)
    expect(JSON.stringify(error) + (error as Error).message).not.toContain(token)
  })

  test('one that does not come in time, or whose connection ends', async () => {
    const silent = await usedeskThat(() => {}, 300)
    await expect(silent.check()).rejects.toThrow('tickets: no answer')
    await server?.stop()
    const slow = await usedeskThat((_, response) => void response.write('{'), 300)
    await expect(slow.check()).rejects.toThrow(/^tickets: no answer \(it was cut off: .*timeout\)$/)
    await server?.stop()
    const gone = await usedeskThat((request) => void request.destroy())
    await expect(gone.check()).rejects.toThrow('tickets: no answer')
  })

  test('one without an end is not read to its end', async () => {
    let sent = 0
    const api = await usedeskThat((_, response) => {
      const megabyte = Buffer.alloc(2 ** 20, ' ')
      const more = () => {
        while (sent < 100 && response.writable) {
          sent++
          if (!response.write(megabyte)) return
        }
        response.end()
      }
      response.on('drain', more)
      more()
    })
    await expect(api.check()).rejects.toThrow('tickets: no answer (it is over 10 MB)')
    expect(sent).toBeLessThan(100)
  })

  test('what is kept of one has no half character', async () => {
    const api = await answering(500, JSON.stringify({ error: `${'x'.repeat(989)}🐟`, more: '🐟'.repeat(999) }))
    const error = (await api.check().catch((one: Error) => one)) as UsedeskError
    expect(error.message.isWellFormed()).toBe(true)
    expect(error.body).toHaveLength(1_000)
    expect(error.body.isWellFormed()).toBe(true)
  })

  test('without a token nothing is called', async () => {
    const api = createUsedeskApi('http://localhost:1', async () => '')
    await expect(api.check()).rejects.toThrow('the secret of Usedesk has no apiToken yet: put it in')
  })
})

test('tags that do not fit are left out whole, and a comma in one makes no second', async () => {
  let sent: Record<string, unknown> = {}
  const api = await usedeskThat(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    sent = JSON.parse(body)
    response.end('{"status":"success"}')
  })
  await api.updateTicket('1', { tags: ['Twitter: Mention', 'a, b', 'x'.repeat(240)] })
  expect(sent).toEqual({ api_token: token, ticket_id: '1', tag: 'Twitter: Mention, a  b' })
})
