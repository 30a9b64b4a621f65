import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { queues } from '../../lambdas/runtime/resources.ts'
import { close } from '../../local/server.ts'
import { eventually } from '../local/support.ts'
import { dataFolder, Product } from '../support/product.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { ann, bob, directMessages, idAt, shop } from '../support/x-payloads.ts'

/** A DynamoDB that throttles everything while the test says so. */
let isThrottling = false
let throttled = 0
let stores: TestStores
const gate = createServer((asked, answer) => {
  if (isThrottling) {
    throttled++
    asked.resume()
    answer.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' })
    answer.end('{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"Rate exceeded"}')
    return
  }
  const { method, headers, url } = asked
  const passed = request(new URL(url ?? '/', stores.endpoint), { method, headers }, (found) => {
    answer.writeHead(found.statusCode ?? 500, found.headers)
    found.pipe(answer)
  })
  passed.on('error', () => answer.destroy())
  asked.pipe(passed)
})

const folder = dataFolder()
let product: Product

beforeAll(async () => {
  stores = await startStores()
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
  const { port } = gate.address() as AddressInfo
  product = new Product(folder.path, { AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}` })
  await product.start()
  await product.connect(shop)
})
afterAll(async () => {
  await product.end()
  await close(gate)
  await stores.stop()
  folder.remove()
})

test('messages that came while the table was throttled are in their tickets seconds after, each once and in order', async () => {
  const id = (n: number) => idAt('2026-01-01T12:00:00Z', n)
  isThrottling = true
  for (const n of [1, 2, 3]) {
    for (const from of [ann, bob]) {
      const message = id(2 * n + (from === bob ? 1 : 0))
      expect(await product.deliver(directMessages(shop, { id: message, from, to: shop }))).toBe(200)
    }
  }
  // The router gave up on the first message of each at least twice.
  await eventually('two failures of each', () => product.output.split('"receives":2').length > 2)
  expect(throttled).toBeGreaterThan(0)
  isThrottling = false
  const over = performance.now()

  for (const { id: customerId } of [ann, bob]) {
    await eventually(`the messages of ${customerId}`, async () => {
      const [ticket] = await product.tickets({ customerId })
      return ticket?.messageCount === 3
    })
    const tickets = await product.tickets({ customerId })
    expect(tickets).toHaveLength(1)
    const first = customerId === ann.id ? 2 : 3
    const stored = await product.messages(tickets[0]?.id ?? '')
    expect(stored.map(({ externalId }) => externalId)).toEqual([id(first), id(first + 2), id(first + 4)])
  }
  expect(performance.now() - over).toBeLessThan((queues.events.visibilitySeconds * 1000) / 4)
})
