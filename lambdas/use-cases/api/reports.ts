/** Called by the console and helpdesks for reports over tickets, from sums that every change of a ticket updates. */
import { reportQuery } from '../../core/api/requests.ts'
import type { Channel } from '../../core/channels/channel.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { daysBetween } from '../../core/reports/counts.ts'
import { addUp, type Figures, type Grouping, groupsIn, rowOf } from '../../core/reports/report.ts'
import { inParallel } from '../in-parallel.ts'
import { period } from './activity.ts'
import { type Route, route } from './route.ts'

/** Each reads with 16 queries at once. */
const PARALLEL_CHANNELS = 8

type ChannelSums = { readonly channelId: string; readonly name: string; readonly days: ReadonlyMap<string, Figures> }

export function reportRoutes({ channels, counts, now }: Pick<Stores, 'channels' | 'counts'> & { now: Clock }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/reports/tickets',
      operation: 'reportTickets',
      summary: 'Tickets opened in a period, in their current state, by tag, status, channel or UTC day of opening',
      access: 'agent',
      query: reportQuery,
      body: null,
      answer: 'ticketReport',
      problems: [],
      handle: async ({ query }) => {
        const { from, to } = period(query, now())
        const read = async ({ id, name }: Channel): Promise<ChannelSums> => {
          return { channelId: id, name, days: await counts.reported(id, from, to) }
        }
        const all = await inParallel(await channels.list(), PARALLEL_CHANNELS, read)
        const total = addUp(all.flatMap(({ days }) => [...days.values()]))
        return { from, to, by: query.by, rows: rowsBy(query.by, all, total, from, to), total: rowOf(total, 'all') }
      },
    }),
  ]
}

function rowsBy(by: Grouping, all: readonly ChannelSums[], total: Figures, from: string, to: string) {
  if (by === 'channel') {
    const rows = all.map(({ channelId, name, days }) => ({
      key: channelId,
      label: name,
      ...rowOf(addUp([...days.values()]), 'all'),
    }))
    return rows.filter(({ opened }) => opened > 0)
  }
  if (by === 'day') {
    return daysBetween(from, to).map((day) => {
      const sums = addUp(all.flatMap(({ days }) => days.get(day) ?? []))
      return { key: day, label: day, ...rowOf(sums, 'all') }
    })
  }
  return groupsIn(total, by).map(({ group, key }) => ({ key, label: key, ...rowOf(total, group) }))
}
