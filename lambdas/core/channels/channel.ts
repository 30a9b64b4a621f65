import type { ChatState } from './chat-state.ts'
import type { NoiseRule } from './noise-rules.ts'
import type { QuietHours } from './quiet-hours.ts'

/**
 * `needs_reconnection`: X no longer accepts our access, so nothing can be sent. `disconnected`: kept for its tickets
 * and settings.
 */
export type ChannelStatus = 'connected' | 'needs_reconnection' | 'disconnected'

/** One connected X account and its settings. */
export type Channel = {
  readonly id: string
  readonly type: 'twitter'
  /** The username at first; administrators can change it. */
  readonly name: string
  readonly username: string
  readonly twitterUserId: string
  readonly directMessages: boolean
  readonly mentions: boolean
  /** Hours without a new message after which administrators are notified; null for never. */
  readonly noMessagesHours: number | null
  /** Hours of the week in which silence is expected, so that they do not count; null for none. */
  readonly quietHours: QuietHours | null
  /** The rules against noise, the first that matches decides. */
  readonly rules: readonly NoiseRule[]
  /** Days without a change after which a ticket is erased; null for never. */
  readonly retentionDays: number | null
  /** US dollars that the channel may cost at X in a UTC day; null for no limit. */
  readonly dailyBudgetUsd: number | null
  /** The UTC day (`YYYY-MM-DD`) on which its budget was used up last; null if never, or since it was changed. */
  readonly budgetUsedUpOn: string | null
  /** The last mail about the budget: the UTC day and the percentage (`2026-03-12 80`); null for none. */
  readonly budgetNotified: string | null
  readonly status: ChannelStatus
  /** ISO time at which the account last gave us access: its tokens are from then. */
  readonly connectedAt: string
  /**
   * ISO time from which on messages count: since the account was first connected, or connected again after an
   * administrator disconnected it (rule 7). Access that was lost and given again does not change it.
   */
  readonly countsFrom: string
  /** ISO time at which we received the last message of a customer; null before the first. */
  readonly lastMessageAt: string | null
  /** ISO time at which `noMessagesHours` was last set; null if never. */
  readonly noMessagesChangedAt: string | null
  /** ISO times at which the switches were last turned on; null if they never were off. */
  readonly directMessagesEnabledAt: string | null
  readonly mentionsEnabledAt: string | null
  /** ISO time at which the last reported inactivity began; null before the first report. */
  readonly inactivityNotifiedFrom: string | null
  /** True if administrators were notified that the account revoked our access. */
  readonly revocationNotified: boolean
  /** Grows by one with each change of its settings; a change of an older version is made again. */
  readonly version: number
  /** What it can do with encrypted messages; left out while nobody has set that up. */
  readonly chat?: ChatState | undefined
  /** ISO times of the last attempts to recover its key by a PIN. Not shown. */
  readonly pinAttempts?: readonly string[] | undefined
}

/** So many customers can be blocked: with their ids, the item of the extension stays below the 4 KB of one read unit. */
export const MAX_BLOCKED = 150

/** The settings that an administrator may change. */
export const channelSettings = [
  'name',
  'directMessages',
  'mentions',
  'noMessagesHours',
  'quietHours',
  'rules',
  'retentionDays',
  'dailyBudgetUsd',
] as const satisfies readonly (keyof Channel)[]
export type ChannelSettings = Partial<Pick<Channel, (typeof channelSettings)[number]>>

/**
 * A channel with changed settings. Setting the hours, even to the same value, restarts the count of inactivity.
 * @param at ISO time
 */
export function withSettings(channel: Channel, settings: ChannelSettings, at: string): Channel {
  const hours = settings.noMessagesHours === undefined ? {} : { noMessagesChangedAt: at }
  const enabledAt = (name: 'directMessages' | 'mentions') =>
    settings[name] === true && !channel[name] ? at : channel[`${name}EnabledAt`]
  return {
    ...channel,
    ...settings,
    ...hours,
    ...(settings.dailyBudgetUsd === undefined ? {} : { budgetUsedUpOn: null, budgetNotified: null }),
    directMessagesEnabledAt: enabledAt('directMessages'),
    mentionsEnabledAt: enabledAt('mentions'),
    version: channel.version + 1,
  }
}

/** A channel for a newly connected account: both switches on, no inactivity report. `at` is an ISO time. */
export function newChannel(account: {
  id: string
  twitterUserId: string
  username: string
  name?: string | undefined
  at: string
}): Channel {
  return {
    id: account.id,
    type: 'twitter',
    name: account.name ?? account.username,
    username: account.username,
    twitterUserId: account.twitterUserId,
    directMessages: true,
    mentions: true,
    noMessagesHours: null,
    quietHours: null,
    rules: [],
    retentionDays: null,
    dailyBudgetUsd: null,
    budgetUsedUpOn: null,
    budgetNotified: null,
    status: 'connected',
    connectedAt: account.at,
    countsFrom: account.at,
    lastMessageAt: null,
    noMessagesChangedAt: null,
    directMessagesEnabledAt: null,
    mentionsEnabledAt: null,
    inactivityNotifiedFrom: null,
    revocationNotified: false,
    version: 1,
  }
}
