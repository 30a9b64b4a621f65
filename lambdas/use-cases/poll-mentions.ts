/**
 * Called by a schedule, every 2 minutes unless the settings say otherwise. Promises that a mention that no event reports
 * becomes a ticket or a message too: the X Activity API does not report an answer under the customer's own first entry,
 * X's list of mentions has it (docs/decisions/polling.md). What both report is one message. When X refuses, or time is
 * short, the next run goes on with the channels that are left.
 */
import type { Context, EventBridgeEvent } from 'aws-lambda'
import { isBudgetUsedUp } from '../core/channels/budget.ts'
import type { Channel } from '../core/channels/channel.ts'
import type { Extension } from '../core/channels/inactivity.ts'
import { notRead } from '../core/channels/outage.ts'
import type { ChannelStore, HealthStore, MentionsMark } from '../core/ports/channels.ts'
import type { Encryption } from '../core/ports/platform.ts'
import { decryptedTokens } from './account-tokens.ts'
import { type Attended, eachChannel } from './each-channel.ts'
import { createListReader, type ListDependencies, newestId, notBeforeOf } from './read-lists.ts'

export type PollDependencies = ListDependencies & {
  channels: Pick<ChannelStore, 'list' | 'extension' | 'encryptedTokensOf'>
  health: Pick<HealthStore, 'mentionsMarks' | 'saveMentionsMark' | 'turn' | 'saveTurn'>
  encryption: Pick<Encryption, 'decrypt'>
}

/** Each with one call to X as a rule, of 300 ms: 10,000 channels take a minute (docs/decisions/many-channels.md). */
const PARALLEL_CHANNELS = 50

/** The longest poll of a channel: ten pages, or two calls to an X that does not answer. */
const MAX_CHANNEL_MS = 20_000

const RESERVE_MS = 5_000

/** One refusal may be for the limit of an account. So many in a row are for that of the app. */
const MAX_REFUSED = 5

/** An empty answer need not be stored each time: asking again from an older mark costs nothing. */
const SAVE_EVERY_MS = 10 * 60_000

/** What is stored of a channel that is polled. */
type Stored = { readonly encryptedTokens: string | null; readonly mark: MentionsMark | undefined }

export function createMentionsPoll(dependencies: PollDependencies) {
  const { channels, health, encryption, log } = dependencies
  const { readMentions } = createListReader(dependencies)

  return async (
    { time }: Pick<EventBridgeEvent<string, unknown>, 'time'>,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<void> => {
    const now = new Date(time)
    const extension = await channels.extension()
    if (!extension.enabled) return
    const connected = (await channels.list()).filter(
      (channel) => channel.status === 'connected' && channel.mentions && !isBudgetUsedUp(channel, now),
    )
    const end = await eachChannel<Stored>(
      connected,
      {
        schedule: 'mentions',
        parallel: PARALLEL_CHANNELS,
        maxChannelMs: MAX_CHANNEL_MS,
        maxRefused: MAX_REFUSED,
        reserveMs: RESERVE_MS,
        remainingMs: () => context.getRemainingTimeInMillis(),
        now,
        health,
        read,
        log,
      },
      (channel, stored, signal) => poll(channel, stored, extension, now, signal),
    )
    log({ event: 'mentions_polled', ...end })
    if (end.failed > 0) throw new Error(`${end.failed} of ${end.channels} channels could not be polled`)
  }

  async function read(some: readonly Channel[]): Promise<ReadonlyMap<string, Stored>> {
    const ids = some.map(({ id }) => id)
    const [tokens, marks] = await Promise.all([channels.encryptedTokensOf(ids), health.mentionsMarks(ids)])
    return new Map(ids.map((id) => [id, { encryptedTokens: tokens.get(id) ?? null, mark: marks.get(id) }]))
  }

  /** Reads on from the mark, and moves it only when X has answered completely. */
  async function poll(
    channel: Channel,
    stored: Stored | undefined,
    extension: Extension,
    now: Date,
    signal: AbortSignal,
  ): Promise<Attended> {
    // A channel without tokens is found and reported by `reconcile`.
    if (!stored?.encryptedTokens) return 'unasked'
    const tokens = await decryptedTokens(encryption, channel.id, stored.encryptedTokens)
    const { mark } = stored
    const notBefore = notBeforeOf(channel, extension).mentions
    const to = now.toISOString()
    // What was written before the channel, its switch or the extension was last turned on is not asked for (rule 7).
    const { polledTo: from, sinceId } =
      mark && mark.polledTo >= notBefore ? mark : { polledTo: notBefore, sinceId: null }
    const period = { from, to, notBefore, sinceId }
    const { progress, settledId, queued, refusal } = await readMentions(channel, tokens, period, notRead, now)
    if (refusal === 429) return 'refused'
    if (!progress.done) return 'unasked'
    signal.throwIfAborted()
    const isDue = from !== mark?.polledTo || now.getTime() - Date.parse(from) >= SAVE_EVERY_MS
    const after = { polledTo: to, sinceId: newestId([sinceId, settledId]) }
    if (queued > 0 || after.sinceId !== sinceId || isDue) await health.saveMentionsMark(channel.id, after)
    return 'answered'
  }
}
