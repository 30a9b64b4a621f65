import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createOutageNotes } from '../../../lambdas/adapters/aws/outage-notes.ts'
import { awsAccess } from '../../../lambdas/runtime/aws.ts'
import { table } from '../../../lambdas/runtime/resources.ts'
import { tableName } from '../../../local/aws/table.ts'
import { credentials } from '../../../local/settings.ts'
import { apiOver } from '../../support/api.ts'
import { startStores, type TestStores } from '../../support/stores.ts'

let now = new Date('2026-01-01T00:00:00.000Z')
let stores: TestStores
beforeAll(async () => {
  stores = await startStores(() => now)
})
afterAll(() => stores.stop())

const administrator = { sub: 'root', username: 'root', 'cognito:groups': '[administrators]' }
async function extension(previousSince: () => Promise<string | null>) {
  const call = apiOver(stores, () => now, {
    secrets: { previousSince, consumer: async () => ({ current: 'consumer secret', previous: null }) },
  })
  const { statusCode, body } = await call('GET', '/api/extensions', { claims: administrator })
  expect(statusCode).toBe(200)
  return JSON.parse(body ?? '').extensions[0]
}

test('administrators see whether the previous secret of the X app is still needed, by what the webhook noted', async () => {
  const since = '2026-01-01T00:00:00.000Z'
  expect((await extension(async () => null)).previousSecret).toBeNull()
  expect((await extension(async () => since)).previousSecret).toEqual({ since, lastNeededAt: null, canGo: false })
  const notes = createOutageNotes(
    awsAccess('dynamodb', {
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_DYNAMODB: stores.endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    }),
    tableName,
    table.outage,
  )
  const lastNeededAt = '2026-01-01T20:00:00.000Z'
  await notes.notePreviousSecret(lastNeededAt)
  now = new Date('2026-01-02T12:00:00.000Z')
  expect((await extension(async () => since)).previousSecret).toEqual({ since, lastNeededAt, canGo: false })
  now = new Date('2026-01-02T21:00:00.000Z')
  expect((await extension(async () => since)).previousSecret).toEqual({ since, lastNeededAt, canGo: true })
})

test('without keys of the X app the switch of the extension is there all the same', async () => {
  const unfilled = await extension(async () => {
    throw new Error('the secret of the X app has no consumerSecret yet')
  })
  expect(unfilled).toMatchObject({ enabled: true, previousSecret: null })
})
