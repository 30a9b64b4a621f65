import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import type { CountStore } from '../../core/ports/events.ts'
import { dayCounts, dayOf, daysBetween, type Tally } from '../../core/reports/counts.ts'
import { differenceOf } from '../../core/reports/report.ts'
import type { Ticket } from '../../core/tickets/ticket.ts'
import { addWrites, readSums } from './sums.ts'
import { keys, type TableAccess } from './table.ts'

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

const activityKey = (channelId: string) => (shard: number, day: string) => keys.counts(channelId, shard, day)
const reportKey = (channelId: string) => (shard: number, day: string) => keys.report(channelId, shard, day)

/** Counts what happened, as a part of the transaction in which it happens: each thing once, whatever comes again. */
export function tallyWrites(tableName: string, tally: Tally | null): Write[] {
  if (!tally) return []
  const ones = new Map(tally.names.map((name) => [name as string, 1]))
  return addWrites(tableName, activityKey(tally.channelId), tally.day, ones)
}

/** Keeps the sums of reports right, as a part of the transaction that changes a ticket. */
export function reportWrites(tableName: string, before: Ticket | null, after: Ticket): Write[] {
  return addWrites(tableName, reportKey(after.channelId), dayOf(after.openedAt), differenceOf(before, after))
}

/** Counts per channel and day. */
export function createCountStore(access: TableAccess): CountStore {
  return {
    async activity(channelId, from, to) {
      const days = await readSums(access, activityKey(channelId), from, to)
      return daysBetween(from, to).map((day) => dayCounts(day, days.get(day) ?? new Map()))
    },

    reported: (channelId, from, to) => readSums(access, reportKey(channelId), from, to),
  }
}
