import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { encryptedJourney, neighbour, shop } from '../support/encrypted-journey.ts'
import { productForTests } from '../support/product.ts'
import { startProgram } from './plugged-in.program.ts'

const pin = '73194'
const product = productForTests(async () => {
  await product.connectByOAuth(shop)
  await makeKeys(shop.id, pin)
  await enter({ pin })
})
const { write, makeKeys, enter, answers } = encryptedJourney(product)
let program: Awaited<ReturnType<typeof startProgram>>

beforeAll(async () => {
  const token = async () => (await product.bearer('admin')).authorization.replace('Bearer ', '')
  program = await startProgram(product.url, token)
  await eventually('the program gets events', () => new Date().toISOString() > program.sendsFrom || undefined)
})
afterAll(() => program.stop())

test('the program imports nothing of the project', () => {
  const source = readFileSync(join(import.meta.dirname, 'plugged-in.program.ts'), 'utf8')
  expect([...source.matchAll(/from '([^']+)'/g)].map(([, from]) => from)).toEqual([
    'node:crypto',
    'node:http',
    'node:net',
  ])
})

test('a program written from the page of the API answers, tags and closes a direct message, an encrypted one and a mention', async () => {
  const told = async (text: string) =>
    eventually(text, () => {
      if (program.problems.length > 0) throw new Error(program.problems.join('\n'))
      return program.handled.find(({ message }) => message.text.includes(text))
    })
  await product.onX('POST', 'direct-messages', { from: neighbour, to: shop.username, text: 'Where is my order?' })
  const direct = await told('Where is my order?')
  await write('My card number is secret')
  const encrypted = await told('My card number is secret')
  await product.onX('POST', 'posts', { by: neighbour, text: `@${shop.username} do you ship to Norway?` })
  const mention = await told('do you ship to Norway?')

  expect([direct, encrypted, mention].map(({ ticket, message }) => [ticket.kind, message.encrypted])).toEqual([
    ['direct', false],
    ['direct', true],
    ['mention', false],
  ])
  for (const { ticket, steps } of [direct, encrypted, mention]) {
    expect(steps).toEqual(['answered, pending', `tagged ${ticket.tags.join(', ')}, read by the program`, 'closed'])
    const sent = await eventually('the answer on X', async () =>
      (await product.messages(ticket.id)).find(({ delivery }) => delivery?.status === 'sent'),
    )
    expect(sent.text).toMatch(/^We have read: /)
  }
  expect(await answers()).toEqual(['We have read: My card number is secret'])
  expect(
    await eventually('the report', async () => {
      const total = await program.report()
      return total.messagesOut === 3 && total
    }),
  ).toMatchObject({ opened: 3, closed: 3, messagesIn: 3, messagesOut: 3 })
})

test('what nobody signed is not taken', async () => {
  const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': '1788163200', 'webhook-signature': 'v1,AAAA' }
  const answer = await fetch(program.url, { method: 'POST', headers, body: '{"type":"message.received"}' })
  expect([answer.status, program.forged()]).toEqual([400, 1])
})
