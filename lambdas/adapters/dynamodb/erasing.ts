import { randomUUID } from 'node:crypto'
import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Erased, RemoveFiles } from '../../core/ports/erasure.ts'
import { isReply } from '../../core/replies/reply.ts'
import { bucketPrefixes, receivedFolder } from '../../core/tickets/bucket-keys.ts'
import { tagsWithoutPerson, withoutPerson } from '../../core/tickets/erasure.ts'
import { directConversation } from '../../core/tickets/routing.ts'
import type { Message, Ticket } from '../../core/tickets/ticket.ts'
import { messageIdOf } from '../../core/tickets/written.ts'
import {
  conditionHolds,
  type Item,
  type Key,
  keys,
  type ListAccess,
  MESSAGE,
  PENDING,
  partitionFor,
  partitionsOf,
  queryAll,
  type TableAccess,
  TICKET,
  type Write,
  writeUnlessChanged,
} from './table.ts'
import { messageFrom, ticketFrom } from './ticket-items.ts'

/** What stays in the audit trail of a ticket or customer: who did something, and when, but not to whom. */
const ERASED_OBJECT = 'erased'

/**
 * Erases one item of the table that names a customer, with what belongs to it. What leads on to something is deleted
 * after it, so that doing it again after a crash completes it (docs/decisions/erasure.md).
 */
export async function eraseItem(
  access: ListAccess,
  customerId: string,
  item: Item,
  removeFiles: RemoveFiles,
): Promise<Erased> {
  const [kind] = item.pk.split('#')
  switch (kind) {
    case 'CONVERSATION':
      return eraseInConversation(access, customerId, item, removeFiles)
    case 'AUDIT':
      await change(access, item, { object: ERASED_OBJECT, before: null, after: null }, ['customerId'])
      return 'other'
    case 'EVENTS':
      return eraseFromRecord(access, item)
    case 'EXTENSION':
      await unblock(access, item, customerId)
      return 'other'
    case 'WAITING':
      await eraseWaiting(access, item)
      return 'other'
    case 'WORD':
      // Somebody else may have written the id as a word.
      if (item.customerId !== customerId) return 'nothing'
      await remove(access, item)
      return 'other'
    case 'MESSAGE':
    case 'TAG':
    case 'DEFERRED':
    case 'USE':
    case 'CUSTOMER':
    case 'DELIVERIES':
    case 'USEDESK':
    case 'USEDESK_TICKET':
    case 'USEDESK_CLIENT':
      await remove(access, item)
      return 'other'
    default:
      return 'nothing'
  }
}

async function eraseInConversation(
  access: ListAccess,
  customerId: string,
  item: Item,
  removeFiles: RemoveFiles,
): Promise<Erased> {
  const isTheirs = item.pk.endsWith(`#${directConversation(customerId)}`)
  if (item.sk.startsWith(MESSAGE)) {
    const message = messageFrom(item)
    if (isTheirs || message.author.id === customerId) return eraseMessage(access, item, removeFiles)
    return eraseFromMessage(access, item, message, customerId)
  }
  if (item.sk.startsWith(TICKET) && item.version !== undefined) {
    if (!isTheirs && ticketFrom(item).customer.id !== customerId) return 'nothing'
    const erased = await eraseTicket(access, item, removeFiles)
    // Where the conversation goes on is in another ticket of the same customer.
    if (erased === 'ticket') for (const one of await leftovers(access, item)) await remove(access, one)
    return erased
  }
  if (!isTheirs) return 'nothing'
  await remove(access, item)
  return 'other'
}

/** Items in the place of tickets: where a conversation goes on, or that something waits for it. */
async function leftovers(access: TableAccess, { pk }: Key): Promise<Item[]> {
  const items = await itemsIn(access, pk, TICKET)
  return items.filter(({ version }) => version === undefined)
}

