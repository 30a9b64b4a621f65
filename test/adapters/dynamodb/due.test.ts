import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, idAt, posts, shop } from '../../support/x-payloads.ts'

let clock = new Date('2026-01-01T12:00:00.000Z')
let stores: TestStores

beforeAll(async () => {
  stores = await startStores(() => clock)
  await stores.connect()
})
afterAll(() => stores.stop())

/** A mention with a photo, never queued for its download. @param id X's */
async function mention(id: string): Promise<void> {
  const more = {
    extended_entities: { media: [{ id_str: '1', type: 'photo', media_url_https: 'https://pbs.twimg.com/a' }] },
  }
  await routerOver(stores, () => clock).deliver(
    posts(shop, { id, by: ann, text: '@shop look', mentions: [shop], more }),
  )
}

test('the message that is due longest is brought first, whatever came later with lower ids of X', async () => {
  const first = idAt(clock)
  await mention(first)
  clock = new Date('2026-01-01T12:01:00.000Z')
  for (let n = 0; n < 3; n++) await mention(idAt('2025-01-01T00:00:00.000Z', n))
  const due = await stores.media.due('2026-01-01T13:00:00.000Z', 2)
  expect(due.map(({ messageId }) => messageId)).toContain(`post-${first}`)
})
