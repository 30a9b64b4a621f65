import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { AuditEntry } from '../../core/audit/entry.ts'
import type { AuditFilter, AuditStore } from '../../core/ports/audit.ts'
import { conditionHolds, type Item, keys, type TableAccess } from './table.ts'

/** Entries that one query looks at when a filter leaves some out. DynamoDB looks at 1 MB at most. */
const LOOKED_AT = 1_000

/** Queries for one page that did not end a month, so that a filter that fits little costs some hundred units a page. */
const MAX_QUERIES = 10

/** The audit trail in the table: a partition a month, by time. */
export function createAuditStore(access: TableAccess): AuditStore {
  const { tableName, documents } = access
  return {
    async record({ actor, ...entry }, { expiresAt, customerId }) {
      const { id: actorId, name: actorName, address } = actor
      const item = { ...keys.audit(entry), ...entry, actorId, actorName, address, customerId, expiresAt }
      // If its condition does not hold, it is recorded already.
      await conditionHolds(
        documents.send(
          new PutCommand({ TableName: tableName, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
        ),
      )
    },

    async list(filter, { limit, after }) {
      const found: Item[] = []
      let queries = 0
      const top = `${filter.to}~`
      let upTo = after !== null && after < top ? after : top
      // DynamoDB refuses an empty range.
      if (upTo < filter.from) return pageOf(found, limit, null)
      for (const month of monthsDown(upTo, filter.from)) {
        for (let isOver = false; !isOver; ) {
          const { items, readDownTo } = await readOn(access, month, upTo, filter, limit)
          found.push(...items)
          if (found.length > limit) return pageOf(found, limit, found[limit - 1]?.sk ?? null)
          isOver = readDownTo === null
          upTo = readDownTo ?? upTo
          if (!isOver && ++queries === MAX_QUERIES) return pageOf(found, limit, upTo)
        }
      }
      return pageOf(found, limit, null)
    },
  }
}

/** Looks at some entries of a month below a sort key. */
async function readOn(
  { tableName, documents }: TableAccess,
  month: string,
  upTo: string,
  { person, kind, object, from }: AuditFilter,
  limit: number,
): Promise<{ items: Item[]; readDownTo: string | null }> {
  const conditions = [
    ...(person === undefined ? [] : ['(actorName = :person OR actorId = :person)']),
    ...(kind === undefined ? [] : ['#kind = :kind']),
    ...(object === undefined ? [] : ['#object = :object']),
  ]
  const answer = await documents.send(
    new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ...(conditions.length > 0 && { FilterExpression: conditions.join(' AND ') }),
      ...((kind !== undefined || object !== undefined) && {
        ExpressionAttributeNames: {
          ...(kind !== undefined && { '#kind': 'kind' }),
          ...(object !== undefined && { '#object': 'object' }),
        },
      }),
      ExpressionAttributeValues: {
        ':pk': keys.audit({ at: month, id: '' }).pk,
        ':from': from,
        ':to': upTo,
        ...(person !== undefined && { ':person': person }),
        ...(kind !== undefined && { ':kind': kind }),
        ...(object !== undefined && { ':object': object }),
      },
      ScanIndexForward: false,
      Limit: conditions.length > 0 ? LOOKED_AT : limit + 2,
    }),
  )
  const readDownTo = answer.LastEvaluatedKey ? String(answer.LastEvaluatedKey.sk) : null
  return { items: ((answer.Items ?? []) as Item[]).filter((item) => item.sk !== upTo), readDownTo }
}

function pageOf(found: readonly Item[], limit: number, next: string | null) {
  return { items: found.slice(0, limit).map(entryFrom), next }
}

/** The months from one time down to another, `2026-03`; none if the first is earlier. */
function monthsDown(from: string, downTo: string): string[] {
  const months: string[] = []
  const month = new Date(`${from.slice(0, 7)}-01T00:00:00.000Z`)
  for (; month.toISOString().slice(0, 7) >= downTo.slice(0, 7); month.setUTCMonth(month.getUTCMonth() - 1)) {
    months.push(month.toISOString().slice(0, 7))
  }
  return months
}

/** The entry in its item. */
function entryFrom(item: Item): AuditEntry {
  // Only `record` writes such items, always complete.
  const { id, at, kind, object, before, after, actorId, actorName, address } = item as unknown as AuditEntry & {
    actorId: string
    actorName: string
    address: string | null
  }
  return { id, at, kind, actor: { id: actorId, name: actorName, address }, object, before, after }
}
