import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { dataFolder, freePort, Product } from '../support/product.ts'
import { ann, directMessages, idAt, shop } from '../support/x-payloads.ts'

/** The rotations that docs/runbook.md describes, as its rehearsal does them on one machine. */
const folder = dataFolder()
let ports: Record<string, string>
let running: Product | undefined

/** The product on the same data, started anew with other settings. */
async function start(environment: Record<string, string> = {}): Promise<Product> {
  await running?.end()
  running = new Product(folder.path, { ...ports, ...environment })
  await running.start()
  return running
}

beforeAll(async () => {
  ports = { PORT: await freePort(), X_PORT: await freePort() }
  const product = await start()
  await product.addToX(shop, ann)
  await product.connectByOAuth(shop)
})
afterAll(async () => {
  await running?.end()
  folder.remove()
})

let numbers = 0
/** A delivery that is signed with the secret of the first start. */
const deliver = (product: Product, text: string) => {
  const at = '2026-01-01T12:00:00.000Z'
  return product.deliver(directMessages(shop, { id: idAt(at, ++numbers), from: ann, to: shop, text, at }))
}
const previousSecret = async (product: Product) =>
  (await product.admin.call('GET /api/extensions')).extensions[0]?.previousSecret

test('the consumer secret: what the old one signed counts until it goes, and the product says that it was needed', async () => {
  const both = await start({
    X_CONSUMER_SECRET: 'the-new-secret',
    X_CONSUMER_SECRET_PREVIOUS: 'journey-consumer-secret',
  })
  expect(await previousSecret(both)).toMatchObject({ lastNeededAt: null, canGo: false })
  expect(await deliver(both, 'signed with the old one')).toBe(200)
  await eventually('the ticket', async () => (await both.tickets()).length === 1)
  const needed = await previousSecret(both)
  expect(needed).toMatchObject({ lastNeededAt: expect.stringMatching(/Z$/), canGo: false })
  // Not at each delivery: the note is as it was.
  expect(await deliver(both, 'and again')).toBe(200)
  expect(await previousSecret(both)).toEqual(needed)

  const after = await start({ X_CONSUMER_SECRET: 'the-new-secret' })
  expect(await deliver(after, 'too late')).toBe(401)
  expect(await previousSecret(after)).toBeNull()
})

describe('the key of the tokens', () => {
  test('exchanged for another: tickets stay, a reply waits until its account is connected again', async () => {
    const before = await start()
    const [ticket] = await before.tickets()
    if (!ticket) throw new Error('there is no ticket')
    await before.end()
    rmSync(join(folder.path, 'tokens.key'))

    const product = await start()
    const { id } = await product.reply(ticket.id, { text: 'Here we are again' })
    await eventually('the failure', () => product.output.includes('"function":"sender"') || undefined)
    const delivery = async () => (await product.messages(ticket.id)).find((one) => one.id === id)?.delivery
    expect(await delivery()).toMatchObject({ status: 'pending' })
    expect(await product.connectByOAuth(shop)).toBe(`/channels/twitter-${shop.id}`)
    await eventually('the reply', async () => (await delivery())?.status === 'sent')
    const sent = await product.onX<{ directMessages: { text: { full: string } }[] }>('GET', 'direct-messages')
    expect(sent.directMessages.filter(({ text }) => text.full === 'Here we are again')).toHaveLength(1)
    expect((await product.tickets()).map((one) => one.id)).toEqual([ticket.id])
  })
})

describe('the secrets of machine clients', () => {
  const tunnel = { PUBLIC_URL: 'https://helpdesk.example.com' }
  const file = join(folder.path, 'sign-in.json')
  const secret = (): string => JSON.parse(readFileSync(file, 'utf8')).helpdesk

  async function tokenOf(product: Product, own: string): Promise<{ status: number; token: string }> {
    const answer = await fetch(`${product.url}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`helpdesk:${own}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    return { status: answer.status, token: ((await answer.json()) as { access_token?: string }).access_token ?? '' }
  }

  test('behind a tunnel: a new one is printed and works, the old one is refused, a token got with it works on', async () => {
    const before = await start(tunnel)
    const old = secret()
    const { status, token } = await tokenOf(before, old)
    expect(status).toBe(200)
    await before.end()
    rmSync(file)

    const product = await start(tunnel)
    expect(secret()).not.toBe(old)
    expect(product.output).toContain(secret())
    expect((await tokenOf(product, old)).status).toBe(400)
    const renewed = await tokenOf(product, secret())
    expect(renewed.status).toBe(200)
    for (const one of [token, renewed.token]) {
      const answer = await product.try('/api/tickets', { headers: { authorization: `Bearer ${one}` } })
      expect(answer.status).toBe(200)
    }
  })
})
