import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { isSigned } from '../../examples/verify-event.ts'
import { createEventSending } from '../../lambdas/adapters/webhooks/send.ts'
import { served } from '../local/support.ts'

const folder = join(import.meta.dirname, '../../examples/events')
const secretOf = (text: string) => `whsec_${Buffer.from(text.padEnd(24, '.')).toString('base64')}`

test('the example verifies every example of an event as it is sent, by each of two secrets, and nothing else', async () => {
  const [old, fresh, foreign] = [secretOf('old'), secretOf('fresh'), secretOf('foreign')]
  const received: { headers: Record<string, string>; body: string }[] = []
  const program = await served(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    received.push({ headers: request.headers as Record<string, string>, body })
    response.end()
  })
  const names = readdirSync(folder)
  expect(names).toHaveLength(9)
  for (const name of names) {
    const body = readFileSync(join(folder, name), 'utf8')
    const event = { url: program.url, id: `evt_${name}`, at: new Date(), body, secrets: [fresh, old] }
    expect(await createEventSending(true, 100_000).send(event)).toMatchObject({ error: null })
  }
  await program.stop()
  for (const { headers, body } of received) {
    expect([old, fresh, foreign].map((secret) => isSigned(headers, body, secret))).toEqual([true, true, false])
    expect(isSigned(headers, `${body} `, old)).toBe(false)
    expect(isSigned({ ...headers, 'webhook-id': 'evt_other' }, body, old)).toBe(false)
    expect(isSigned(headers, body, old, Date.now() + 301_000)).toBe(false)
    expect(isSigned({}, body, old)).toBe(false)
  }
})
