import type { Channel, ChannelSettings } from '../channels/channel.ts'
import type { ChannelHealth, WebhookHealth } from '../channels/health.ts'
import type { Extension } from '../channels/inactivity.ts'
import type { Gap } from '../channels/outage.ts'

/** A begun connecting of an account, bound to the browser that began. */
export type Connecting = {
  readonly requestToken: string
  readonly encryptedSecret: string
  /** SHA-256 of the cookie. */
  readonly browser: string
  /** ISO time. */
  readonly expiresAt: string
  readonly usedAt: string | null
}

export type ConnectingStore = {
  begin(connecting: Connecting): Promise<void>
  get(requestToken: string): Promise<Connecting | null>
  /** Takes it for one use; false when it is used already. */
  use(requestToken: string, at: string): Promise<boolean>
}

/** The webhook at X that is ours. */
export type OwnWebhook = { readonly id: string; readonly url: string }

export type ChannelStore = {
  /** Connects an account: a new channel, or the one of before with its settings, revived. @param at ISO time */
  connect(account: {
    twitterUserId: string
    username: string
    name?: string | undefined
    at: string
    /** What opens the account, sealed; those of before are replaced. */
    encryptedTokens?: string | undefined
  }): Promise<Channel>
  list(): Promise<Channel[]>
  get(id: string): Promise<Channel | null>
  /** What opens the account, sealed; null when it was erased. */
  encryptedTokens(channelId: string): Promise<string | null>
  /** Ends a channel: its tokens are erased, its settings and tickets stay. */
  disconnect(channelId: string): Promise<void>
  extension(): Promise<Extension>
  /** Switches the whole integration. @param at ISO time */
  setExtension(enabled: boolean, at: string): Promise<void>
  /** Changes settings; null when there is no such channel. @param at ISO time */
  change(channelId: string, settings: ChannelSettings, at: string): Promise<Channel | null>
  /** Remembers the moment from which a silence was counted that was told. */
  inactivityWasNotified(channelId: string, since: string): Promise<void>
  revocationWasNotified(channelId: string): Promise<void>
  ownWebhook(): Promise<OwnWebhook | null>
  saveOwnWebhook(webhook: OwnWebhook): Promise<void>
  /** Remembers that a customer's message came in; an earlier time than the known one changes nothing. */
  messageCame(channelId: string, at: string): Promise<void>
  markRevoked(channelId: string): Promise<void>
}

/** Remembers that deliveries were answered with an error, so that upkeep can ask for what they held. */
export type OutageNotes = {
  /** @param from, @param to ISO times; @throws Error when it could not be kept */
  note(from: string, to: string): Promise<void>
}

/** What upkeep knows from run to run. It is the only writer, but for the notes of trouble. */
export type HealthStore = {
  webhook(): Promise<WebhookHealth>
  saveWebhook(health: WebhookHealth): Promise<void>
  channel(channelId: string): Promise<ChannelHealth>
  saveChannel(channelId: string, health: ChannelHealth): Promise<void>
  /** From when to when deliveries were answered with an error; null when none was. */
  trouble(): Promise<Gap | null>
  /** Forgets trouble that is taken care of, unless there was more since. */
  forgetOutage(trouble: Gap): Promise<void>
}
