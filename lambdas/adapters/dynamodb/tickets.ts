import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Clock } from '../../core/ports/platform.ts'
import type { CommitResult, Idempotency, Placed, TicketChange, TicketStore } from '../../core/ports/tickets.ts'
import { isReply } from '../../core/replies/reply.ts'
import { tallyOfChange } from '../../core/reports/counts.ts'
import { firstAnswerAt } from '../../core/tickets/counted.ts'
import type { Answers, Continued, Placeholder } from '../../core/tickets/decision.ts'
import { threadOf } from '../../core/tickets/thread.ts'
import { isCounted, type Message, type Ticket } from '../../core/tickets/ticket.ts'
import { partsOfTicketId } from '../../core/tickets/ticket-id.ts'
import { unsettledAmong, withLastText } from '../../core/tickets/turn.ts'
import { messageIdOf } from '../../core/tickets/written.ts'
import { changeTicket } from './change-ticket.ts'
import { newestTicket } from './conversations.ts'
import { countedAs } from './counts.ts'
import { deferralsIn } from './deferrals.ts'
import { holdDeletion } from './deletions.ts'
import { dueAs } from './due.ts'
import { addressIn, isStored, knownAs, messageById, readMessage } from './message-items.ts'
import { listMessages } from './message-lists.ts'
import { openingsSince } from './openings.ts'
import { listPending } from './replies.ts'
import { readSituation } from './situation.ts'
import { conditionHolds, getAll, type Item, type Key, keys, type ListAccess } from './table.ts'
import { messageItem, ticketFrom, ticketItem } from './ticket-items.ts'
import { changedSince, listTickets, numbersOf, waitingTickets } from './ticket-lists.ts'

type Values = Readonly<Record<string, unknown>>

/** A condition, and the values and names in it. */
type Condition = {
  readonly expression: string
  readonly values?: Values
  readonly names?: Readonly<Record<string, string>>
}

/**
 * Tickets and messages in the table. A change is written item by item, in an order in which every step may be repeated:
 * the ticket on condition of the version that was decided on, then the message, then what leads to it. The last step
 * makes it complete; until then the event comes again, or the caller asks again (docs/decisions/ticket-writes.md).
 */
