import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { MessageAddress } from '../../core/ports/queues.ts'
import { positionInReplyId } from '../../core/replies/reply.ts'
import type { Message, Target } from '../../core/tickets/ticket.ts'
import { partsOfTicketId } from '../../core/tickets/ticket-id.ts'
import { messageIdOf } from '../../core/tickets/written.ts'
import { positionOfId, positionOfTime } from '../../core/x/ids.ts'
import { getAll, type Item, type Key, keys, MESSAGE, type TableAccess } from './table.ts'
import { messageFrom } from './ticket-items.ts'

/** Reads a message, strongly consistent; null if there is none. */
export async function readMessage(
  access: TableAccess,
  { ticketId, position, messageId }: MessageAddress,
): Promise<Message | null> {
  const [item] = await getAll(access, [keys.message(ticketId, position, messageId)])
  return item ? messageFrom(item) : null
}

/** Reads a message of a ticket by its id. The id tells the position, except of a post: that has a pointer. */
export async function messageById(access: TableAccess, ticketId: string, messageId: string): Promise<Message | null> {
  const channelId = partsOfTicketId(ticketId)?.channelId ?? ''
  const position = positionInReplyId(messageId) ?? positionInDirectId(messageId)
  if (position !== null) return inTicket(await readMessage(access, { ticketId, position, messageId }))
  const [pointer] = await getAll(access, [keys.pointer(channelId, messageId)])
  return isStored(pointer) ? inTicket(await readMessage(access, addressIn(pointer))) : null

  function inTicket(message: Message | null): Message | null {
    return message?.ticketId === ticketId ? message : null
  }
}

/** The id of the message that the account sent to a target and that is stored under an id of X; null if none is. */
export async function knownAs(
  access: TableAccess,
  channelId: string,
  target: Target,
  externalId: string,
): Promise<string | null> {
  const messageId = messageIdOf(target.kind, externalId)
  const written = target.kind === 'direct_message' ? directMessageKey(channelId, target.recipientId, externalId) : null
  const [pointer, item] = await getAll(access, [keys.pointer(channelId, messageId), ...(written ? [written] : [])])
  if (isStored(pointer)) return addressIn(pointer).messageId
  return item ? messageId : null
}

/** Pages of a conversation that are searched for an edited message: people edit what they just wrote. */
const MAX_SEARCHED_PAGES = 5
const SEARCHED_PER_PAGE = 100

/** The item of an encrypted message by X's sequence id, among the newest of a conversation; undefined if none is. */
export async function messageBySequence(
  { tableName, documents }: TableAccess,
  channelId: string,
  conversationId: string,
  sequenceId: string,
): Promise<Item | undefined> {
  let start: Record<string, unknown> | undefined
  for (let page = 0; page < MAX_SEARCHED_PAGES; page++) {
    const { Items = [], LastEvaluatedKey } = await documents.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :messages)',
        FilterExpression: 'chat.sequenceId = :sequence',
        ExpressionAttributeValues: {
          ':pk': keys.conversationTicket(channelId, conversationId, 1).pk,
          ':messages': MESSAGE,
          ':sequence': sequenceId,
        },
        ConsistentRead: true,
        ScanIndexForward: false,
        Limit: SEARCHED_PER_PAGE,
        ...(start && { ExclusiveStartKey: start }),
      }),
    )
    if (Items[0]) return Items[0] as Item
    if (!LastEvaluatedKey) return undefined
    start = LastEvaluatedKey
  }
  return undefined
}

/** The key of a direct message with a customer, in whichever ticket of theirs it is. */
function directMessageKey(channelId: string, customerId: string, externalId: string): Key {
  const anyTicket = `${channelId}-direct-${customerId}-1`
  return keys.message(anyTicket, positionOfId(externalId), messageIdOf('direct_message', externalId))
}

/** False for a placeholder: an item with what came before its message or conversation. */
export function isStored(item: Item | undefined): item is Item {
  return item?.ticketId !== undefined
}

/** Where the message of a pointer is. */
export function addressIn({ ticketId, position, messageId }: Item): MessageAddress {
  return { ticketId: String(ticketId), position: String(position), messageId: String(messageId) }
}

function positionInDirectId(messageId: string): string | null {
  const id = /^dm-(\d{1,40})$/.exec(messageId)?.[1]
  return id === undefined ? null : positionOfId(id)
}

/**
 * The position of a message by its id and time, without a read. Of a post whose later version came first it is wrong: only
 * its pointer tells that.
 * @param createdAt ISO time
 */
export function positionIn(messageId: string, createdAt: string): string {
  const post = /^post-(\d{1,40})$/.exec(messageId)?.[1]
  return (
    positionInReplyId(messageId) ??
    positionInDirectId(messageId) ??
    (post === undefined ? positionOfTime(Date.parse(createdAt)) : positionOfId(post))
  )
}
