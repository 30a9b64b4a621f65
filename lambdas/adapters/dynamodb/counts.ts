import type { CountStore } from '../../core/ports/events.ts'
import { dayCounts, dayOf, daysBetween, type Tally } from '../../core/reports/counts.ts'
import { differenceOf } from '../../core/reports/report.ts'
import type { Ticket } from '../../core/tickets/ticket.ts'
import { addWrites, readSums } from './sums.ts'
import { keys, type TableAccess, type Write } from './table.ts'

const activityKey = (channelId: string) => (shard: number, day: string) => keys.counts(channelId, shard, day)
const reportKey = (channelId: string) => (shard: number, day: string) => keys.report(channelId, shard, day)

/** Counts what a transaction does, within the transaction, so that a repeated event is counted once. */
export function tallyWrites(tableName: string, tally: Tally | null): Write[] {
  if (!tally) return []
  const ones = new Map(tally.names.map((name) => [name as string, 1]))
  return addWrites(tableName, activityKey(tally.channelId), tally.day, ones)
}

/** Updates the sums of reports within the transaction that changes a ticket. */
export function reportWrites(tableName: string, before: Ticket | null, after: Ticket): Write[] {
  return addWrites(tableName, reportKey(after.channelId), dayOf(after.openedAt), differenceOf(before, after))
}

/** Counts and report sums per channel and UTC day. */
export function createCountStore(access: TableAccess): CountStore {
  return {
    async activity(channelId, from, to) {
      const days = await readSums(access, activityKey(channelId), from, to)
      return daysBetween(from, to).map((day) => dayCounts(day, days.get(day) ?? new Map()))
    },

    reported: (channelId, from, to) => readSums(access, reportKey(channelId), from, to),
  }
}