/** Erases a ticket with its messages. What reports count of it stays, without a person. */
export async function eraseTicket(access: ListAccess, item: Item, removeFiles: RemoveFiles): Promise<Erased> {
  const ticket = ticketFrom(item)
  const messages = (await itemsIn(access, item.pk, MESSAGE)).filter(({ ticketId }) => ticketId === ticket.id)
  const outcomes: Erased[] = []
  for (const message of messages) outcomes.push(await eraseMessage(access, message, removeFiles))
  if (outcomes.includes('busy')) return 'busy'
  for (const one of await itemsIn(access, item.pk, PENDING)) {
    if (one.ticketId === ticket.id) await remove(access, one)
  }
  await removeFromTags(access, ticket)
  const isErased = await writeUnlessChanged(access, [
    {
      Delete: {
        TableName: access.tableName,
        Key: { pk: item.pk, sk: item.sk },
        ConditionExpression: 'version = :version',
        ExpressionAttributeValues: { ':version': ticket.version },
      },
    },
    { Put: { TableName: access.tableName, Item: reported(access, item, ticket) } },
  ])
  return isErased ? 'ticket' : 'busy'
}

/** What reports count of a ticket. It is in no status: lists would meet it. */
function reported({ partitions }: ListAccess, item: Item, ticket: Ticket): Item {
  const id = randomUUID()
  const { inChannel, openedAt, status, messageCount, outboundCount, firstResponseAt } = item
  return {
    ...keys.erased(ticket.channelId, id),
    inChannel,
    openedAt,
    status,
    messageCount,
    outboundCount,
    ...(firstResponseAt !== undefined && { firstResponseAt }),
    ...(ticket.closedAt !== null && { inStatus: partitionFor(id, 'erased', partitions), closedAt: ticket.closedAt }),
    tags: tagsWithoutPerson(ticket),
  }
}

/** How long before its opening a ticket may have been listed under a tag, by a try that failed. */
const TRIES_MS = 3600_000

/** Removes the entries of a ticket under its tags, those of failed tries and of fewer partitions too. */
async function removeFromTags(access: ListAccess, { id, tags, openedAt }: Ticket): Promise<void> {
  const from = new Date(Date.parse(openedAt) - TRIES_MS).toISOString()
  for (const partition of tags.flatMap((tag) => partitionsOf(`TAG#${tag}`, access.partitions))) {
    const entries = await queryAll(access, {
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': partition, ':from': from, ':to': `${openedAt}~` },
      ConsistentRead: true,
    })
    for (const entry of entries.filter(({ sk }) => sk.endsWith(`#${id}`))) await remove(access, entry)
  }
}

/**
 * Erases a message: its files, what leads to it, then the message. Its entry in the counts stays, under a name that says
 * nothing. A reply that a worker may be sending is `busy`: erased before its answer, it would come back in part.
 */
async function eraseMessage(access: ListAccess, item: Item, removeFiles: RemoveFiles): Promise<Erased> {
  const message = messageFrom(item)
  if (isReply(message) && message.sending.claimedUntil !== null && message.delivery.status === 'pending') return 'busy'
  for (const prefix of filesOf(message)) await removeFiles(prefix)
  for (const key of leadingTo(message)) await remove(access, key)
  const isErased = await writeUnlessChanged(access, [deletionOf(access, item, message), ...countOf(access, item)])
  return isErased ? 'message' : 'busy'
}

function filesOf(message: Message): string[] {
  if (!isReply(message)) return [receivedFolder(message)]
  return message.media.flatMap(({ id }) => [`${bucketPrefixes.sent}/${id}`, `${bucketPrefixes.uploads}/${id}`])
}

/** The pointers to a message, under X's id of each version, and the files that a reply took. */
function leadingTo(message: Message): Key[] {
  const { channelId, id, externalId, versionIds, ticketId, position } = message
  if (!isReply(message)) {
    const ids = message.visibility === 'public' ? [id, ...versionIds.map((one) => messageIdOf('post', one))] : []
    return [...ids.map((one) => keys.pointer(channelId, one)), keys.deletion(ticketId, position, id)]
  }
  return [
    ...message.media.map((one) => keys.upload(one.id)),
    ...(externalId === null ? [] : [keys.pointer(channelId, messageIdOf(message.sending.target.kind, externalId))]),
    keys.pending(ticketId, position, id),
    keys.deletion(ticketId, position, id),
  ]
}