export function createTicketStore({ now, ...access }: ListAccess & { now: Clock }): TicketStore {
  const { tableName, partitions, documents } = access

  /** Writes an item; false if its condition does not hold. */
  function put(item: Values, { expression, values, names }: Condition): Promise<boolean> {
    return conditionHolds(
      documents.send(
        new PutCommand({
          TableName: tableName,
          Item: item,
          ConditionExpression: expression,
          ...(values && { ExpressionAttributeValues: values }),
          ...(names && { ExpressionAttributeNames: names }),
        }),
      ),
    )
  }

  /** Sets fields of an item, removes others; false if its condition does not hold. */
  function update(key: Key, fields: Values, condition: Condition, removed: readonly string[] = []): Promise<boolean> {
    const names = Object.keys(fields)
    return conditionHolds(
      documents.send(
        new UpdateCommand({
          TableName: tableName,
          Key: key,
          UpdateExpression:
            `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}` +
            (removed.length > 0 ? ` REMOVE ${removed.join(', ')}` : ''),
          ConditionExpression: condition.expression,
          ExpressionAttributeNames: {
            ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
            ...condition.names,
          },
          ExpressionAttributeValues: {
            ...Object.fromEntries(names.map((name) => [`:${name}`, fields[name]])),
            ...condition.values,
          },
        }),
      ),
    )
  }

  /** Gives an idempotency key to a message, and again to the same message; false if it belongs to another. */
  function claimKey(ticketId: string, { key, fingerprint, messageId, until }: Idempotency, at: string) {
    const expiresAt = Math.ceil(Date.parse(until) / 1000)
    return put(
      { ...keys.idempotency(ticketId, key), fingerprint, messageId, until, expiresAt },
      {
        expression: 'attribute_not_exists(pk) OR #until <= :now OR messageId = :messageId',
        names: { '#until': 'until' },
        values: { ':now': at, ':messageId': messageId },
      },
    )
  }

  /** Gives the files to the first reply that names them, and removes their expiry; false if another has one. */
  async function takeUploads({ takes = [], message }: TicketChange): Promise<boolean> {
    const taken = takes.map(({ id }) =>
      update(
        keys.upload(id),
        { usedBy: message?.id },
        {
          expression: 'attribute_exists(pk) AND (attribute_type(usedBy, :none) OR usedBy = :usedBy)',
          values: { ':none': 'NULL' },
        },
        ['expiresAt'],
      ),
    )
    return (await Promise.all(taken)).every(Boolean)
  }

  /** A closed ticket stays closed once a later one of its conversation begins; false if it was opened meanwhile. */
  async function closeForGood(
    { id, conversationId, version, isContinued }: Ticket,
    continued: string,
    nextTicketId: string,
  ): Promise<boolean> {
    // In another conversation it may still be the newest.
    if (isContinued || conversationId !== continued) return true
    return update(
      keys.ticket(id),
      { isContinued: true, nextTicketId, version: version + 1 },
      {
        expression: 'version = :before AND #status = :closed',
        names: { '#status': 'status' },
        values: { ':before': version, ':closed': 'closed' },
      },
    )
  }

  /** Leaves word for a post that is still unknown that answers to it came first; false if it is stored meanwhile. */
  function markAnswered(channelId: string, postId: string): Promise<boolean> {
    const key = keys.pointer(channelId, messageIdOf('post', postId))
    return update(key, { hasAnswers: true }, { expression: 'attribute_not_exists(ticketId)' })
  }

  /** Lets a conversation go on in a ticket of another one; false if it went on elsewhere meanwhile. */
  async function continueIn({ conversationId, number, follows }: Continued, ticket: Ticket, by: string | undefined) {
    if (!(await closeForGood(follows, conversationId, ticket.id))) return false
    return put(
      { ...keys.conversationTicket(ticket.channelId, conversationId, number), continuedIn: ticket.id, by },
      { expression: 'attribute_not_exists(pk) OR continuedIn = :here', values: { ':here': ticket.id } },
    )
  }

  /** Lists a ticket under its new tags, before it has them: an entry too many is not shown, one too few hides it. */
  async function addTags(before: Ticket | null, after: Ticket): Promise<void> {
    const added = after.tags.filter((tag) => !before?.tags.includes(tag))
    await Promise.all(
      added.map((tag) =>
        documents.send(
          new PutCommand({
            TableName: tableName,
            Item: { ...keys.tagged(tag, after, partitions), version: after.version },
          }),
        ),
      ),
    )
  }

  /** Removes a ticket from the lists of the tags that it no longer has, unless it got them again. */
  async function removeTags(before: Ticket | null, after: Ticket): Promise<void> {
    const removed = before?.tags.filter((tag) => !after.tags.includes(tag)) ?? []
    await Promise.all(
      removed.map((tag) =>
        conditionHolds(
          documents.send(
            new DeleteCommand({
              TableName: tableName,
              Key: keys.tagged(tag, after, partitions),
              ConditionExpression: 'version < :version',
              ExpressionAttributeValues: { ':version': after.version },
            }),
          ),
        ),
      ),
    )
  }

  /** Writes the ticket; false if it is no longer as it was decided on. */
  async function writeTicket({ before, after, message, placed }: TicketChange): Promise<boolean> {
    const reopens = before?.status === 'closed' && after.status !== 'closed'
    if (before) {
      return put(ticketItem(after, partitions), {
        expression: `version = :version${reopens ? ' AND isContinued = :no' : ''}`,
        values: { ':version': before.version, ...(reopens && { ':no': false }) },
      })
    }
    // The placeholder of a conversation is in the place of its first ticket.
    const isAwaited = after.number === 1 && placed?.awaited.includes(after.conversationId) === true
    // At an earlier try the message may have let the conversation go on elsewhere, in a ticket that is closed by now.
    const place: Condition = isAwaited
      ? { expression: 'attribute_exists(isAwaited) AND attribute_not_exists(version)' }
      : {
          expression: 'attribute_not_exists(pk) OR (attribute_not_exists(version) AND #by = :by)',
          names: { '#by': 'by' },
          values: { ':by': message?.id ?? '' },
        }
    if (await put(ticketItem(after, partitions), place)) return true
    // It may be our own of an earlier try.
    const [item] = await getAll(access, [keys.ticket(after.id)])
    return message !== null && item?.version !== undefined && isCounted(ticketFrom(item), message.id)
  }

  /** Stores a message once. A post is known by the ids of all its versions: the pointer of its own id comes last. */
  async function writeMessage(change: TicketChange, message: Message): Promise<CommitResult> {
    if (message.delivery?.status === 'pending') await listPending(access, message)
    const tally = tallyOfChange(change)
    const at = now().toISOString()
    const counted = tally ? countedAs(tally, { at, id: message.id }, partitions) : {}
    if (message.deletedAt !== null) await holdDeletion(access, message, message.deletedAt)
    const isNew = await put(
      { ...messageItem(message), ...dueAs(message, partitions), ...counted },
      { expression: 'attribute_not_exists(pk)' },
    )
    if (message.visibility === 'private' || isReply(message)) return isNew ? 'done' : 'repeated'
    // A deletion came between two tries.
    if (!isNew && message.deletedAt !== null) await markDeletedAt(message, message.deletedAt)
    const others = message.versionIds.filter((id) => id !== message.externalId).map((id) => messageIdOf('post', id))
    for (const id of [...others, message.id]) {
      const place = unlessStored(change.placed?.placeholders.get(id))
      if (await point(message, id, change.placed, id === message.id ? place : `(${place}) OR ${SAME}`)) continue
      await removeUnlessKnown(message, id)
      return 'changed'
    }
    return 'done'
  }

  /** Leads from an id to a message; false if the condition on the pointer does not hold. */
  function point(
    { channelId, ticketId, position, id: messageId, author }: Message,
    knownBy: string,
    placed: Placed | undefined,
    expression: string,
  ) {
    const fields = { ticketId, position, messageId, ...answersIn(placed?.answers ?? null), authorId: author.id }
    return update(keys.pointer(channelId, knownBy), fields, { expression }, ['expiresAt'])
  }

  /**
   * Two workers may have stored the same post twice, as different versions or in two tickets: the one whose pointer came
   * second takes its message back.
   */
  async function removeUnlessKnown(message: Message, knownBy: string): Promise<void> {
    const { channelId, ticketId, position, id } = message
    const [pointer] = await getAll(access, [keys.pointer(channelId, knownBy)])
    if (!isStored(pointer)) return
    const first = addressIn(pointer)
    if (first.ticketId === ticketId && first.messageId === id) return
    await documents.send(new DeleteCommand({ TableName: tableName, Key: keys.message(ticketId, position, id) }))
    await changeTicket(access, ticketId, (ticket) => (isCounted(ticket, id) ? uncounted(ticket, message) : ticket))
  }

  /** Writes a ticket on condition that it is as it was read. */
  function replace(before: Ticket, after: Ticket): Promise<boolean> {
    return put(ticketItem(after, partitions), {
      expression: 'version = :version',
      values: { ':version': before.version },
    })
  }

  /** Writes only the changed fields, on condition that no other version and nothing fetched was stored meanwhile. */
  async function writeRevision({ before, after }: Revised, placed: Placed | undefined): Promise<CommitResult> {
    const fields = REVISABLE_FIELDS.filter((field) => before[field] !== after[field])
    const lists = (['versions', 'missing'] as const).filter((field) => fields.includes(field))
    const due = dueAs(after, partitions)
    const changed = { ...Object.fromEntries(fields.map((field) => [field, after[field]])), ...due }
    // `dueAt` depends on the media, so they must not have changed.
    const conditions = [
      'attribute_exists(pk) AND attribute_not_exists(erasedAt)',
      '#before = :mediaBefore',
      ...lists.map((field) => `size(#${field}) = :${field}Size`),
    ]
    const values = {
      ':mediaBefore': before.media,
      ...Object.fromEntries(lists.map((field) => [`:${field}Size`, before[field].length])),
    }
    const key = keys.message(before.ticketId, before.position, before.id)
    // A version that the message has is stored: what leads to it, and what came before it, is written first.
    if (before.deletedAt === null && after.deletedAt !== null) await markDeletedAt(before, after.deletedAt)
    const added = after.versionIds.filter((id) => !before.versionIds.includes(id)).map((id) => messageIdOf('post', id))
    const pointed = await Promise.all(
      added.map((id) => point(before, id, placed, `(${unlessStored(placed?.placeholders.get(id))}) OR ${SAME}`)),
    )
    if (!pointed.every(Boolean)) return 'changed'
    const isRevised = await update(
      key,
      changed,
      { expression: conditions.join(' AND '), names: { '#before': 'media' }, values },
      due.inDue === undefined ? ['inDue', 'dueAt'] : [],
    )
    return isRevised ? 'done' : 'repeated'
  }

  async function markDeletedAt(message: Stored, at: string): Promise<void> {
    await holdDeletion(access, message, at)
    const { ticketId, position, id } = message
    const isUnmarked = { expression: 'attribute_exists(pk) AND attribute_not_exists(deletedAt)' }
    await update(keys.message(ticketId, position, id), { deletedAt: at }, isUnmarked)
  }

  return {
    situationOf: (activity) => readSituation(access, activity),

    async commit(change) {
      const { before, after, message, revised, follows, placed, idempotency } = change
      if (idempotency && !(await claimKey(after.id, idempotency, after.updatedAt))) return 'repeated'
      if (!(await takeUploads(change))) return 'changed'
      if (follows && !(await closeForGood(follows, after.conversationId, after.id))) return 'changed'
      if (placed && placed.unknownParentId !== null && !(await markAnswered(after.channelId, placed.unknownParentId)))
        return 'changed'
      if (placed?.continues && !(await continueIn(placed.continues, after, message?.id))) return 'changed'
      await addTags(before, after)
      if (after !== before && !(await writeTicket(change))) return 'changed'
      await removeTags(before, after)
      if (message) return writeMessage(change, message)
      return revised ? writeRevision(revised, placed) : 'done'
    },

    async markDeleted(channelId, externalId, at) {
      const [pointer] = await getAll(access, [keys.pointer(channelId, messageIdOf('post', externalId))])
      if (!isStored(pointer)) throw new Error(`${channelId} has no message with the id ${externalId}`)
      const { ticketId, position, messageId } = addressIn(pointer)
      await markDeletedAt({ ticketId, channelId, position, id: messageId }, at)
      const message = await readMessage(access, { ticketId, position, messageId })
      if (message) await changeTicket(access, ticketId, (ticket) => withLastText(ticket, message, ''))
    },

    ...deferralsIn(access),

    async ticket(id) {
      if (!partsOfTicketId(id)) return null
      const [item] = await getAll(access, [keys.ticket(id)])
      return item && isTicket(item) ? ticketFrom(item) : null
    },

    async currentTicketId({ channelId, conversationId }) {
      return (await newestTicket(access, channelId, conversationId)).ticket?.id ?? null
    },

    tickets: (filter, page) => listTickets(access, filter, page),
    openingsSince: (channelId, since, most) => openingsSince(access, channelId, since, most),
    changedSince: (time) => changedSince(access, time),
    messages: (ticket, page, order = 'oldest') => listMessages(access, ticket, page, order),
    message: (ticketId, messageId) => messageById(access, ticketId, messageId),
    knownAs: (channelId, target, externalId) => knownAs(access, channelId, target, externalId),

    async thread(ticket) {
      const { items } = await listTickets(access, { customerId: ticket.customer.id, channelId: ticket.channelId }, MOST)
      return threadOf(ticket, items)
    },

    numbers: () => numbersOf(access),
    waiting: () => waitingTickets(access),

    async recount(ticket, messages) {
      const outboundCount = messages.filter(({ direction }) => direction === 'outbound').length
      // What is counted but not stored counts when it comes again.
      const counted = ticket.counted.filter((id) => messages.some((one) => one.id === id))
      const after = {
        ...ticket,
        counted,
        messageCount: messages.length,
        outboundCount,
        firstResponseAt: firstAnswerAt(messages),
        unsettled: unsettledAmong(messages),
        version: ticket.version + 1,
      }
      await replace(ticket, after)
    },
  }
}

