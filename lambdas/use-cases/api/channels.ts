/** Called by the console and helpdesks to read channels, and by administrators to change their settings. */
import { changeChannelBody, noQuery } from '../../core/api/requests.ts'
import type { ApiChannel } from '../../core/api/schemas.ts'
import type { Channel } from '../../core/channels/channel.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { notFound, type Route, route } from './route.ts'

export function channelRoutes({ channels, now }: Pick<Stores, 'channels'> & { now: Clock }): Route[] {
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
      handle: async () => ({ channels: (await channels.list()).map(toApiChannel) }),
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
      handle: async ({ params }) => found(await channels.get(params.id ?? ''), params.id),
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
        found(await channels.change(params.id ?? '', body, now().toISOString()), params.id),
    }),
  ]
}

/** @throws Problem 404 */
function found(channel: Channel | null, id: string | undefined): ApiChannel {
  if (!channel) throw notFound('channel', id)
  return toApiChannel(channel)
}

/** The public fields of a channel. */
export function toApiChannel(channel: Channel): ApiChannel {
  const {
    countsFrom: _countsFrom,
    noMessagesChangedAt: _changedAt,
    directMessagesEnabledAt: _directMessagesEnabledAt,
    mentionsEnabledAt: _mentionsEnabledAt,
    inactivityNotifiedFrom: _notifiedFrom,
    revocationNotified: _notified,
    ...publicFields
  } = channel
  return publicFields
}
