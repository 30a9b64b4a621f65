import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { dataFolder, freePort, Product } from '../support/product.ts'
import { ann, shop } from '../support/x-payloads.ts'

/** Neither polls nor runs come by themselves. The port stays, so that the webhook of before is the one of afterwards. */
const folder = dataFolder()
let product: Product

beforeAll(async () => {
  product = new Product(folder.path, { MENTIONS_POLL_MINUTES: '60', PORT: await freePort() })
  await product.start()
  await product.addToX(shop, ann)
  await product.connectByOAuth(shop)
  // In order, and nothing left to read back from the time before the connection.
  await product.schedule('reconcile')
  await product.end()
  // No execution environment of the webhook is warm now.
  await product.start()
})
afterAll(async () => {
  await product.end()
  folder.remove()
})

type OnX = { readonly body: string; readonly status: string; readonly attempts: readonly { status: number | null }[] }

/** The delivery of X that has a text, once it is as wanted. */
const delivery = (text: string, isWanted: (one: OnX) => boolean) =>
  eventually(`the delivery of «${text}»`, async () => {
    const { deliveries } = await product.onX<{ deliveries: OnX[] }>('GET', 'deliveries')
    return deliveries.find((one) => one.body.includes(text) && isWanted(one))
  })

const write = (text: string) => product.onX('POST', 'direct-messages', { from: ann.id, to: shop.id, text })

async function messages(count: number) {
  return eventually(`${count} messages`, async () => {
    const tickets = await product.tickets()
    const found = (await Promise.all(tickets.map(({ id }) => product.messages(id)))).flat()
    return found.length >= count ? found.map(({ text, recovered }) => ({ text, recovered })) : undefined
  })
}

test('what the gateway turned away is a known gap, which the next run fills once', async () => {
  const file = join(folder.path, 'functions', 'webhook', 'index.mjs')
  const whole = readFileSync(file)
  writeFileSync(file, 'throw new Error("a deployment that cannot start")')
  await write('turned away')
  const { attempts } = await delivery('turned away', (one) => one.attempts.length > 0)
  // No function ran, so none could note it: the gateway alone saw it.
  expect(attempts[0]?.status).toBe(500)
  // X gives up, and then all is well again.
  await product.onX('POST', 'webhooks/break')
  await delivery('turned away', (one) => one.status === 'failed')
  await eventually('the gap', () => product.output.includes('"event":"gap_noted"'))
  await product.onX('POST', 'webhooks/repair')
  writeFileSync(file, whole)
  await write('after that')
  expect(await messages(1)).toEqual([{ text: 'after that', recovered: null }])

  await product.schedule('reconcile')
  const both = [
    { text: 'turned away', recovered: 'poll' },
    { text: 'after that', recovered: null },
  ]
  expect(await messages(2)).toEqual(both)
  await product.schedule('reconcile')
  await product.schedule('mentions')
  expect(await messages(2)).toEqual(both)
})
