import { channelList, channel as channelSchema, noQuery } from '../core/api.ts'
import { Problem } from '../core/problem.ts'
import type { Stores } from '../runtime/tables.ts'
import { type Route, route } from './route.ts'

/** Reading channels. */
export function channelRoutes({ channels }: Pick<Stores, 'channels'>): Route[] {
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
      handle: async () => ({ channels: await channels.list() }),
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
      handle: async ({ params }) => {
        const channel = params.id ? await channels.get(params.id) : null
        if (!channel) throw new Problem(404, `there is no channel ${params.id}`)
        return channel
      },
    }),
  ]
}
