import type { Message } from '../../core/tickets/ticket.ts'
import { getAll, keys, type TableAccess } from './table.ts'
import { messageFrom } from './ticket-items.ts'

/** Reads a message by its channel and id, strongly consistent; null if there is none. */
export async function readMessage(access: TableAccess, channelId: string, messageId: string): Promise<Message | null> {
  const [pointer] = await getAll(access, [keys.pointer(channelId, messageId)])
  if (!pointer?.messagePk) return null
  const [item] = await getAll(access, [{ pk: String(pointer.messagePk), sk: String(pointer.messageSk) }])
  return item ? messageFrom(item) : null
}
