/**
 * The program of a helpdesk, written from the page /api/docs alone: it imports nothing of the project. It adds its
 * address, gets signed events, answers, tags and closes what comes, and reads the report.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

type Ticket = { id: string; kind: string; status: string; tags: string[]; subject: string }
type Message = { id: string; direction: string; text: string; encrypted: boolean }
type WebhookEvent = { type: string; timestamp: string; data: { ticket?: Ticket; message?: Message } }
type Problem = { status: number; detail: string }

/** What the program did for a message. */
export type Handled = { ticket: Ticket; message: Message; steps: string[] }

/** @param token gives an access token of an administrator: only they may add an address */
export async function startProgram(url: string, token: () => Promise<string>) {
  const handled: Handled[] = []
  const seen = new Set<string>()
  const problems: string[] = []
  let secret = ''
  let forged = 0

  async function call<T>(method: string, path: string, body?: object, more: Record<string, string> = {}) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json', ...more },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!response.ok) {
      const { status, detail } = (await response.json()) as Problem
      throw new Error(`${method} ${path}: ${status} ${detail}`)
    }
    return { value: (await response.json()) as T, etag: response.headers.get('etag') ?? '' }
  }

  function isSigned(body: string, headers: Record<string, unknown>): boolean {
    const id = String(headers['webhook-id'])
    const at = String(headers['webhook-timestamp'])
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
    const own = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest()
    return String(headers['webhook-signature'])
      .split(' ')
      .map((one) => Buffer.from(one.replace('v1,', ''), 'base64'))
      .some((one) => one.length === own.length && timingSafeEqual(one, own))
  }

  async function answer(ticket: Ticket, message: Message): Promise<void> {
    const path = `/api/tickets/${encodeURIComponent(ticket.id)}`
    const steps: string[] = []
    const key = { 'idempotency-key': `answer-to-${message.id}` }
    const reply = { text: `We have read: ${message.text}` }
    const { value: sent } = await call<Message & { delivery: { status: string } }>(
      'POST',
      `${path}/replies`,
      reply,
      key,
    )
    steps.push(`answered, ${sent.delivery.status}`)
    const { value: tagged } = await call<Ticket>('PATCH', path, { addTags: ['read by the program'] })
    steps.push(`tagged ${tagged.tags.join(', ')}`)
    // Only what was seen is closed: the answer changes the ticket too, so it is read again.
    for (let tries = 0; tries < 5; tries++) {
      const { etag } = await call<Ticket>('GET', path)
      try {
        const { value: closed } = await call<Ticket>('PATCH', path, { status: 'closed' }, { 'if-match': etag })
        steps.push(closed.status)
        break
      } catch (error) {
        if (!String(error).includes(': 412 ')) throw error
      }
    }
    handled.push({ ticket, message, steps })
  }

  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    if (!isSigned(body, request.headers)) {
      forged++
      response.writeHead(400).end()
      return
    }
    response.writeHead(204).end()
    const id = String(request.headers['webhook-id'])
    if (seen.has(id)) return
    seen.add(id)
    const { type, data } = JSON.parse(body) as WebhookEvent
    if (type !== 'message.received' || !data.ticket || !data.message) return
    await answer(data.ticket, data.message).catch((error: unknown) => problems.push(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const own = `http://localhost:${(server.address() as AddressInfo).port}/events`
  const { value: endpoint } = await call<{ id: string; secret: string; sendsFrom: string }>(
    'POST',
    '/api/webhook-endpoints',
    { url: own, description: 'the program', eventTypes: ['message.received'] },
  )
  secret = endpoint.secret

  return {
    url: own,
    sendsFrom: endpoint.sendsFrom,
    handled,
    problems,
    forged: () => forged,
    async report() {
      const { value } = await call<{
        total: { opened: number; closed: number; messagesIn: number; messagesOut: number }
      }>('GET', '/api/reports/tickets?by=tag')
      return value.total
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}
