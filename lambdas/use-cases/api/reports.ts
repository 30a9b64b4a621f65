/** Called by the console and helpdesks for reports over tickets, which are counted when they are asked for. */
import { noQuery, reportQuery } from '../../core/api/requests.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { reportCsv } from '../../core/reports/csv.ts'
import { daysIn, type Grouping, histogramOf, reportOf, secondsBetween } from '../../core/reports/report.ts'
import { customerWaitsSince } from '../../core/tickets/turn.ts'
import { localDayOf } from '../../core/time-zone.ts'
import { inParallel } from '../in-parallel.ts'
import { period } from './activity.ts'
import { Answer, type Route, route } from './route.ts'

/** Each reads with 16 queries at once. */
const PARALLEL_CHANNELS = 8

/** The last moment of the times that sort as strings. */
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z')

type Query = { from?: string | undefined; to?: string | undefined; timeZone: string; by: Grouping }

export function reportRoutes({
  channels,
  counts,
  tickets,
  now,
}: Pick<Stores, 'channels' | 'counts' | 'tickets'> & { now: Clock }): Route[] {
  /** @throws Problem 422 if the period is none */
  async function read({ timeZone, by, ...wanted }: Query) {
    const { from, to } = period(wanted, localDayOf(now(), timeZone))
    const days = daysIn(from, to, timeZone)
    const [first, until] = [days[0]?.from ?? 0, Math.min(days.at(-1)?.until ?? 0, LAST_MS)].map((ms) =>
      new Date(ms).toISOString(),
    ) as [string, string]
    const all = await channels.list()
    const [opened, closed] = await Promise.all([
      inParallel(all, PARALLEL_CHANNELS, ({ id }) => counts.opened(id, first, until)),
      counts.closed(first, until),
    ])
    return { from, to, timeZone, by, ...reportOf({ opened: opened.flat(), closed }, by, days, all) }
  }

  return [
    route({
      method: 'GET',
      path: '/api/reports/tickets',
      operation: 'reportTickets',
      summary: 'Tickets opened in a period, in their present state, and closed in it, by tag, status, channel or day',
      access: 'agent',
      query: reportQuery,
      body: null,
      answer: 'ticketReport',
      problems: [],
      handle: ({ query }) => read(query),
    }),
    route({
      method: 'GET',
      path: '/api/reports/tickets.csv',
      operation: 'exportTicketReport',
      summary: 'The same as CSV, with times in seconds',
      access: 'agent',
      query: reportQuery,
      body: null,
      answer: 'ticketReportCsv',
      mediaType: 'text/csv',
      answerHeaders: { 'Content-Disposition': 'A name for the file' },
      problems: [],
      handle: async ({ query }) => {
        const { from, to, timeZone, by, ...report } = await read(query)
        return new Answer(reportCsv(report, by, timeZone), {
          headers: {
            'content-type': 'text/csv; charset=utf-8',
            'content-disposition': `attachment; filename="tickets-${from}-${to}-${by}.csv"`,
          },
        })
      },
    }),
    route({
      method: 'GET',
      path: '/api/reports/waiting',
      operation: 'reportWaiting',
      summary: 'How many customers wait for us now, by how long they have been waiting',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'waitingReport',
      problems: [],
      handle: async () => {
        const at = now().toISOString()
        const waiting = await tickets.waiting()
        const since = waiting.items.flatMap((ticket) => customerWaitsSince(ticket) ?? []).sort()
        return {
          at,
          count: since.length,
          isWhole: waiting.isWhole,
          longestSince: since[0] ?? null,
          ages: histogramOf(since.map((one) => secondsBetween(one, at))),
        }
      },
    }),
  ]
}
