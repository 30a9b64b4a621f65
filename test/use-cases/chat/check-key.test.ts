import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { XError } from '../../../lambdas/core/ports/x.ts'
import { createKeyCheck } from '../../../lambdas/use-cases/chat/check-key.ts'
import { chatPerson } from '../../support/chat.ts'
import { encryptedChannel } from '../../support/encrypted-channel.ts'
import { startStores, type TestStores } from '../../support/stores.ts'

let stores: TestStores
let clock: Date
const now = () => clock

beforeAll(async () => {
  stores = await startStores(now)
})
beforeEach(() => {
  clock = new Date('2026-09-01T08:00:00.000Z')
})
afterAll(() => stores.stop())

/** A channel with its key; `checkAfter` some hours compares that with what X lists. */
async function begin(more = {}) {
  const all = await encryptedChannel(stores, now, more)
  await all.enterKey()
  const logged: object[] = []
  const check = createKeyCheck({ ...stores, xChat: all.atX.xChat, log: (entry) => logged.push(entry) })
  let checkedAt: string | undefined
  return {
    ...all,
    logged,
    async checkAfter(hours: number) {
      clock = new Date(clock.getTime() + hours * 3600_000)
      const channel = (await stores.channels.get(all.channel.id)) ?? all.channel
      checkedAt = await check(channel, { token: 't', secret: 's' }, checkedAt, clock)
      return (await stores.channels.get(all.channel.id))?.chat
    },
  }
}

test('a key is compared with X once a day, and a replaced one is noted; a check that finds it in order takes that back', async () => {
  const { shop, atX, checkAfter, enterKey } = await begin()
  expect(await checkAfter(0)).toMatchObject({ state: 'readable' })
  expect(await checkAfter(23)).toMatchObject({ state: 'readable' })
  expect(atX.asked).toHaveLength(1)
  const renewed = chatPerson(shop.id, '3000')
  atX.add(renewed)
  const reason = expect.stringContaining('replaced')
  expect(await checkAfter(1)).toMatchObject({ state: 'replaced_on_x', keyVersion: '1000', reason })
  await enterKey(renewed)
  await stores.chatKeys.saveState(`twitter-${shop.id}`, {
    state: 'refused_by_x',
    keyVersion: '3000',
    reason: 'X refused.',
  })
  const state = await checkAfter(24)
  expect(state).toMatchObject({ state: 'readable' })
  expect(state?.reason).toBeUndefined()
})

test('a refusal is noted; an X that does not answer is asked in the next run', async () => {
  let error = new XError(503, 'away')
  const publicKeys = async () => {
    throw error
  }
  const { checkAfter, logged } = await begin({ publicKeys })
  expect(await checkAfter(0)).toMatchObject({ state: 'readable' })
  expect(logged).toMatchObject([{ event: 'x_call_failed', list: 'public_keys', status: 503 }])
  error = new XError(403, 'Forbidden')
  expect(await checkAfter(0.25)).toMatchObject({ state: 'refused_by_x', reason: expect.stringContaining('403') })
})

test('a channel without a key is not asked about', async () => {
  const { channel, atX, checkAfter } = await begin()
  await stores.chatKeys.forgetAccountKey(channel.id)
  expect(await checkAfter(0)).toBeUndefined()
  expect(atX.asked).toEqual([])
})
