import { Problem } from '../../core/api/problem.ts'
import {
  type ApiChannel,
  changeChannelBody,
  channelList,
  channel as channelSchema,
  noQuery,
} from '../../core/api/schemas.ts'
import type { Channel } from '../../core/channels/channel.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { type Route, route } from './route.ts'

/** Reading channels, and setting them. */
export function channelRoutes({ channels, now }: Pick<Stores, 'channels'> & { now: Clock }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/channels',
      summary: 'All channels',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: channelList,
      problems: [],
      handle: async () => ({ channels: (await channels.list()).map(channelForPeople) }),
    }),
    route({
      method: 'GET',
      path: '/api/channels/{id}',
      summary: 'One channel',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: channelSchema,
      problems: [404],
      handle: async ({ params }) => found(await channels.get(params.id ?? ''), params.id),
    }),
    route({
      method: 'PATCH',
      path: '/api/channels/{id}',
      summary: 'Set the name, what is processed, and «No messages (h)»',
      access: 'administrator',
      query: noQuery,
      body: changeChannelBody,
      answer: channelSchema,
      problems: [404],
      handle: async ({ params, body }) =>
        found(await channels.change(params.id ?? '', body, now().toISOString()), params.id),
    }),
  ]
}

/** @throws Problem 404 */
function found(channel: Channel | null, id: string | undefined): ApiChannel {
  if (!channel) throw new Problem(404, `there is no channel ${id}`)
  return channelForPeople(channel)
}

/** A channel as the API shows it. */
export function channelForPeople(channel: Channel): ApiChannel {
  const {
    noMessagesChangedAt: _changed,
    inactivityNotifiedFrom: _told,
    revocationNotified: _revocation,
    ...shown
  } = channel
  return shown
}
