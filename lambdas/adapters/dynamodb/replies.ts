import { isDeepStrictEqual } from 'node:util'
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Clock } from '../../core/ports/platform.ts'
import type { DueMessage } from '../../core/ports/queues.ts'
import type { ReplyStore } from '../../core/ports/replies.ts'
import type { Idempotency } from '../../core/ports/tickets.ts'
import { isReply, type Reply } from '../../core/replies/reply.ts'
import { namesOfOutcome, type Tally, tallyOfReply } from '../../core/reports/counts.ts'
import { answeredAt, firstAnswerAt, withAnswer } from '../../core/tickets/counted.ts'
import type { Message, Target } from '../../core/tickets/ticket.ts'
import { unsettledIn, withUnsettled } from '../../core/tickets/turn.ts'
import { messageIdOf } from '../../core/tickets/written.ts'
import { userIdOf } from '../../core/x/ids.ts'
import { changeTicket } from './change-ticket.ts'
import { countedAs } from './counts.ts'
import { dueAs, dueIn, postpone } from './due.ts'
import { readMessage } from './message-items.ts'
import { listMessages } from './message-lists.ts'
import {
  conditionHolds,
  getAll,
  type Item,
  type Key,
  keys,
  type ListAccess,
  PENDING,
  queryAll,
  type TableAccess,
  writeUnlessChanged,
} from './table.ts'
import { messageItem, ticketFrom } from './ticket-items.ts'

/** X's limits keep tickets far shorter. */
const ALL_OF_IT = { limit: 10_000, after: null }

/** Replies of agents in the table: messages with a delivery, listed by the time at which they are due. */
export function createReplyStore({ now, ...access }: ListAccess & { now: Clock }): ReplyStore {
  const { tableName, partitions, documents } = access

  /**
   * Makes a sent reply known by X's id, so that its echo counts as stored. An echo that was not recognised may have taken
   * the id; the reply must not look unsent because of it. What waits for the id stays. False if a deletion came first.
   */
  function pointTo(key: Key, { ticketId, position, id, channelId, deletedAt }: Reply): Promise<boolean> {
    return conditionHolds(
      documents.send(
        new UpdateCommand({
          TableName: tableName,
          Key: key,
          UpdateExpression:
            'SET ticketId = :ticketId, #position = :position, messageId = :id, authorId = :account REMOVE expiresAt',
          ...(deletedAt === null ? { ConditionExpression: 'attribute_not_exists(deletedAt)' } : {}),
          ExpressionAttributeNames: { '#position': 'position' },
          ExpressionAttributeValues: {
            ':ticketId': ticketId,
            ':position': position,
            ':id': id,
            ':account': userIdOf(channelId),
          },
        }),
      ),
    )
  }

  /**
   * X's id leads to the reply before the reply says that it is sent: if a crash comes in between, its echo is known, and
   * looking for it at X finds that it is there.
   */
  async function write(before: Reply, after: Reply): Promise<boolean> {
    const known = sentAs(after)
    if (known && !(await pointTo(known, after))) return false
    if (isPending(after) && !isPending(before)) await listPending(access, after)
    if (!(await writeReply(before, after))) {
      if (
        known &&
        !(await readMessage(access, { ticketId: after.ticketId, position: after.position, messageId: after.id }))
      )
        await removeErased(known, after)
      return false
    }
    if (isPending(before) && !isPending(after)) {
      await documents.send(new DeleteCommand({ TableName: tableName, Key: pendingKey(after) }))
    }
    return true
  }

  /** Nothing may lead to a reply that was erased while X took it. */
  async function removeErased(key: Key, { id }: Reply): Promise<void> {
    await conditionHolds(
      documents.send(
        new DeleteCommand({
          TableName: tableName,
          Key: key,
          ConditionExpression: 'messageId = :id',
          ExpressionAttributeValues: { ':id': id },
        }),
      ),
    )
  }

  async function saveOnly(before: Reply, after: Reply): Promise<boolean> {
    if (await write(before, after)) return true
    const deletedAt = await earlierDeletion(access, after)
    return deletedAt !== null && write(before, { ...after, deletedAt })
  }

  /** Lets the ticket of a reply say what is the matter with it. */
  function mark(reply: Reply): Promise<void> {
    const at = now().toISOString()
    const state = unsettledIn(reply.delivery)
    return changeTicket(access, reply.ticketId, (ticket) => withUnsettled(ticket, reply, state, at))
  }

  /** Lets the ticket of a reply that X did not deliver after all say which answer was the first without it. */
  async function answeredWithout({ ticketId }: Reply): Promise<void> {
    const [item] = await getAll(access, [keys.ticket(ticketId)])
    if (item?.version === undefined) return
    const { items } = await listMessages(access, ticketFrom(item), ALL_OF_IT, 'oldest')
    await changeTicket(access, ticketId, (ticket) => ({ ...ticket, firstResponseAt: firstAnswerAt(items) }))
  }

  /** Writes the reply and counts its outcome: the first with the reply itself, a later one in the same transaction. */
  async function writeReply(before: Reply, after: Reply): Promise<boolean> {
    const at = now().toISOString()
    const tally = tallyOfReply(before, after)
    const version = before.sending.version + 1
    const firstOutcome = before.sending.firstOutcome ?? (tally && { status: after.delivery.status, at })
    const next = { ...after, sending: { ...after.sending, firstOutcome, version } }
    const counted = (names: Tally['names'], at: string, id: string) =>
      countedAs({ channelId: after.channelId, names }, { at, id }, partitions)
    const item = {
      ...messageItem(next),
      ...dueAs(next, partitions),
      ...(firstOutcome && counted(namesOfOutcome(firstOutcome.status, after), firstOutcome.at, after.id)),
    }
    const put = {
      TableName: tableName,
      Item: item,
      ConditionExpression: 'sending.version = :version',
      ExpressionAttributeValues: { ':version': before.sending.version },
    }
    if (!tally || before.sending.firstOutcome === null) return conditionHolds(documents.send(new PutCommand(put)))
    const later = {
      ...keys.laterOutcome(after.channelId, after.id, version),
      ...counted(tally.names, at, `${after.id}#${version}`),
    }
    return writeUnlessChanged(access, [{ Put: put }, { Put: { TableName: tableName, Item: later } }])
  }

  return {
    message: (address) => readMessage(access, address),

    async idempotency(ticketId, key, at) {
      const [item] = await getAll(access, [keys.idempotency(ticketId, key)])
      if (!item || String(item.until) <= at) return null
      // Only `commit` writes such items, always complete.
      const { fingerprint, messageId, until } = item as unknown as Idempotency
      return { key, fingerprint, messageId, until }
    },

    async earlierReplyDueAt(reply) {
      const { pk, sk } = pendingKey(reply)
      const earlier = await queryAll(access, {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :own',
        ExpressionAttributeValues: { ':pk': pk, ':from': PENDING, ':own': sk },
        ConsistentRead: true,
        ScanIndexForward: false,
      })
      for (const item of earlier.filter((one) => one.sk !== sk)) {
        const message = await readMessage(access, dueMessageFrom(item))
        // What X may have, or what a crash left listed, holds nobody up.
        if (message?.delivery?.status === 'pending') return message.delivery.dueAt ?? ''
      }
      return null
    },

    async laterPendingReplies(reply) {
      const { pk, sk } = pendingKey(reply)
      const items = await queryAll(access, {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        // `~` sorts after every id and position.
        ExpressionAttributeValues: { ':pk': pk, ':from': `${sk}~`, ':to': `${PENDING}~` },
        ConsistentRead: true,
      })
      return items.map(dueMessageFrom)
    },

    async save(before, after) {
      const answered = answeredAt(after)
      const wasAnswer = answeredAt(before) !== null
      // X has it, whether or not a crash comes before the reply says so.
      if (answered !== null && !wasAnswer)
        await changeTicket(access, after.ticketId, (ticket) => withAnswer(ticket, answered))
      const state = unsettledIn(after.delivery)
      const isOther = state !== unsettledIn(before.delivery)
      // Said too early it is corrected below; said too late it could be lost in a crash, and nobody would know.
      if (isOther && state !== null) await mark(after)
      const isSaved = await saveOnly(before, after)
      if (isOther && (state === null || !isSaved)) {
        const stored = isSaved ? after : await readMessage(access, addressOf(after))
        if (stored && isReply(stored)) await mark(stored)
      }
      if (isSaved && answered === null && wasAnswer) await answeredWithout(after)
      return isSaved
    },

    due: (at, limit) => dueIn(access, 'replies', at, limit),
    postpone: (reply, until) => postpone(access, keys.message(reply.ticketId, reply.position, reply.messageId), until),
  }
}

