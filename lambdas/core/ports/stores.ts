import type { ChannelStore, ConnectingStore, HealthStore } from './channels.ts'
import type { CountStore, EventStore } from './events.ts'
import type { MediaStore } from './media.ts'
import type { DeliveryStore, EndpointStore } from './outgoing.ts'
import type { QuotaStore, ReplyStore, UploadStore } from './replies.ts'
import type { TicketStore } from './tickets.ts'

/** All stores of the one table. */
export type Stores = {
  tickets: TicketStore
  replies: ReplyStore
  quota: QuotaStore
  media: MediaStore
  uploads: UploadStore
  channels: ChannelStore
  connecting: ConnectingStore
  events: EventStore
  counts: CountStore
  health: HealthStore
  endpoints: EndpointStore
  deliveries: DeliveryStore
}
