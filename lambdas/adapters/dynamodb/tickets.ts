import { TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { CommitResult, TicketChange, TicketStore } from '../../core/ports/tickets.ts'
import { tallyOfChange } from '../../core/reports/counts.ts'
import type { Answers, Placeholder } from '../../core/tickets/decision.ts'
import type { Message } from '../../core/tickets/ticket.ts'
import { messageIdOf } from '../../core/tickets/written.ts'
import { reportWrites, tallyWrites } from './counts.ts'
import { deferralsIn } from './deferrals.ts'
import { dueAs } from './due.ts'
import { pendingWrite } from './replies.ts'
import { readSituation } from './situation.ts'
import { cancellationCodes, conditionHolds, getAll, type Key, keys, type TableAccess, type Write } from './table.ts'
import { indexedAs, tagIndexedAs, ticketFrom } from './ticket-items.ts'
import { changedSince, listMessages, listTickets } from './ticket-lists.ts'

type Condition = {
  ConditionExpression: string
  ExpressionAttributeNames?: Record<string, string>
  ExpressionAttributeValues?: Record<string, unknown>
}

/** Tickets and messages in the table. Every write has the state it was decided on as its condition, so it can be repeated. */
export function createTicketStore(access: TableAccess): TicketStore {
  const { tableName, documents } = access
  return {
    situationOf: (activity) => readSituation(access, activity),

    async commit(change) {
      // The pointer, or the revised message, comes first: its code tells a repeated message from a changed ticket.
      const writes = [
        ...messageWrites(tableName, change),
        ...revisionWrites(tableName, change),
        ...ticketWrites(tableName, change),
        ...(change.message?.delivery?.status === 'pending' ? [pendingWrite(tableName, change.message)] : []),
        ...conversationWrites(tableName, change),
        ...placeWrites(tableName, change),
        ...tallyWrites(tableName, tallyOfChange(change)),
        ...reportWrites(tableName, change.before, change.after),
        ...uploadWrites(tableName, change),
        ...idempotencyWrites(tableName, change),
      ]
      try {
        await documents.send(new TransactWriteCommand({ TransactItems: writes }))
        return 'done'
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error
        const result = resultOf(await cancellationCodes(error), change)
        if (result === null) throw error
        return result
      }
    },

    async markDeleted(channelId, externalId, at) {
      const [pointer] = await getAll(access, [keys.pointer(channelId, messageIdOf('post', externalId))])
      if (!pointer?.messagePk) throw new Error(`${channelId} has no message with the id ${externalId}`)
      await conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { pk: pointer.messagePk, sk: pointer.messageSk },
            UpdateExpression: 'SET deletedAt = :at',
            ConditionExpression: 'attribute_exists(pk) AND attribute_type(deletedAt, :none)',
            ExpressionAttributeValues: { ':at': at, ':none': 'NULL' },
          }),
        ),
      )
    },

    ...deferralsIn(access),

    async ticket(id) {
      const [item] = await getAll(access, [keys.ticket(id)])
      return item ? ticketFrom(item) : null
    },

    async currentTicketId({ channelId, conversationId }) {
      const [item] = await getAll(access, [keys.conversation(channelId, conversationId)])
      return item ? String(item.ticketId) : null
    },

    tickets: (filter, page) => listTickets(access, filter, page),
    changedSince: (time) => changedSince(access, time),
    messages: (ticketId, page, order = 'oldest') => listMessages(access, ticketId, page, order),
  }
}

function messageWrites(tableName: string, { message, placed }: TicketChange): Write[] {
  if (!message) return []
  const others = message.versionIds.filter((id) => id !== message.externalId).map((id) => messageIdOf('post', id))
  const [own, ...more] = [message.id, ...others].map((id) => {
    const condition = unlessStored(placed?.placeholders.get(id))
    return pointerWrite(tableName, message, id, placed?.answers ?? null, condition)
  })
  const item = { ...keys.message(message.ticketId, message.position, message.id), ...message, ...dueAs(message) }
  return [...(own ? [own] : []), put(tableName, item), ...more]
}

/**
 * Leads from an id to a message.
 * @param knownAs the id, built from an id of X
 * @param answers where answers to the message belong
 */