/** Where a message is stored. */
type Stored = Pick<Message, 'ticketId' | 'channelId' | 'position' | 'id'>
/** Of the tickets of one customer, those that a thread is sought among: the newest. */
const MOST = { limit: 100, after: null }

type Revised = NonNullable<TicketChange['revised']>

/** The fields of a stored message that may change. */
const REVISABLE_FIELDS = [
  'text',
  'entities',
  'media',
  'addressees',
  'externalId',
  'quoted',
  'versions',
  'versionIds',
  'createdAt',
  'mentionsAccount',
  'parent',
  'author',
  'missing',
  'incompleteBecause',
  'deletedAt',
  'notice',
  'chat',
] as const satisfies readonly (keyof Message)[]

/** The condition that no message is stored under an id, and that its placeholder is the one that we know. */
function unlessStored(known: Placeholder | undefined): string {
  if (!known) return 'attribute_not_exists(pk)'
  const deletion = known.deletedAt === null ? 'attribute_not_exists(deletedAt)' : 'attribute_exists(deletedAt)'
  const waiting = known.isAwaited ? 'attribute_exists(isAwaited)' : 'attribute_not_exists(isAwaited)'
  return `attribute_not_exists(ticketId) AND ${deletion} AND ${waiting}`
}

/** A ticket without a message that it counted. */
function uncounted(ticket: Ticket, { id, direction }: Pick<Message, 'id' | 'direction'>): Ticket {
  const counted = ticket.counted.filter((one) => one !== id)
  const outboundCount = ticket.outboundCount - (direction === 'outbound' ? 1 : 0)
  return { ...ticket, counted, messageCount: ticket.messageCount - 1, outboundCount }
}

/** The condition that a pointer leads to the message that it is to lead to. */
const SAME = '(ticketId = :ticketId AND messageId = :messageId)'

function answersIn(answers: Answers | null) {
  return answers ? { answersIn: answers.conversationId, isFirstEntry: answers.isFirstEntry } : {}
}

/** False for a placeholder, and for where a conversation goes on. */
function isTicket({ version }: Item): boolean {
  return version !== undefined
}
