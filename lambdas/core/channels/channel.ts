import type { ChatState } from './chat-state.ts'

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
  /** What it can do with encrypted messages; left out while nobody has set that up. */
  readonly chat?: ChatState | undefined
}

/** The settings that an administrator may change. */
export type ChannelSettings = Partial<Pick<Channel, 'name' | 'directMessages' | 'mentions' | 'noMessagesHours'>>

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
    directMessagesEnabledAt: enabledAt('directMessages'),
    mentionsEnabledAt: enabledAt('mentions'),
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
    status: 'connected',
    connectedAt: account.at,
    countsFrom: account.at,
    lastMessageAt: null,
    noMessagesChangedAt: null,
    directMessagesEnabledAt: null,
    mentionsEnabledAt: null,
    inactivityNotifiedFrom: null,
    revocationNotified: false,
  }
}