function pointerWrite(
  tableName: string,
  { channelId, ticketId, position, id }: Message,
  knownAs: string,
  answers: Answers | null,
  condition: string,
  values: Readonly<Record<string, unknown>> = {},
): Write {
  const { pk, sk } = keys.message(ticketId, position, id)
  const fields = {
    ticketId,
    messagePk: pk,
    messageSk: sk,
    ...(answers ? { answersIn: answers.conversationId, isFirstEntry: answers.isFirstEntry } : {}),
  }
  return update(tableName, keys.pointer(channelId, knownAs), fields, condition, values)
}

/** The condition that no message is stored under an id, and that its placeholder is the one that we know. */
function unlessStored(known: Placeholder | undefined): string {
  if (!known) return 'attribute_not_exists(pk)'
  const deletion = known.deletedAt === null ? 'attribute_not_exists(deletedAt)' : 'attribute_exists(deletedAt)'
  const waiting = known.isAwaited ? 'attribute_exists(isAwaited)' : 'attribute_not_exists(isAwaited)'
  return `attribute_not_exists(ticketId) AND ${deletion} AND ${waiting}`
}

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
  'deletedAt',
] as const satisfies readonly (keyof Message)[]

/** Writes only the changed fields, on condition that no other version and nothing fetched was stored meanwhile. */
function revisionWrites(tableName: string, { revised, placed }: TicketChange): Write[] {
  if (!revised) return []
  const { before, after } = revised
  const fields = REVISABLE_FIELDS.filter((field) => before[field] !== after[field])
  const lists = (['versions', 'missing'] as const).filter((field) => fields.includes(field))
  const sizes = lists.map((field) => `(attribute_not_exists(#${field}) OR size(#${field}) = :${field}Before)`)
  const due = dueAs(after)
  const isDue = due.inDue !== undefined
  const change: Write = {
    Update: {
      TableName: tableName,
      Key: keys.message(before.ticketId, before.position, before.id),
      UpdateExpression:
        `SET ${[...fields.map((field) => `#${field} = :${field}`), ...(isDue ? ['inDue = :inDue', 'dueAt = :dueAt'] : [])].join(', ')}` +
        (isDue ? '' : ' REMOVE inDue, dueAt'),
      // `dueAt` depends on the media, so they must not have changed.
      ConditionExpression: ['attribute_exists(pk)', 'media = :mediaBefore', ...sizes].join(' AND '),
      ExpressionAttributeNames: Object.fromEntries(fields.map((field) => [`#${field}`, field])),
      ExpressionAttributeValues: Object.fromEntries([
        ...fields.map((field) => [`:${field}`, after[field]]),
        ...lists.map((field) => [`:${field}Before`, before[field].length]),
        [':mediaBefore', before.media],
        ...(isDue
          ? [
              [':inDue', due.inDue],
              [':dueAt', due.dueAt],
            ]
          : []),
      ]),
    },
  }
  const { sk } = keys.message(before.ticketId, before.position, before.id)
  const added = after.versionIds.filter((id) => !before.versionIds.includes(id)).map((id) => messageIdOf('post', id))
  return [
    change,
    ...added.map((id) => {
      const condition = `(${unlessStored(placed?.placeholders.get(id))}) OR messageSk = :known`
      return pointerWrite(tableName, before, id, placed?.answers ?? null, condition, { ':known': sk })
    }),
  ]
}

function ticketWrites(tableName: string, { before, after }: TicketChange): Write[] {
  const condition = before
    ? { ConditionExpression: 'version = :version', ExpressionAttributeValues: { ':version': before.version } }
    : { ConditionExpression: 'attribute_not_exists(pk)' }
  const removed = before?.tags.filter((tag) => !after.tags.includes(tag)) ?? []
  return [
    put(tableName, { ...keys.ticket(after.id), ...after, ...indexedAs(after) }, condition),
    ...after.tags.map((tag) => put(tableName, { ...keys.ticketTag(after.id, tag), ...tagIndexedAs(after, tag) })),
    ...removed.map((tag) => ({ Delete: { TableName: tableName, Key: keys.ticketTag(after.id, tag) } })),
  ]
}

