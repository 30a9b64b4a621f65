import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { createChannelStore } from '../adapters/dynamodb/channels.ts'
import { createEventStore } from '../adapters/dynamodb/events.ts'
import { createTicketStore } from '../adapters/dynamodb/tickets.ts'
import type { ChannelStore, Clock, EventStore, TicketStore } from '../core/ports.ts'

/** The stores over one table. */
export type Stores = { tickets: TicketStore; channels: ChannelStore; events: EventStore }

/** All stores over the table of that name; the client finds its endpoint in the environment as every SDK client does. */
export function openStores(tableName: string, now: Clock, client = new DynamoDBClient({})): Stores {
  const access = {
    tableName,
    documents: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
  }
  return {
    tickets: createTicketStore(access),
    channels: createChannelStore(access),
    events: createEventStore({ ...access, now }),
  }
}
