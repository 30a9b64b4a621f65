import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createOutageNotes } from '../../../lambdas/adapters/aws/outage-notes.ts'
import { awsAccess } from '../../../lambdas/runtime/aws.ts'
import { table } from '../../../lambdas/runtime/resources.ts'
import { tableName } from '../../../local/aws/table.ts'
import { credentials } from '../../../local/settings.ts'
import { startStores, type TestStores } from '../../support/stores.ts'

let stores: TestStores
beforeAll(async () => {
  stores = await startStores()
})
afterAll(() => stores.stop())

const access = () =>
  awsAccess('dynamodb', {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_DYNAMODB: stores.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  })

test('the end of a replay is noted by its job, beside the outage and without touching it', async () => {
  const notes = createOutageNotes(access(), tableName, table.outage)
  const { health } = stores
  expect(await health.replayEnd('7')).toBeNull()
  await notes.noteReplay('7', 'Incomplete', '2026-01-01T00:00:00.000Z')
  await notes.noteReplay('8', 'Complete', '2026-01-01T00:00:00.000Z')
  expect([await health.replayEnd('7'), await health.replayEnd('8')]).toEqual(['Incomplete', 'Complete'])
  expect(await health.notedOutage()).toBeNull()
})

test('trouble is noted from its first time to its last, and forgotten unless there was more since', async () => {
  const notes = createOutageNotes(access(), tableName, table.outage)
  const { health } = stores
  expect(await health.notedOutage()).toBeNull()
  await notes.note('2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')
  await notes.note('2026-01-01T00:01:00.000Z', '2026-01-01T00:02:00.000Z')
  const first = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:02:00.000Z' }
  expect(await health.notedOutage()).toEqual(first)
  await notes.note('2026-01-01T00:03:00.000Z', '2026-01-01T00:03:00.000Z')
  await health.forgetOutage(first)
  expect(await health.notedOutage()).toEqual({ ...first, to: '2026-01-01T00:03:00.000Z' })
  await health.forgetOutage({ ...first, to: '2026-01-01T00:03:00.000Z' })
  expect(await health.notedOutage()).toBeNull()
})

test('that the previous secret is needed is noted beside the outage, without touching it', async () => {
  const notes = createOutageNotes(access(), tableName, table.outage)
  const { health } = stores
  expect(await health.previousSecretNeededAt()).toBeNull()
  await notes.notePreviousSecret('2026-01-01T00:00:00.000Z')
  await notes.notePreviousSecret('2026-01-01T01:00:00.000Z')
  expect(await health.previousSecretNeededAt()).toBe('2026-01-01T01:00:00.000Z')
  expect(await health.notedOutage()).toBeNull()
})
