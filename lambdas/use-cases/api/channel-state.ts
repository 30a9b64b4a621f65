/** Called by the console to show in one look whether a channel works. It asks our table only, never X. */
import { noQuery } from '../../core/api/requests.ts'
import { dayIn } from '../../core/channels/budget.ts'
import { faultsOf } from '../../core/channels/channel-faults.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { quotaLeft } from '../../core/replies/quota.ts'
import { notFound, type Route, route } from './route.ts'

/** The last event is looked for so far back: longer than any is kept in «Why no ticket?». */
const EVENTS_MS = 30 * 24 * 3600_000

export function channelStateRoutes({
  channels,
  health,
  quota,
  counts,
  now,
}: Pick<Stores, 'channels' | 'health' | 'quota' | 'counts'> & { now: Clock }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/channels/{id}/state',
      operation: 'getChannelState',
      summary: 'Whether a channel works, what is wrong and what to do; last event and poll, limits left, cost today',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'channelState',
      problems: [404],
      handle: async ({ params }) => {
        const channel = await channels.get(params.id ?? '')
        if (!channel) throw notFound('channel', params.id)
        const { id } = channel
        const at = now()
        const since = new Date(at.getTime() - EVENTS_MS).toISOString()
        const [extension, webhook, healths, marks, lastEventAt, spentTodayUsd, ofMessages, ofPosts] = await Promise.all(
          [
            channels.extension(),
            health.webhook(),
            health.channelHealths([id]),
            health.mentionsMarks([id]),
            counts.lastEventAt(id, since),
            counts.costUsd(id, dayIn(at)),
            quota.read(id, 'direct_message'),
            quota.read(id, 'post'),
          ],
        )
        const polledTo = marks.get(id)?.polledTo ?? null
        const own = healths.get(id)
        return {
          faults: faultsOf({ channel, extension, webhook, health: own, polledTo }, at),
          lastEventAt,
          mentionsPolledAt: polledTo,
          subscriptionsCheckedAt: own?.healthyAt ?? null,
          spentTodayUsd,
          repliesLeft: {
            directMessages: quotaLeft('direct_message', ofMessages, at),
            posts: quotaLeft('post', ofPosts, at),
          },
        }
      },
    }),
  ]
}
