/** Called by administrators to enter and forget the key of a channel, and by agents to read a notice again. */
import { Problem } from '../../core/api/problem.ts'
import { chatKeyBody, noQuery } from '../../core/api/requests.ts'
import type { Channel } from '../../core/channels/channel.ts'
import type { AuditTrail } from '../../core/ports/audit.ts'
import type { Bucket } from '../../core/ports/media.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { userIdOf } from '../../core/x/ids.ts'
import { createKeyEntry, type EnterKeyDependencies } from '../chat/enter-key.ts'
import { createLaterReading, type ReadLaterDependencies } from '../chat/read-later.ts'
import { toApiMessage } from './messages.ts'
import { Answer, notFound, type Route, route } from './route.ts'
import { toApiChannel } from './shapes.ts'

export type ChatKeyDependencies = Stores &
  EnterKeyDependencies &
  Omit<ReadLaterDependencies, 'events'> & {
    eventQueue: ReadLaterDependencies['events']
    bucket: Bucket
    trail: AuditTrail
  }

export function chatKeyRoutes(dependencies: ChatKeyDependencies): Route[] {
  const { channels, chatKeys, tickets, bucket, eventQueue, trail, log } = dependencies
  const enterKey = createKeyEntry(dependencies)
  const { find, readAgain, readLastDays } = createLaterReading({ ...dependencies, events: eventQueue })

  /** @throws Problem 404 */
  async function channelOf(id: string | undefined): Promise<Channel> {
    const channel = id ? await channels.get(id) : null
    if (!channel) throw notFound('channel', id)
    return channel
  }

  return [
    route({
      method: 'PUT',
      path: '/api/channels/{id}/chat-key',
      operation: 'enterChatKey',
      summary: 'Enter the key for encrypted messages, by the PIN of the account or as a key file; no answer holds it',
      access: 'administrator',
      query: noQuery,
      body: chatKeyBody,
      answer: 'channel',
      problems: [404, 409, 502],
      handle: async ({ params, body, actor }) => {
        const channel = await channelOf(params.id)
        const { pin, keyFile } = body
        await trail.record(actor, {
          kind: 'chat_key_entered',
          object: channel.id,
          before: keyIn(channel),
          after: { by: pin === undefined ? 'key file' : 'PIN' },
        })
        const chat = await enterKey(channel, pin === undefined ? { keyFile: keyFile ?? '' } : { pin })
        const entered = { ...channel, chat }
        await readLastDays(entered)
        return toApiChannel(entered)
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/channels/{id}/chat-key',
      operation: 'forgetChatKey',
      summary: 'Forget the key for encrypted messages; those that come then are notices',
      access: 'administrator',
      query: noQuery,
      body: null,
      answer: 'channel',
      problems: [404],
      handle: async ({ params, actor }) => {
        const known = await channelOf(params.id)
        await trail.record(actor, { kind: 'chat_key_forgotten', object: known.id, before: keyIn(known) })
        const { chat: _forgotten, ...channel } = known
        await chatKeys.forgetAccountKey(channel.id)
        log({ event: 'chat_key_state', channelId: channel.id, state: 'off' })
        return toApiChannel(channel)
      },
    }),
    route({
      method: 'POST',
      path: '/api/tickets/{id}/messages/{messageId}/read-now',
      operation: 'readMessageNow',
      summary: 'Read an encrypted message again that is a notice; the message changes some seconds later',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'message',
      status: 202,
      problems: [404, 409],
      handle: async ({ params }) => {
        const ticket = params.id ? await tickets.ticket(params.id) : null
        if (!ticket) throw notFound('ticket', params.id)
        const message = await find(ticket, params.messageId ?? '')
        if (!message) throw notFound('message', params.messageId)
        const queued = await readAgain(userIdOf(ticket.channelId), ticket, [message])
        if (queued === 0) throw new Problem(409, 'the message is no notice that can be read again')
        return new Answer(await toApiMessage(message, bucket), { status: 202 })
      },
    }),
  ]
}

/** The key of a channel as the audit trail tells of it. */
function keyIn({ chat }: Channel) {
  return { state: chat?.state ?? 'off', keyVersion: chat?.keyVersion ?? null }
}
