import type { AuditStore } from './audit.ts'
import type { ChannelStore, ConnectingStore, HealthStore } from './channels.ts'
import type { ChatKeyStore } from './chat.ts'
import type { CustomerUseStore } from './customer-use.ts'
import type { CustomerStore } from './customers.ts'
import type { DeletionStore } from './deletions.ts'
import type { ErasureStore } from './erasure.ts'
import type { CountStore, EventStore } from './events.ts'
import type { MediaStore } from './media.ts'
import type { DeliveryStore, EndpointStore } from './outgoing.ts'
import type { QuotaStore, ReplyStore, UploadStore } from './replies.ts'
import type { WordStore } from './search.ts'
import type { TicketStore } from './tickets.ts'
import type { UsedeskStore } from './usedesk.ts'
import type { XActionStore } from './x-actions.ts'

/** All stores of the one table. */
export type Stores = {
  tickets: TicketStore
  replies: ReplyStore
  quota: QuotaStore
  media: MediaStore
  deletions: DeletionStore
  uploads: UploadStore
  channels: ChannelStore
  connecting: ConnectingStore
  chatKeys: ChatKeyStore
  events: EventStore
  audit: AuditStore
  counts: CountStore
  health: HealthStore
  erasures: ErasureStore
  customerUse: CustomerUseStore
  endpoints: EndpointStore
  deliveries: DeliveryStore
  xActions: XActionStore
  usedesk: UsedeskStore
  words: WordStore
  customers: CustomerStore
}
