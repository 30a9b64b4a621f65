/**
 * Called by a schedule, every 2 minutes unless the settings say otherwise. Promises that a mention that no event reports becomes a ticket or a message too:
 * the X Activity API does not report an answer under the customer's own first entry, X's list of mentions has it
 * (docs/decisions/polling.md). What both report is one message. When X refuses, the next run continues.
 */
import type { EventBridgeEvent } from 'aws-lambda'
import type { Channel } from '../core/channels/channel.ts'
import type { Extension } from '../core/channels/inactivity.ts'
import { notRead } from '../core/channels/outage.ts'
import type { ChannelStore, HealthStore, MentionsMark } from '../core/ports/channels.ts'
import type { Encryption } from '../core/ports/platform.ts'
import { tokensOf } from './account-tokens.ts'
import { eachChannel } from './each-channel.ts'
import { createListReader, type ListDependencies, newestId, notBeforeOf } from './read-lists.ts'

export type PollDependencies = ListDependencies & {
  channels: ChannelStore
  health: Pick<HealthStore, 'mentionsMarks' | 'saveMentionsMark'>
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
    const marks = await health.mentionsMarks(connected.map(({ id }) => id))
    const markOf = ({ id }: Channel) => marks.get(id)?.polledTo ?? ''
    // The channel that waits longest comes first: X may refuse the last ones, but never the same ones for ever.
    const ordered = connected.toSorted((a, b) => (markOf(a) < markOf(b) ? -1 : 1))
    const failed = await eachChannel(ordered, PARALLEL_CHANNELS, log, (channel) =>
      poll(channel, marks.get(channel.id), extension, now),
    )
    if (failed > 0) throw new Error(`${failed} of ${connected.length} channels could not be polled`)
  }

  /** Reads on from the mark, and moves it only when X has answered completely. */
  async function poll(channel: Channel, mark: MentionsMark | undefined, extension: Extension, now: Date) {
    const tokens = await tokensOf({ channels, encryption }, channel.id)
    // A channel without tokens is found and reported by `reconcile`.
    if (!tokens) return
    const notBefore = notBeforeOf(channel, extension).mentions
    const to = now.toISOString()
    // What was written before the channel, its switch or the extension was last turned on is not asked for (rule 7).
    const { polledTo: from, sinceId } =
      mark && mark.polledTo >= notBefore ? mark : { polledTo: notBefore, sinceId: null }
    const { progress, settledId } = await readMentions(channel, tokens, { from, to, notBefore, sinceId }, notRead, now)
    if (progress.done) {
      await health.saveMentionsMark(channel.id, { polledTo: to, sinceId: newestId([sinceId, settledId]) })
    }
  }
}