/** A conversation has one current ticket. Only a new ticket replaces it, and only if the ticket that it follows is closed. */
function conversationWrites(tableName: string, { before, after, follows, placed }: TicketChange): Write[] {
  const key = keys.conversation(after.channelId, after.conversationId)
  if (before !== null) {
    const reopened = before.status === 'closed' && after.status !== 'closed'
    return reopened ? [check(tableName, key, 'ticketId', after.id)] : []
  }
  if (follows) return followWrites(tableName, key, after.id, follows.id)
  const isAwaited = placed?.awaited.includes(after.conversationId) === true
  return [update(tableName, key, { ticketId: after.id }, unlessStored(isAwaited ? awaited : undefined))]
}

const awaited: Placeholder = { deletedAt: null, isAwaited: true }

function followWrites(tableName: string, conversation: Key, ticketId: string, closedId: string): Write[] {
  return [
    update(tableName, conversation, { ticketId }, 'ticketId = :closedId', { ':closedId': closedId }),
    check(tableName, keys.ticket(closedId), 'status', 'closed'),
  ]
}

/** What a customer's post settles besides: another conversation that goes on in its ticket, its unknown parent. */
function placeWrites(tableName: string, { after, placed }: TicketChange): Write[] {
  if (!placed) return []
  const { continues, unknownParentId } = placed
  const writes: Write[] = []
  if (continues) {
    const conversation = keys.conversation(after.channelId, continues.conversationId)
    writes.push(...followWrites(tableName, conversation, after.id, continues.follows.id))
  }
  if (unknownParentId !== null) {
    const parent = keys.pointer(after.channelId, messageIdOf('post', unknownParentId))
    writes.push({
      ConditionCheck: { TableName: tableName, Key: parent, ConditionExpression: 'attribute_not_exists(ticketId)' },
    })
  }
  return writes
}

/** Gives the files to the first reply that names them, and removes their expiry. */
function uploadWrites(tableName: string, { takes = [], message }: TicketChange): Write[] {
  return takes.map(({ id }) => ({
    Update: {
      TableName: tableName,
      Key: keys.upload(id),
      UpdateExpression: 'SET usedBy = :message REMOVE expiresAt',
      ConditionExpression: 'attribute_exists(pk) AND attribute_type(usedBy, :none)',
      ExpressionAttributeValues: { ':message': message?.id, ':none': 'NULL' },
    },
  }))
}

/** The idempotency key comes last: its code tells a repeated request from a changed ticket. */
function idempotencyWrites(tableName: string, { idempotency, after }: TicketChange): Write[] {
  if (!idempotency) return []
  const { key, fingerprint, messageId, until } = idempotency
  const item = {
    ...keys.idempotency(after.id, key),
    fingerprint,
    messageId,
    until,
    expiresAt: Math.ceil(Date.parse(until) / 1000),
  }
  return [
    put(tableName, item, {
      ConditionExpression: 'attribute_not_exists(pk) OR #until <= :now',
      ExpressionAttributeNames: { '#until': 'until' },
      ExpressionAttributeValues: { ':now': after.updatedAt },
    }),
  ]
}

function put(tableName: string, item: Record<string, unknown>, condition?: Condition): Write {
  return { Put: { TableName: tableName, Item: item, ...condition } }
}

/** Sets fields. What was a placeholder until now does not expire any more. */
function update(
  tableName: string,
  key: Key,
  fields: Readonly<Record<string, unknown>>,
  condition: string,
  values: Readonly<Record<string, unknown>> = {},
): Write {
  const names = Object.keys(fields)
  return {
    Update: {
      TableName: tableName,
      Key: key,
      UpdateExpression: `SET ${names.map((name) => `${name} = :${name}`).join(', ')} REMOVE expiresAt`,
      ConditionExpression: condition,
      ExpressionAttributeValues: { ...Object.fromEntries(names.map((name) => [`:${name}`, fields[name]])), ...values },
    },
  }
}

function check(tableName: string, key: Key, field: string, value: string): Write {
  return {
    ConditionCheck: {
      TableName: tableName,
      Key: key,
      ConditionExpression: '#field = :value',
      ExpressionAttributeNames: { '#field': field },
      ExpressionAttributeValues: { ':value': value },
    },
  }
}

/** Null if the transaction was cancelled for another reason than a condition or a conflict. */
function resultOf(codes: readonly string[], { message, revised, idempotency }: TicketChange): CommitResult | null {
  if ((message || revised) && codes[0] === 'ConditionalCheckFailed') return 'repeated'
  if (idempotency && codes.at(-1) === 'ConditionalCheckFailed') return 'repeated'
  return codes.some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict') ? 'changed' : null
}
