/** Where a channel stands: `needs_reconnection` still receives, but cannot answer; `disconnected` is history. */
export type ChannelStatus = 'connected' | 'needs_reconnection' | 'disconnected'

/** One connected X account and its settings. */
export type Channel = {
  readonly id: string
  readonly type: 'twitter'
  /** Taken from the username at connecting, editable. */
  readonly name: string
  readonly username: string
  readonly twitterUserId: string
  readonly directMessages: boolean
  readonly mentions: boolean
  /** Hours without a new message after which administrators are told; null for never. */
  readonly noMessagesHours: number | null
  readonly status: ChannelStatus
  /** ISO time of the last connecting. */
  readonly connectedAt: string
  /** ISO time at which the last message of a customer came in; null before the first. */
  readonly lastMessageAt: string | null
  /** ISO time at which `noMessagesHours` was set last; null when it never was. */
  readonly noMessagesChangedAt: string | null
  /** The moment from which the silence was counted that administrators were told of; null before the first. */
  readonly inactivityNotifiedFrom: string | null
  /** Whether administrators were told that the account took our access away. */
  readonly revocationNotified: boolean
}

/** What an administrator may set. */
export type ChannelSettings = Partial<Pick<Channel, 'name' | 'directMessages' | 'mentions' | 'noMessagesHours'>>

/** A channel after a change of its settings. Setting the hours anew, even to the same, begins a new count. */
export function withSettings(channel: Channel, settings: ChannelSettings, at: string): Channel {
  const hours = settings.noMessagesHours === undefined ? {} : { noMessagesChangedAt: at }
  return { ...channel, ...settings, ...hours }
}

/** A channel as connecting an account makes it: both switches on, no alarm for silence. */
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
    lastMessageAt: null,
    noMessagesChangedAt: null,
    inactivityNotifiedFrom: null,
    revocationNotified: false,
  }
}
