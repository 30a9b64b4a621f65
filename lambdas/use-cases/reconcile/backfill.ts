/**
 * Called by `reconcile` for a channel that missed deliveries: reads X's lists and queues what they hold. Routing an event
 * again changes nothing, so a page may be read twice. When X refuses, the next run continues.
 */
import type { Channel } from '../../core/channels/channel.ts'
import type { ChannelHealth } from '../../core/channels/health.ts'
import type { Extension } from '../../core/channels/inactivity.ts'
import { type BackfillProgress, notRead, remainderOf } from '../../core/channels/outage.ts'
import type { AccountTokens } from '../../core/ports/x.ts'
import { createHistoryReader, type HistoryDependencies } from '../chat/read-history.ts'
import { createListReader, type ListDependencies, notBeforeOf } from '../read-lists.ts'

export function createBackfill(dependencies: ListDependencies & HistoryDependencies) {
  const readHistory = createHistoryReader(dependencies)
  const { readMentions, readMessages } = createListReader(dependencies)

  /** Resolves to the channel's health with its progress. Skips what is disabled, because it would open no ticket. */
  return async (
    channel: Channel,
    tokens: AccountTokens,
    known: ChannelHealth,
    extension: Extension,
    now: Date,
  ): Promise<ChannelHealth> => {
    const { backfill } = known
    if (!extension.enabled || !backfill) return known
    const notBefore = notBeforeOf(channel, extension)
    const { from, to } = backfill
    const wanted = { from, to, notBefore: notBefore.mentions }
    const mentions = channel.mentions
      ? (await readMentions(channel, tokens, wanted, backfill.mentions, now)).progress
      : skipped(backfill.mentions)
    const period = { from, to, notBefore: notBefore.directMessages }
    const directMessages = channel.directMessages
      ? (await readMessages(channel, tokens, period, backfill.directMessages, now)).progress
      : skipped(backfill.directMessages)
    const begun = backfill.chat ?? notRead
    const chat =
      channel.directMessages && channel.chat?.state === 'readable' && !begun.done
        ? await readHistory(channel, tokens, { from: period.from, notBefore: period.notBefore }, begun, now)
        : backfill.chat
    return { ...known, backfill: remainderOf(backfill, { mentions, directMessages, chat }, now.toISOString()) }
  }
}

/** A list whose kind is disabled for the channel is done without a call. */
function skipped(progress: BackfillProgress): BackfillProgress {
  return { ...progress, done: true }
}
