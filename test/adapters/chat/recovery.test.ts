import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { createKeyRecovery } from '../../../lambdas/adapters/chat/recovery.ts'

/** What a realm of the key store was asked: https://github.com/juicebox-systems/juicebox-sdk/blob/main/docs/protocol.md. */
type Asked = { readonly line: string; readonly token: string; readonly body: Buffer }
type Realm = { readonly id: string; readonly server: Server; readonly asked: Asked[] }

const PIN = '73194-secret'

/** A text in CBOR, as long as it is shorter than 24 bytes. */
const text = (value: string) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)])
/** The answer of a realm to the first step of a recovery. */
const answers = (status: string) => Buffer.concat([Buffer.from([0xa1]), text('Recover1'), text(status)])

let status = 200
let body: Buffer = answers('NotRegistered')

function realmWith(id: string): Realm {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method, url, headers } = request
    asked.push({ line: `${method} ${url}`, token: String(headers.authorization), body: Buffer.concat(chunks) })
    response.writeHead(status, { 'content-type': 'application/octet-stream' }).end(body)
  })
  return { id, server, asked }
}

const realms = ['0a', 'b1', '2c'].map((byte) => realmWith(byte.repeat(16)))
// The client takes http for this name only.
const addressOf = ({ server }: Realm) => `http://localhost:${(server.address() as AddressInfo).port}`

beforeAll(async () => {
  for (const { server } of realms) await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
})
afterAll(() => {
  for (const { server } of realms) server.close()
})

/** `juicebox_config`, as X gives it to the account. */
function configuration() {
  const token_map = realms.map((realm) => ({
    key: realm.id.toUpperCase(),
    value: { address: addressOf(realm), token: `token-of-${realm.id}` },
  }))
  return { token_map, max_guess_count: 20 }
}

/** The client's own configuration, which X sometimes gives as a text. */
function clientConfiguration() {
  return JSON.stringify({
    realms: realms.map((realm) => ({ id: realm.id, address: addressOf(realm) })),
    register_threshold: 3,
    recover_threshold: 2,
    pin_hashing_mode: 'Standard2019',
  })
}

async function recover(config: object) {
  for (const { asked } of realms) asked.length = 0
  return createKeyRecovery().recover(config, PIN)
}

describe('recovering a key from X’s key store', () => {
  test.each<[string, () => object]>([
    ['the list of tokens', configuration],
    ['`key_store_token_map_json`', () => ({ ...configuration(), key_store_token_map_json: clientConfiguration() })],
    ['`sdk_config`', () => ({ ...configuration(), sdk_config: clientConfiguration() })],
  ])('asks the realms of %s, each with its own token, and never sends the PIN', async (_name, config) => {
    status = 200
    body = answers('NotRegistered')
    expect(await recover(config())).toEqual({ is: 'not_registered' })
    // Two of three that know nothing are enough: the third may be spared.
    expect(realms.filter(({ asked }) => asked.length > 0).length).toBeGreaterThanOrEqual(2)
    for (const { id, asked } of realms) {
      for (const one of asked) {
        expect(one).toEqual({ line: 'POST /req', token: `Bearer token-of-${id}`, body: text('Recover1') })
      }
    }
  })

  test('without guesses left is a wrong PIN with none left', async () => {
    status = 200
    body = answers('NoGuesses')
    expect(await recover(configuration())).toEqual({ is: 'wrong_pin', guessesLeft: 0 })
  })

  test.each([
    [401, 'InvalidAuth'],
    [426, 'UpgradeRequired'],
    [429, 'RateLimitExceeded'],
    [503, 'Transient'],
  ])('is unreachable with the reason when the realms answer %i', async (code, detail) => {
    status = code
    body = Buffer.alloc(0)
    expect(await recover(configuration())).toEqual({ is: 'unreachable', detail })
  })

  test('of a configuration that names no realm is unreachable, which the log tells without PIN, and the next one works', async () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => {})
    expect(await recover({ token_map: 'none' })).toMatchObject({ is: 'unreachable' })
    expect(JSON.stringify(printed.mock.calls)).not.toContain(PIN)
    printed.mockRestore()
    status = 200
    body = answers('NotRegistered')
    expect(await recover(configuration())).toEqual({ is: 'not_registered' })
  })
})
