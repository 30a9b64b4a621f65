import { expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { productForTests } from '../support/product.ts'
import { ann, bob, directMessages, idAt, shop } from '../support/x-payloads.ts'

const product = productForTests(() => product.connect(shop))

const id = (n: number) => idAt('2026-01-01T12:00:00Z', n)

test('killed at any moment, every message that X was told 200 for is in its ticket once, in order', async () => {
  const accepted = new Map<string, string[]>([ann, bob].map((person) => [person.id, []]))
  let n = 0

  for (let life = 0; life < 3; life++) {
    for (let m = 0; m < 8; m++) {
      for (const from of [ann, bob]) {
        const message = id(++n)
        if ((await product.deliver(directMessages(shop, { id: message, from, to: shop }))) === 200) {
          accepted.get(from.id)?.push(message)
        }
      }
    }
    await product.end('SIGKILL')
    await product.start()
  }

  for (const [customerId, messages] of accepted) {
    expect(messages).toHaveLength(24)
    await eventually(`all messages of ${customerId}`, async () => {
      const [ticket] = await product.tickets({ customerId })
      return ticket?.messageCount === messages.length
    })
    const tickets = await product.tickets({ customerId })
    expect(tickets).toHaveLength(1)
    const stored = await product.messages(tickets[0]?.id ?? '')
    expect(stored.map((message) => message.externalId)).toEqual(messages)
  }
})

test('killed while many write at once, every message that X was told 200 for is in a ticket once', async () => {
  const accepted: string[] = []
  let killed = false
  let n = 1000
  const write = async (customer: number) => {
    const from = { id: String(10_000_000 + customer), username: `customer${customer}` }
    while (!killed) {
      const message = id(++n)
      const status = await product.deliver(directMessages(shop, { id: message, from, to: shop })).catch(() => 0)
      if (status === 200) accepted.push(message)
    }
  }
  const writers = Array.from({ length: 16 }, (_, customer) => write(customer))
  await eventually('the first answers', () => accepted.length > 50)
  const gone = product.end('SIGKILL')
  killed = true
  await Promise.all([gone, ...writers])
  await product.start()

  const stored = await eventually('all accepted messages', async () => {
    const messages = await Promise.all((await product.tickets()).map((ticket) => product.messages(ticket.id)))
    const ids = messages.flat().map(({ externalId }) => String(externalId))
    return accepted.every((one) => ids.includes(one)) && ids
  })
  expect(new Set(stored).size).toBe(stored.length)
})
