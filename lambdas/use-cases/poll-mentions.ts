/**
 * Called every 2 minutes by a schedule. Promises that a mention that no event reports becomes a ticket or a message too:
 * the X Activity API does not report an answer under the customer's own first entry, X's list of mentions has it
 * (docs/decisions/polling.md). What both report is one message. When X refuses, the next run continues.
 */
import type { EventBridgeEvent } from 'aws-lambda'
import type { Channel } from '../core/channels/channel.ts'
import type { Extension } from '../core/channels/inactivity.ts'
import type { ChannelStore, HealthStore } from '../core/ports/channels.ts'
import type { Encryption } from '../core/ports/platform.ts'
import { laterOf } from '../core/time.ts'
import { tokensOf } from './account-tokens.ts'
import { eachChannel } from './each-channel.ts'
import { createListReader, type ListDependencies, notBeforeOf, notRead } from './read-lists.ts'

export type PollDependencies = ListDependencies & {
  channels: ChannelStore
  health: Pick<HealthStore, 'mentionsPolledTo' | 'saveMentionsPolledTo'>
  encryption: Encryption
}

/** Channels polled in parallel, each with one call to X as a rule. */
const PARALLEL_CHANNELS = 10

export function createMentionsPoll(dependencies: PollDependencies) {
  const { channels, health, encryption, log } = dependencies
  const { readMentions } = createListReader(dependencies)

  return async ({ time }: Pick<EventBridgeEvent<string, unknown>, 'time'>): Promise<void> => {
    const now = new Date(time)
    const extension = await channels.extension()
    if (!extension.enabled) return
    const connected = (await channels.list()).filter(({ status, mentions }) => status === 'connected' && mentions)
    const marks = await health.mentionsPolledTo(connected.map(({ id }) => id))
    const markOf = ({ id }: Channel) => marks.get(id) ?? ''
    // The channel that waits longest comes first: X may refuse the last ones, but never the same ones for ever.
    const ordered = connected.toSorted((a, b) => (markOf(a) < markOf(b) ? -1 : 1))
    const failed = await eachChannel(ordered, PARALLEL_CHANNELS, log, (channel) =>
      poll(channel, marks.get(channel.id), extension, now),
    )
    if (failed > 0) throw new Error(`${failed} of ${connected.length} channels could not be polled`)
  }

  async function poll(channel: Channel, mark: string | undefined, extension: Extension, now: Date): Promise<void> {
    const tokens = await tokensOf({ channels, encryption }, channel.id)
    // A channel without tokens is found and reported by `reconcile`.
    if (!tokens) return
    const notBefore = notBeforeOf(channel, extension).mentions
    const from = laterOf(mark ?? notBefore, notBefore)
    const to = now.toISOString()
    const { done } = await readMentions(channel, tokens, { from, to, notBefore }, notRead, now)
    if (done) await health.saveMentionsPolledTo(channel.id, to)
  }
}