/** Replies to a target, in the conversation of a ticket, whose attempt has started and has no stored outcome. */
export async function startedAttempts(access: TableAccess, ticketId: string, target: Target): Promise<Reply[]> {
  const { pk } = keys.pending(ticketId, '', '')
  const items = await queryAll(access, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :pending)',
    ExpressionAttributeValues: { ':pk': pk, ':pending': PENDING },
    ConsistentRead: true,
  })
  const found = await Promise.all(items.map((item) => readMessage(access, dueMessageFrom(item))))
  return found
    .filter((one) => one !== null)
    .filter(isReply)
    .filter(({ sending }) => sending.attemptedAt !== null && isDeepStrictEqual(sending.target, target))
}

function dueMessageFrom({ messageId, ticketId, channelId, position }: Item): DueMessage {
  return {
    messageId: String(messageId),
    ticketId: String(ticketId),
    channelId: String(channelId),
    position: String(position),
  }
}

const addressOf = ({ ticketId, position, id: messageId }: Message) => ({ ticketId, position, messageId })

const pendingKey = ({ ticketId, position, id }: Message) => keys.pending(ticketId, position, id)

/** Lists a reply that is to be sent, before it is stored as such. */
export async function listPending({ tableName, documents }: TableAccess, reply: Message): Promise<void> {
  const { id: messageId, ticketId, channelId, position } = reply
  const item = { ...pendingKey(reply), messageId, ticketId, channelId, position }
  await documents.send(new PutCommand({ TableName: tableName, Item: item }))
}

/** True if a reply is still to be sent, or X may have it: then its echo may settle it. */
function isPending({ delivery, sending }: Reply): boolean {
  return delivery.status === 'pending' || sending.attemptedAt !== null
}

/** The key of the pointer to a reply that X has; null for others. */
function sentAs({ delivery, externalId, sending, channelId }: Reply): Key | null {
  if (delivery.status !== 'sent' || externalId === null) return null
  return keys.pointer(channelId, messageIdOf(sending.chat ? 'encrypted_chat' : sending.target.kind, externalId))
}

/** ISO time of a deletion that came before X's id was stored; null if none did. */
async function earlierDeletion(access: TableAccess, reply: Reply): Promise<string | null> {
  const key = reply.deletedAt === null ? sentAs(reply) : null
  const [pointer] = key ? await getAll(access, [key]) : []
  return typeof pointer?.deletedAt === 'string' ? pointer.deletedAt : null
}