function deletionOf({ tableName }: TableAccess, { pk, sk }: Key, message: Message): Write {
  return {
    Delete: {
      TableName: tableName,
      Key: { pk, sk },
      ...(isReply(message)
        ? {
            ConditionExpression: 'sending.version = :version',
            ExpressionAttributeValues: { ':version': message.sending.version },
          }
        : { ConditionExpression: 'attribute_exists(pk)' }),
    },
  }
}

/** Keeps the entry of an item in the counts. */
function countOf({ tableName }: TableAccess, item: Item): Write[] {
  const { inCounts, countedAt, counts, receivedAt, channelId } = item
  if (inCounts === undefined) return []
  const id = randomUUID()
  const at = String(countedAt).slice(0, String(countedAt).indexOf('#'))
  const kept = { ...keys.erased(String(channelId), id), inCounts, countedAt: `${at}#${id}`, counts, receivedAt }
  return [{ Put: { TableName: tableName, Item: kept } }]
}

/** A message of somebody else that holds something of the customer. */
async function eraseFromMessage(
  access: TableAccess,
  item: Item,
  message: Message,
  customerId: string,
): Promise<Erased> {
  const { entities, addressees, versions, parent, missing, quoted } = withoutPerson(message, customerId)
  const fields = { entities, addressees, versions, parent, missing, quoted }
  if (Object.entries(fields).every(([name, value]) => message[name as keyof Message] === value)) return 'nothing'
  await change(access, item, fields, [])
  return 'other'
}

/** The record of an event keeps its reason, which counts group by, and forgets whose event it was. */
async function eraseFromRecord(access: TableAccess, item: Item): Promise<Erased> {
  if (item.personId === undefined && item.raw === undefined) return 'nothing'
  await change(access, item, { externalId: null }, ['personId', 'raw'])
  return 'other'
}

/** Removes an event that an endpoint has not taken. When it was due, the next one of its group is due in its place. */
async function eraseWaiting(access: TableAccess, item: Item): Promise<void> {
  if (item.inDue !== undefined) {
    const [, next] = await itemsIn(access, item.pk, '')
    if (next) await change(access, next, { inDue: item.inDue, dueAt: item.dueAt }, [])
  }
  await remove(access, item)
}

/** A block would keep whom it concerns. */
async function unblock({ tableName, documents }: TableAccess, { pk, sk }: Key, customerId: string): Promise<void> {
  await documents.send(
    new UpdateCommand({
      TableName: tableName,
      Key: { pk, sk },
      UpdateExpression: 'DELETE blocked :blocked',
      ExpressionAttributeValues: { ':blocked': new Set([customerId]) },
    }),
  )
}

/** Sets and removes attributes of an item that is still there. */
async function change(
  { tableName, documents }: TableAccess,
  { pk, sk }: Key,
  fields: Readonly<Record<string, unknown>>,
  removed: readonly string[],
): Promise<void> {
  const set = Object.keys(fields)
  await conditionHolds(
    documents.send(
      new UpdateCommand({
        TableName: tableName,
        Key: { pk, sk },
        UpdateExpression:
          `SET ${set.map((name) => `#${name} = :${name}`).join(', ')}` +
          (removed.length > 0 ? ` REMOVE ${removed.map((name) => `#${name}`).join(', ')}` : ''),
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: Object.fromEntries([...set, ...removed].map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(set.map((name) => [`:${name}`, fields[name]])),
      }),
    ),
  )
}

async function remove({ tableName, documents }: TableAccess, { pk, sk }: Key): Promise<void> {
  await documents.send(new DeleteCommand({ TableName: tableName, Key: { pk, sk } }))
}

/** The items of a partition whose sort key begins with a text. */
function itemsIn(access: TableAccess, pk: string, beginning: string): Promise<Item[]> {
  return queryAll(access, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :beginning)',
    ExpressionAttributeValues: { ':pk': pk, ':beginning': beginning },
    ConsistentRead: true,
  })
}
