import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { createAuditStore } from '../adapters/dynamodb/audit.ts'
import { createChannelStore } from '../adapters/dynamodb/channels.ts'
import { createChatKeyStore } from '../adapters/dynamodb/chat-keys.ts'
import { createConnectingStore } from '../adapters/dynamodb/connecting.ts'
import { createCountStore } from '../adapters/dynamodb/counts.ts'
import { createCustomerUseStore } from '../adapters/dynamodb/customer-use.ts'
import { createCustomerStore } from '../adapters/dynamodb/customers.ts'
import { createDeletionStore } from '../adapters/dynamodb/deletions.ts'
import { createDeliveryStore } from '../adapters/dynamodb/deliveries.ts'
import { createEndpointStore } from '../adapters/dynamodb/endpoints.ts'
import { createErasureStore } from '../adapters/dynamodb/erasures.ts'
import { createEventStore } from '../adapters/dynamodb/events.ts'
import { createHealthStore } from '../adapters/dynamodb/health.ts'
import { createMediaStore } from '../adapters/dynamodb/media.ts'
import { createQuotaStore } from '../adapters/dynamodb/quota.ts'
import { createReplyStore } from '../adapters/dynamodb/replies.ts'
import type { SharedTable } from '../adapters/dynamodb/table.ts'
import { createTicketStore } from '../adapters/dynamodb/tickets.ts'
import { createUploadStore } from '../adapters/dynamodb/uploads.ts'
import { createUsedeskStore } from '../adapters/dynamodb/usedesk.ts'
import { createWordStore } from '../adapters/dynamodb/words.ts'
import { createXActionStore } from '../adapters/dynamodb/x-actions.ts'
import type { Clock } from '../core/ports/platform.ts'
import type { Stores } from '../core/ports/stores.ts'
import { table } from './resources.ts'

/** All stores over one table. The client reads its endpoint from the environment, like every SDK client. */
export function openStores(shared: SharedTable, now: Clock, client = new DynamoDBClient({})): Stores {
  const access = {
    ...shared,
    documents: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
  }
  return {
    tickets: createTicketStore({ ...access, now }),
    replies: createReplyStore({ ...access, now }),
    quota: createQuotaStore(access),
    media: createMediaStore(access),
    deletions: createDeletionStore(access),
    uploads: createUploadStore(access),
    channels: createChannelStore(access),
    connecting: createConnectingStore(access),
    chatKeys: createChatKeyStore(access),
    events: createEventStore({ ...access, now }),
    audit: createAuditStore(access),
    counts: createCountStore({ ...access, now }),
    endpoints: createEndpointStore(access),
    deliveries: createDeliveryStore({ ...access, now }),
    health: createHealthStore(access, table.outage),
    erasures: createErasureStore(access),
    customerUse: createCustomerUseStore(access),
    xActions: createXActionStore(access),
    usedesk: createUsedeskStore(access),
    words: createWordStore(access),
    customers: createCustomerStore({ ...access, now }),
  }
}
