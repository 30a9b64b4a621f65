/** Called by the console and helpdesks to read channels, and by administrators to change their settings. */
import { changeChannelBody, noQuery } from '../../core/api/requests.ts'
import type { ApiChannel } from '../../core/api/schemas.ts'
import type { Channel } from '../../core/channels/channel.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { notFound, type Route, route } from './route.ts'
import { toApiChannel } from './shapes.ts'

/** More channels than this show a `lastMessageAt` that may be a minute too early: looking takes some queries for each. */
const MAX_EXACT = 25

export function channelRoutes({
  channels,
  counts,
  now,
}: Pick<Stores, 'channels' | 'counts'> & { now: Clock }): Route[] {
  async function show(channel: Channel): Promise<ApiChannel> {
    return toApiChannel({ ...channel, lastMessageAt: await counts.lastMessageAt(channel) })
  }

  /** @throws Problem 404 */
  function showFound(channel: Channel | null, id: string | undefined): Promise<ApiChannel> {
    if (!channel) throw notFound('channel', id)
    return show(channel)
  }

  return [
    route({
      method: 'GET',
      path: '/api/channels',
      summary: 'All channels',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'channelList',
      problems: [],
      handle: async () => {
        const all = await channels.list()
        return { channels: all.length > MAX_EXACT ? all.map(toApiChannel) : await Promise.all(all.map(show)) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/channels/{id}',
      summary: 'One channel',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'channel',
      problems: [404],
      handle: async ({ params }) => showFound(await channels.get(params.id ?? ''), params.id),
    }),
    route({
      method: 'PATCH',
      path: '/api/channels/{id}',
      summary: 'Change the name, the kinds of messages to process, and «No messages (h)»',
      access: 'administrator',
      query: noQuery,
      body: changeChannelBody,
      answer: 'channel',
      problems: [404],
      handle: async ({ params, body }) =>
        showFound(await channels.change(params.id ?? '', body, now().toISOString()), params.id),
    }),
  ]
}
