import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Channel } from '../../lambdas/core/channel.ts'
import { openStores, type Stores } from '../../lambdas/runtime/tables.ts'
import { startDatabase } from '../../local/database.ts'
import { databaseClient, ensureTable, tableName } from '../../local/table.ts'
import { shop, type User } from './x-payloads.ts'

export type TestStores = Stores & { endpoint: string; connect(user?: User): Promise<Channel>; stop(): Promise<void> }

/** The stores over the embedded DynamoDB, empty; the clock is the test's. */
export async function startStores(now: () => Date = () => new Date()): Promise<TestStores> {
  const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-'))
  const database = await startDatabase(folder, (sentence) => {
    throw new Error(sentence)
  })
  await ensureTable(database.endpoint)
  const client = databaseClient(database.endpoint)
  const stores = openStores(tableName, now, client)
  return {
    ...stores,
    endpoint: database.endpoint,
    connect: ({ id, username } = shop) =>
      stores.channels.connect({ twitterUserId: id, username, at: now().toISOString() }),
    async stop() {
      client.destroy()
      await database.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
