/** Called by the console and helpdesks to read channels, and by administrators to change their settings. */
import { entityTag, mayChange } from '../../core/api/entity-tag.ts'
import { changeChannelBody, noQuery } from '../../core/api/requests.ts'
import type { ApiChannel } from '../../core/api/schemas.ts'
import { changesOf } from '../../core/audit/entry.ts'
import { canonicalJson } from '../../core/canonical-json.ts'
import { type Channel, type ChannelSettings, channelSettings, withSettings } from '../../core/channels/channel.ts'
import type { AuditTrail } from '../../core/ports/audit.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { recordingOnce } from '../audit-trail.ts'
import { conflict, retryOnConflict } from '../retry-on-conflict.ts'
import { refuseOwnName } from './noise-rules.ts'
import { Answer, type ChangeRequest, changedMeanwhile, notFound, type Route, route } from './route.ts'
import { toApiChannel } from './shapes.ts'

/** More channels than this show a `lastMessageAt` that may be a minute too early: looking takes some queries for each. */
const MAX_EXACT = 25

export function channelRoutes({
  channels,
  counts,
  trail,
  now,
}: Pick<Stores, 'channels' | 'counts'> & { trail: AuditTrail; now: Clock }): Route[] {
  /** The public fields, with the exact `lastMessageAt`. */
  async function fieldsOf(channel: Channel): Promise<ApiChannel> {
    return toApiChannel({ ...channel, lastMessageAt: await counts.lastMessageAt(channel) })
  }

  async function show(channel: Channel): Promise<Answer> {
    return new Answer(await fieldsOf(channel), { headers: { etag: entityTag(channel.version, now()) } })
  }

  /** @throws Problem 404 */
  async function find(id: string | undefined): Promise<Channel> {
    const channel = id ? await channels.get(id) : null
    if (!channel) throw notFound('channel', id)
    return channel
  }

  /** @throws Problem 404, and 412 if the settings are not those that the caller has seen */
  function change(
    id: string | undefined,
    settings: ChannelSettings,
    { actor, headers }: ChangeRequest,
  ): Promise<Channel> {
    let tried: Channel | null = null
    const record = recordingOnce(trail, actor)
    return retryOnConflict(`channel ${id}`, async () => {
      const before = await find(id)
      refuseOwnName(settings.rules ?? [], before)
      if (tried && isSame(before, tried)) return before
      if (!mayChange(headers['if-match'], before.version)) throw changedMeanwhile('the settings', await show(before))
      tried = withSettings(before, settings, now().toISOString())
      const changes = changesOf(before, settings)
      if (changes) await record({ kind: 'channel_changed', object: before.id, ...changes })
      return (await channels.saveSettings(before, tried)) ? tried : conflict
    })
  }

  return [
    route({
      method: 'GET',
      path: '/api/channels',
      operation: 'listChannels',
      summary: 'All channels',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'channelList',
      problems: [],
      handle: async () => {
        const all = await channels.list()
        return { channels: all.length > MAX_EXACT ? all.map(toApiChannel) : await Promise.all(all.map(fieldsOf)) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/channels/{id}',
      operation: 'getChannel',
      summary: 'One channel',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'channel',
      problems: [404],
      isVersioned: true,
      handle: async ({ params }) => show(await find(params.id)),
    }),
    route({
      method: 'PATCH',
      path: '/api/channels/{id}',
      operation: 'changeChannel',
      summary: 'Change the name, the kinds of messages to process, the rules against noise, and the other settings',
      access: 'administrator',
      query: noQuery,
      body: changeChannelBody,
      answer: 'channel',
      isVersioned: true,
      problems: [404],
      handle: async ({ params, body, ...request }) => show(await change(params.id, body, request)),
    }),
  ]
}

/** True if the settings that are there are those that we tried to write: the answer to that was lost. */
function isSame(stored: Channel, tried: Channel): boolean {
  const isEqual = (name: keyof ChannelSettings) => canonicalJson(stored[name]) === canonicalJson(tried[name])
  return stored.version === tried.version && channelSettings.every(isEqual)
}
