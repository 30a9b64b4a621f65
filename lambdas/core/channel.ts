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
  }
}
