/** Called by the console to show what happened on a channel, day by day. */
import { wrongFields } from '../../core/api/problem.ts'
import { activityQuery } from '../../core/api/requests.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { dayOf } from '../../core/reports/counts.ts'
import { notFound, type Route, route } from './route.ts'

const DAY_MS = 24 * 3600_000

/** Length of a period in days: without `from`, and at most. */
const DEFAULT_DAYS = 30
const MAX_DAYS = 366

export function activityRoutes({
  channels,
  counts,
  now,
}: Pick<Stores, 'channels' | 'counts'> & { now: Clock }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/channels/{id}/activity',
      operation: 'getChannelActivity',
      summary: 'The counts of a channel per UTC day, oldest first',
      access: 'agent',
      query: activityQuery,
      body: null,
      answer: 'channelActivity',
      problems: [404],
      handle: async ({ params, query }) => {
        const channel = await channels.get(params.id ?? '')
        if (!channel) throw notFound('channel', params.id)
        const { from, to } = period(query, dayOf(now().toISOString()))
        return { days: await counts.activity(channel.id, from, to) }
      },
    }),
  ]
}

/**
 * The first and last day of a query (`YYYY-MM-DD`), both included.
 * @throws Problem 422 if `from` is after `to`, or the period is too long
 */
export function period({ from, to }: { from?: string | undefined; to?: string | undefined }, today: string) {
  const last = to ?? today
  const first = from ?? dayOf(new Date(Date.parse(last) - (DEFAULT_DAYS - 1) * DAY_MS).toISOString())
  const problem =
    first > last
      ? 'must not be after to'
      : Date.parse(last) - Date.parse(first) >= MAX_DAYS * DAY_MS
        ? `must be at most ${MAX_DAYS} days before to`
        : null
  if (problem) throw wrongFields([{ field: 'from', detail: problem }])
  return { from: first, to: last }
}
