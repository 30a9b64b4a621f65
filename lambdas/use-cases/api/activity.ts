import { Problem, wrongFields } from '../../core/api/problem.ts'
import { activityQuery, channelActivity } from '../../core/api/schemas.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { dayOf } from '../../core/reports/counts.ts'
import { type Route, route } from './route.ts'

const DAY = 24 * 3600_000

/** Days shown when the query names none, and at the most. */
const DAYS = 30
const MOST_DAYS = 366

/** What happened on a channel, day by day. */
export function activityRoutes({
  channels,
  counts,
  now,
}: Pick<Stores, 'channels' | 'counts'> & { now: Clock }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/channels/{id}/activity',
      summary: 'What happened on a channel per UTC day, oldest first',
      access: 'agent',
      query: activityQuery,
      body: null,
      answer: channelActivity,
      problems: [404],
      handle: async ({ params, query }) => {
        const channel = await channels.get(params.id ?? '')
        if (!channel) throw new Problem(404, `there is no channel ${params.id}`)
        const { from, to } = period(query, now())
        return { days: await counts.activity(channel.id, from, to) }
      },
    }),
  ]
}

/**
 * The days that a query means, both included.
 * @throws Problem 422 when they are the wrong way round or too many
 */
export function period({ from, to }: { from?: string | undefined; to?: string | undefined }, now: Date) {
  const last = to ?? dayOf(now.toISOString())
  const first = from ?? dayOf(new Date(Date.parse(last) - (DAYS - 1) * DAY).toISOString())
  const fault =
    first > last
      ? 'must not be after to'
      : Date.parse(last) - Date.parse(first) >= MOST_DAYS * DAY
        ? `must be at most ${MOST_DAYS} days before to`
        : null
  if (fault) throw wrongFields([{ field: 'from', detail: fault }])
  return { from: first, to: last }
}
