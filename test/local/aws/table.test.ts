import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { startDatabase } from '../../../local/aws/database.ts'
import type { EmbeddedService } from '../../../local/aws/embedded-service.ts'
import { databaseClient, ensureTable, tableName } from '../../../local/aws/table.ts'
import { temporaryFolder } from '../support.ts'

let folder: ReturnType<typeof temporaryFolder>
let database: EmbeddedService

beforeEach(async () => {
  folder = temporaryFolder()
  database = await startDatabase(folder.path, (sentence) => expect(sentence).toBe('never'))
})
afterEach(async () => {
  await database.stop()
  folder.remove()
})

test('the table is created once and then found', async () => {
  await ensureTable(database.endpoint)
  await ensureTable(database.endpoint)
})

test('a table of an earlier version is refused with an error that says what to do', async () => {
  const client = databaseClient(database.endpoint)
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  )
  client.destroy()
  await expect(ensureTable(database.endpoint)).rejects.toThrow(/is from another version \(id\). Delete DATA_DIR/)
})
