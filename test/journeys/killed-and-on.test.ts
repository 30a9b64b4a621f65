import { expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { productForTests } from '../support/product.ts'
import { ann, bob, directMessages, idAt, shop } from '../support/x-payloads.ts'

const product = productForTests(() => product.connect(shop))

test('killed at any moment, every message that X was told 200 for is in its ticket once, in order', async () => {
  const id = (n: number) => idAt('2026-01-01T12:00:00Z', n)
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
      const [ticket] = await product.tickets(`?customerId=${customerId}`)
      return ticket?.messageCount === messages.length
    })
    const tickets = await product.tickets(`?customerId=${customerId}`)
    expect(tickets).toHaveLength(1)
    const stored = await product.messages(tickets[0]?.id ?? '')
    expect(stored.map((message) => message.externalId)).toEqual(messages)
  }
})
