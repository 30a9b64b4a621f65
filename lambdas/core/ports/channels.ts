import type { Channel } from '../channels/channel.ts'
import type { ChannelHealth, WebhookHealth } from '../channels/health.ts'
import type { Extension } from '../channels/inactivity.ts'
import type { Outage, ReplayEnd } from '../channels/outage.ts'
import type { ChannelSchedule, Turn } from '../channels/turn.ts'
import type { WebhookIds } from '../x/subscriptions.ts'

/** A sign-in at X that has begun, bound to the browser that began it. */
export type Connecting = {
  readonly requestToken: string
  readonly encryptedSecret: string
  /** SHA-256 of the browser's cookie. */
  readonly browser: string
  /** Who began it: the callback comes without a token. */
  readonly by: { readonly id: string; readonly name: string }
  /** The channel that is to be connected again; null to add one. */
  readonly channelId: string | null
  /** ISO time. */
  readonly expiresAt: string
  /** ISO time; null while unused. */
  readonly usedAt: string | null
}

/** Sign-ins at X that have begun. */
export type ConnectingStore = {
  begin(connecting: Connecting): Promise<void>
  get(requestToken: string): Promise<Connecting | null>
  /** Marks it as used; false if it was used already. */
  use(requestToken: string, at: string): Promise<boolean>
}

/** Our webhook at X: its id and address, and the ids of those that were ours at former addresses. */
export type OwnWebhook = WebhookIds & { readonly url: string }

/** An account that gave us access. */
export type ConnectedAccount = {
  readonly twitterUserId: string
  readonly username: string
  /** The name of the channel; if not given, a new channel is named by the username. */
  readonly name?: string | undefined
  /** ISO time. */
  readonly at: string
  /** Replaces the stored tokens. */
  readonly encryptedTokens?: string | undefined
}

/** Channels, their tokens, and what the whole integration shares. */
export type ChannelStore = {
  /** Connects an account: creates its channel, or reconnects the existing one, which keeps its settings. */
  connect(account: ConnectedAccount): Promise<Channel>
  list(): Promise<Channel[]>
  /** The channels of some ids; one that does not exist is left out. */
  several(ids: readonly string[]): Promise<Channel[]>
  get(id: string): Promise<Channel | null>
  /** Null if they were erased. */
  encryptedTokens(channelId: string): Promise<string | null>
  /** The same of several channels, by channel id; none that were erased. */
  encryptedTokensOf(channelIds: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Erases the channel's tokens; its settings and tickets stay. */
  disconnect(channelId: string): Promise<void>
  extension(): Promise<Extension>
  /** X's ids of the customers whose messages are ignored, in every channel. */
  blockedCustomers(): Promise<ReadonlySet<string>>
  /** Blocks a customer or unblocks them; false if as many are blocked already as can be. @param customerId X's id */
  setBlocked(customerId: string, isBlocked: boolean): Promise<boolean>
  /** Turns the whole integration on or off. @param at ISO time */
  setExtension(enabled: boolean, at: string): Promise<void>
  /** Writes what differs between two versions of the settings; false if others have changed them since they were read. */
  saveSettings(before: Channel, after: Channel): Promise<boolean>
  /** Stores that an inactivity was reported. @param since ISO time at which it began */
  inactivityWasNotified(channelId: string, since: string): Promise<void>
  /** Stores what was found of a budget, unless the budget has changed since it was read. */
  saveBudgetState(
    channel: Pick<Channel, 'id' | 'dailyBudgetUsd'>,
    state: Pick<Channel, 'budgetUsedUpOn' | 'budgetNotified'>,
  ): Promise<void>
  revocationWasNotified(channelId: string): Promise<void>
  ownWebhook(): Promise<OwnWebhook | null>
  saveOwnWebhook(webhook: OwnWebhook): Promise<void>
  /**
   * Stores when a customer's message came in; a time earlier than the stored one changes nothing.
   * @param at ISO time
   */
  saveLastMessageAt(channelId: string, at: string): Promise<void>
  /**
   * Marks a channel as one that must be reconnected. A channel that was reconnected since it was read stays connected:
   * what X refused were the tokens of before.
   */
  markRevoked(channel: Pick<Channel, 'id' | 'connectedAt'>): Promise<void>
}

/** What the webhook notes for `reconcile`: that we answered deliveries with an error, and how replays ended. */
export type OutageNotes = {
  /** @param from, @param to ISO times; @throws Error if the note could not be stored */
  note(from: string, to: string): Promise<void>
  /** Notes the end of a replay job, whoever requested it. @param at ISO time, @throws Error if it could not be stored */
  noteReplay(jobId: string, end: ReplayEnd, at: string): Promise<void>
}

/** How far the mentions of a channel were polled. */
export type MentionsMark = {
  /** ISO time. */
  readonly polledTo: string
  /** X's id of the newest mention after which the next poll reads on; null if there is none yet. */
  readonly sinceId: string | null
}

/** What the schedules remember from run to run. Each item has one writer. */
export type HealthStore = {
  webhook(): Promise<WebhookHealth>
  saveWebhook(health: WebhookHealth): Promise<void>
  /** What is known of channels, by channel id; none before the first check. */
  channelHealths(channelIds: readonly string[]): Promise<ReadonlyMap<string, ChannelHealth>>
  saveChannel(channelId: string, health: ChannelHealth): Promise<void>
  /** The marks of channels, by channel id; none before the first poll. */
  mentionsMarks(channelIds: readonly string[]): Promise<ReadonlyMap<string, MentionsMark>>
  saveMentionsMark(channelId: string, mark: MentionsMark): Promise<void>
  /** Where the last run of a schedule stopped. */
  turn(schedule: ChannelSchedule): Promise<Turn>
  saveTurn(schedule: ChannelSchedule, turn: Turn): Promise<void>
  /** True if administrators were told that X ends the event system of the channels. */
  eventSourceEndNotified(): Promise<boolean>
  /** @param at ISO time */
  eventSourceEndWasNotified(at: string): Promise<void>
  /** The period in which we answered deliveries with an error; null if there was none. */
  notedOutage(): Promise<Outage | null>
  /** Widens that period, as the webhook does: for what it could not note itself. */
  noteOutage(outage: Outage): Promise<void>
  /** How X said that a replay job ended; null if it did not yet. */
  replayEnd(jobId: string): Promise<ReplayEnd | null>
  /** Deletes a noted outage, unless it has grown since it was read. */
  forgetOutage(noted: Outage): Promise<void>
}
