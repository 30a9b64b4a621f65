import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { QueryCommand } from '@aws-sdk/client-dynamodb'
import type { SharedTable } from '../../lambdas/adapters/dynamodb/table.ts'
import { type Channel, type ChannelSettings, withSettings } from '../../lambdas/core/channels/channel.ts'
import type { Stores } from '../../lambdas/core/ports/stores.ts'
import type { Message, Ticket } from '../../lambdas/core/tickets/ticket.ts'
import { openStores } from '../../lambdas/runtime/stores.ts'
import { prepareStream, startDatabase } from '../../local/aws/database.ts'
import { databaseClient, ensureTable, sharedTable, tableName } from '../../local/aws/table.ts'
import { type FaultyCalls, faultyCalls } from './faults.ts'
import { shop, type User } from './x-payloads.ts'

export type TestStores = Stores & {
  endpoint: string
  /** The calls of these stores, which a test can let go wrong. */
  calls: FaultyCalls
  connect(user?: User): Promise<Channel>
  /** Changes settings of a channel. @param at ISO time */
  changeChannel(id: string, settings: ChannelSettings, at: string): Promise<void>
  /** Marks a channel as one whose access was revoked. */
  revoke(channelId: string): Promise<void>
  /** Every ticket, whole, newest activity first. */
  allTickets(): Promise<Ticket[]>
  /** The messages of a ticket, oldest first. */
  messagesOf(ticketId: unknown): Promise<Message[]>
  /** A message by its id, in whichever ticket it is. */
  findMessage(messageId: string): Promise<Message | null>
  /** The sort keys of what is stored in a partition. */
  itemsOf(partition: string): Promise<string[]>
  stop(): Promise<void>
}

/** The stores over the embedded DynamoDB, empty; the clock is the test's. */
export async function startStores(
  now: () => Date = () => new Date(),
  shared: SharedTable = sharedTable,
): Promise<TestStores> {
  const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-'))
  const database = await startDatabase(folder, (sentence) => {
    throw new Error(sentence)
  })
  await ensureTable(database.endpoint)
  prepareStream(folder)
  const client = databaseClient(database.endpoint)
  const calls = faultyCalls(client)
  const stores = openStores(shared, now, client)
  const allTickets = async () => {
    const { items } = await stores.tickets.tickets({}, { limit: 10_000, after: null })
    const found = await Promise.all(items.map(({ id }) => stores.tickets.ticket(id)))
    return found.filter((one) => one !== null)
  }
  const messagesOf = async (ticketId: unknown) => {
    const ticket = await stores.tickets.ticket(String(ticketId))
    return ticket ? (await stores.tickets.messages(ticket, { limit: 10_000, after: null })).items : []
  }
  return {
    ...stores,
    endpoint: database.endpoint,
    calls,
    allTickets,
    messagesOf,
    async findMessage(messageId) {
      for (const { id } of await allTickets()) {
        const found = (await messagesOf(id)).find((one) => one.id === messageId)
        if (found) return found
      }
      return null
    },
    connect: ({ id, username } = shop) =>
      stores.channels.connect({ twitterUserId: id, username, at: now().toISOString() }),
    async changeChannel(id, settings, at) {
      const channel = await stores.channels.get(id)
      if (!channel || !(await stores.channels.saveSettings(channel, withSettings(channel, settings, at)))) {
        throw new Error(`the settings of ${id} were not changed`)
      }
    },
    async revoke(channelId) {
      const channel = await stores.channels.get(channelId)
      if (channel) await stores.channels.markRevoked(channel)
    },
    async itemsOf(partition) {
      const query = {
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: partition } },
      }
      const { Items = [] } = await client.send(new QueryCommand(query))
      return Items.map((item) => item.sk?.S ?? '')
    },
    async stop() {
      client.destroy()
      await database.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
