/**
 * Called by `reconcile` for a channel that missed deliveries: reads X's lists and queues what they hold. Routing an event
 * again changes nothing, so a page may be read twice. When X refuses, the next run continues.
 */
import type { Channel } from '../../core/channels/channel.ts'
import type { ChannelHealth } from '../../core/channels/health.ts'
import type { BackfillProgress } from '../../core/channels/outage.ts'
import type { ChannelStore } from '../../core/ports/channels.ts'
import type { AccountTokens } from '../../core/ports/x.ts'
import { createListReader, type ListDependencies, notBeforeOf } from '../read-lists.ts'

export type BackfillDependencies = ListDependencies & { channels: Pick<ChannelStore, 'extension'> }

export function createBackfill(dependencies: BackfillDependencies) {
  const { readMentions, readMessages } = createListReader(dependencies)

  /** Resolves to the channel's health with its progress. Skips what is disabled, because it would open no ticket. */
  return async (channel: Channel, tokens: AccountTokens, known: ChannelHealth, now: Date): Promise<ChannelHealth> => {
    const { backfill } = known
    const extension = await dependencies.channels.extension()
    if (!extension.enabled || !backfill) return known
    const notBefore = notBeforeOf(channel, extension)
    const mentions = channel.mentions
      ? await readMentions(channel, tokens, { ...backfill, notBefore: notBefore.mentions }, backfill.mentions, now)
      : skipped(backfill.mentions)
    const period = { ...backfill, notBefore: notBefore.directMessages }
    const directMessages = channel.directMessages
      ? await readMessages(channel, tokens, period, backfill.directMessages, now)
      : skipped(backfill.directMessages)
    return {
      ...known,
      backfill: mentions.done && directMessages.done ? null : { ...backfill, mentions, directMessages },
    }
  }
}

/** A list whose kind is disabled for the channel is done without a call. */
function skipped(progress: BackfillProgress): BackfillProgress {
  return { ...progress, done: true }
}
