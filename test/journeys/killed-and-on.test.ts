import { afterAll, expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { dataFolder, Product } from '../support/product.ts'
import { ann, bob, directMessages, idAt, shop } from '../support/x-payloads.ts'

const folder = dataFolder()
let product: Product | undefined
afterAll(async () => {
  await product?.end()
  folder.remove()
})

test('killed at any moment, every message that X was told 200 for is in its ticket once, in order', async () => {
  const id = (n: number) => idAt('2026-01-01T12:00:00Z', n)
  const accepted = new Map<string, string[]>([ann, bob].map((person) => [person.id, []]))
  let n = 0

  for (let life = 0; life < 3; life++) {
    product = await Product.start(folder.path)
    if (life === 0) await product.connect(shop)
    for (let m = 0; m < 8; m++) {
      for (const from of [ann, bob]) {
        const message = id(++n)
        if ((await product.deliver(directMessages(shop, { id: message, from, to: shop }))) === 200) {
          accepted.get(from.id)?.push(message)
        }
      }
    }
    await product.end('SIGKILL')
  }

  const last = await Product.start(folder.path)
  product = last
  for (const [customerId, messages] of accepted) {
    expect(messages).toHaveLength(24)
    await eventually(`all messages of ${customerId}`, async () => {
      const [ticket] = await last.tickets(`?customerId=${customerId}`)
      return ticket?.messageCount === messages.length
    })
    const tickets = await last.tickets(`?customerId=${customerId}`)
    expect(tickets).toHaveLength(1)
    const stored = await last.messages(tickets[0]?.id ?? '')
    expect(stored.map((message) => message.externalId)).toEqual(messages)
  }
})
