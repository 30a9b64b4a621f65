import type { Channel } from '../channels/channel.ts'
import type { Replay } from '../channels/outage.ts'
import { isSameText, type Reply } from '../replies/reply.ts'
import type { Activity, DirectMessage, EncryptedChat, Post, Revocation } from '../x/activity.ts'
import { positionOfId } from '../x/ids.ts'
import { compareMedia } from './attachment.ts'
import type { Message, Ticket, TicketKind } from './ticket.ts'
import { firstVersionOf, messageIdOf } from './written.ts'

/** The conversation of the answers of an author to a post of their own (rule 2). */
export type Conversation = {
  readonly id: string
  /** Its newest ticket; null if it has none. */
  readonly ticket: Ticket | null
}

/** What is stored of a message that has not come yet. */
export type Placeholder = {
  /** ISO time; null if no deletion of it came. */
  readonly deletedAt: string | null
  /** True if deferred events wait for it. */
  readonly isAwaited: boolean
}

/** ISO time of a deletion that came before the post or one of its versions; null if none did. */
export function deletionIn(placeholders: ReadonlyMap<string, Placeholder>): string | null {
  return [...placeholders.values()].find((one) => one.deletedAt !== null)?.deletedAt ?? null
}

/** The stored state that matters for deciding on one activity. */
export type Situation = {
  readonly extensionEnabled: boolean
  /** The channel of the account for which X sent it; null if the account was never connected. */
  readonly channel: Channel | null
  /** True if the author of a post is a connected account. */
  readonly authorIsConnected: boolean
  /** The ticket in which it is already a message; null if it is new. */
  readonly storedIn: string | null
  /** For a post: the message that stores it or another version of it, and the ticket; null if there is none. */
  readonly stored: { readonly message: Message; readonly ticket: Ticket; readonly answers: Answers | null } | null
  /** For a private message: the customer's newest direct ticket; null if there is none. */
  readonly current: Ticket | null
  /** For a post that answers one of its own author: the conversation of the answers to that one. */
  readonly answered: (Conversation & { readonly parentIsFirstEntry: boolean }) | null
  /** For a post: the conversation of the answers to it, if one of them came first. */
  readonly own: Conversation | null
  /** The ticket that contains the post's parent; null if none does. */
  readonly parent: Ticket | null
  /** The last replay that we requested from X; null if there was none. */
  readonly replay: Replay | null
  /** The post's parent, if it is a message of the channel. */
  readonly parentMessage: Message | null
  /** Our replies to the same target whose outcome is unknown. */
  readonly attempts: readonly Reply[]
  /** What is stored of it, or of other versions of it, without a message; by message id. */
  readonly placeholders: ReadonlyMap<string, Placeholder>
  /** What deferred events wait for that may come with this activity: message ids, or the id of a conversation. */
  readonly awaited: readonly string[]
}

/** What to do with an activity. People read `reason` (rule 9). */
export type Decision =
  | {
      readonly do: 'open'
      readonly kind: TicketKind
      readonly conversationId: string
      /** The closed ticket of the same conversation that it follows. */
      readonly follows: Ticket | null
      /** The earlier ticket to show to people: `follows`, or the one that contains the parent. */
      readonly previousTicketId: string | null
      readonly answers: Answers | null
      /** X's id of a parent that must still be unknown when this is written; null if it is known or there is none. */
      readonly unknownParentId: string | null
      readonly reason: string
    }
  | {
      readonly do: 'join'
      readonly ticket: Ticket
      readonly direction: 'inbound' | 'outbound'
      readonly answers: Answers | null
      /** A conversation that goes on in the joined ticket, because its newest ticket (`follows`) is closed. */
      readonly continues: { readonly conversationId: string; readonly follows: Ticket } | null
      readonly reason: string
    }
  /** It is a version of a post that is already a message. */
  | {
      readonly do: 'revise'
      readonly ticket: Ticket
      readonly message: Message
      readonly reason: string
    }
  /** It is the echo of our reply, so X has the reply. */
  | { readonly do: 'settle'; readonly reply: Reply; readonly reason: string }
  | { readonly do: 'mark_deleted'; readonly ticketId: string; readonly reason: string }
  | { readonly do: 'mark_revoked'; readonly reason: string }
  | { readonly do: 'repeat'; readonly ticketId: string; readonly reason: string }
  | { readonly do: 'ignore'; readonly reason: string }
  /** It is ignored, unless what it belongs to comes later: then it is routed again. */
  | {
      readonly do: 'defer'
      /** The message id or conversation that it waits for. */
      readonly until: string
      /** The ticket that it was decided on; null if there is none. */
      readonly seen: Ticket | null
      readonly reason: string
    }
  /** A deletion that comes before its post. */
  | { readonly do: 'remember_deletion'; readonly reason: string }

/** Where answers to a customer's post belong, and whether it is a first entry (rule 2). */
export type Answers = { readonly conversationId: string; readonly isFirstEntry: boolean }

/** Decides on an activity by rules 1 to 3 and 5 to 10; rule 4 is in `ticket.ts`. Pure. */
export function decide(activity: Activity, situation: Situation): Decision {
  const { channel, storedIn } = situation
  if (!channel) return ignore('no channel is connected for this X account')
  if (activity.kind === 'revoke') return decideRevocation(activity, channel)
  if (activity.kind === 'post_deletion') return decideDeletion(storedIn)
  if (activity.kind === 'encrypted_chat' && activity.isGroup) return ignore('an encrypted message in a group')
  if (storedIn !== null && !isUnknownVersion(activity, situation.stored?.message)) {
    return { do: 'repeat', ticketId: storedIn, reason: 'it is already stored' }
  }
  const off = switchedOff(channel, situation.extensionEnabled)
  if (off) return off
  if (activity.kind === 'post' && situation.stored) return decideVersion(activity, situation.stored, channel)
  if (activity.kind === 'post') return decidePost(activity, situation, channel)
  return decidePrivate(activity, situation, channel)
}

/** The conversation id of a customer's direct messages. @param customerId X's id */
export function directConversation(customerId: string): string {
  return `direct-${customerId}`
}

/** The conversation id of the answers to a post by its own author. @param postId X's id */
export function mentionConversation(postId: string): string {
  return `mention-${postId}`
}

/**
 * True if a post answers one of its own author that is an entry, or may be one. One that X shows not to address the
 * account is none.
 * @param parent the answered post, if it is stored
 */
export function answersOwnEntry({ author, inReplyTo }: Post, parent: Message | null): boolean {
  if (!inReplyTo?.postId) return false
  if (parent) return parent.direction === 'inbound' && parent.author.id === author.id
  return inReplyTo.userId === author.id && inReplyTo.addressesAccount !== false
}

/** X's id of the other person of a direct or encrypted message; null if X does not name them. */
export function otherParty(activity: DirectMessage | EncryptedChat): string | null {
  if (activity.sender.id !== activity.channelUserId) return activity.sender.id
  return activity.kind === 'direct_message' ? activity.recipient.id : null
}

/** Rule 7: a disconnected channel or a disabled extension ignores the event; the record remains. */
function switchedOff(channel: Channel, extensionEnabled: boolean): Decision | null {
  if (channel.status === 'disconnected') return ignore('the channel is disconnected')
  if (!extensionEnabled) return ignore('the Twitter extension is disabled')
  return null
}

/**
 * Rules 1, 5 and 7 for direct messages. An encrypted message is a direct message with a notice as its text (rule 10).
 */
function decidePrivate(message: DirectMessage | EncryptedChat, situation: Situation, channel: Channel): Decision {
  if (message.sender.id === channel.twitterUserId) return decideOwnPrivate(message, situation, channel)
  if (!channel.directMessages) return ignore('direct messages are switched off for this channel')
  const { current } = situation
  const conversationId = directConversation(message.sender.id)
  const open = { do: 'open', kind: 'direct', conversationId, answers: null, unknownParentId: null } as const
  if (!current) {
    return { ...open, follows: null, previousTicketId: null, reason: 'the first direct message of this customer' }
  }
  if (current.status === 'closed') {
    const reason = "the customer's last direct ticket was closed"
    return { ...open, follows: current, previousTicketId: current.id, reason }
  }
  return joins(current, 'inbound', "it continues the customer's direct ticket")
}

/** Rule 5 for direct messages that the account itself sent. */
function decideOwnPrivate(message: DirectMessage | EncryptedChat, situation: Situation, channel: Channel): Decision {
  if (message.kind === 'encrypted_chat') return ignore('an encrypted message of the account itself')
  if (message.recipient.id === channel.twitterUserId) return ignore('a direct message of the account to itself')
  const ours = settleByEcho(message, situation)
  if (ours) return ours
  if (situation.current) return joins(situation.current, 'outbound', 'the account wrote it on X itself')
  return {
    do: 'defer',
    until: directConversation(message.recipient.id),
    seen: null,
    reason: 'a direct message of the account to a person without a ticket',
  }
}

/**
 * Rule 5: if an echo comes before we store X's id, we recognize it by the attempt with the same target, text and media.
 */
function settleByEcho(echo: DirectMessage | Post, { attempts }: Situation): Decision | null {
  const alike = attempts
    .filter((one) => isSameText(one.text, echo.text, one.sending.target.kind))
    .map((one) => ({
      one,
      media: compareMedia({ media: one.media, uploadedMedia: one.sending.uploadedMedia }, echo.media),
    }))
  const reply = (alike.find(({ media }) => media === 'exact') ?? alike.find(({ media }) => media === 'alike'))?.one
  return reply ? { do: 'settle', reply, reason: 'it is the echo of our reply' } : null
}

/**
 * True for a version of a stored post that we do not have yet. X gives each version its own id and lists the others.
 */
function isUnknownVersion(activity: Activity, message: Message | undefined): boolean {
  if (activity.kind !== 'post' || !message) return false
  const wasEdited = activity.versionIds.length > 1 || message.versionIds.length > 1
  const isShown = message.externalId === activity.externalId
  return wasEdited && !isShown && !message.versions.some((one) => one.externalId === activity.externalId)
}

/** Rule 8 for edited posts: a version changes the stored message and opens no ticket. */
function decideVersion(post: Post, { message, ticket }: NonNullable<Situation['stored']>, channel: Channel): Decision {
  const isCustomers = message.direction === 'inbound'
  if (isCustomers && !channel.mentions) return ignore('mentions are switched off for this channel')
  const revise = { do: 'revise', ticket, message } as const
  if (isNewer(post.externalId, message.externalId)) return { ...revise, reason: 'the post was edited' }
  // In order, this version would have come first and been ignored, unless one before it is a message.
  const follows = message.versions.some((one) => isNewer(post.externalId, one.externalId))
  if (isCustomers && !addresses(post, channel) && !follows) {
    return versionWithoutMention(
      post,
      ticket,
      'an earlier version of an edited post, which does not mention the account',
    )
  }
  return { ...revise, reason: 'it is an earlier version of an edited post' }
}

/** Such a version counts only if an earlier one, which mentions the account, comes later. */
function versionWithoutMention(post: Post, seen: Ticket | null, reason: string): Decision {
  const [first] = post.versionIds
  if (first === undefined || first === post.externalId) return ignore(reason)
  return { do: 'defer', until: messageIdOf('post', first), seen, reason }
}

/** True if a post is newer than the version that a message shows. X's ids grow with time. */
export function isNewer(id: string, shown: string | null): boolean {
  return shown === null || positionOfId(id) > positionOfId(shown)
}

/** Rules 2, 3, 5, 6 and 7 for posts. */
function decidePost(post: Post, situation: Situation, channel: Channel): Decision {
  if (post.isRepost) return ignore('a repost')
  if (post.author.id === channel.twitterUserId) return decideOwnPost(post, situation)
  if (situation.authorIsConnected) return ignore('a post of another connected account')
  if (!addresses(post, channel)) return versionWithoutMention(post, null, 'it does not mention the account')
  if (!channel.mentions) return ignore('mentions are switched off for this channel')
  const { answered, parent } = situation
  const own = situation.own ?? { id: mentionConversation(firstVersionOf(post)), ticket: null }
  const answersOwn = { conversationId: own.id, isFirstEntry: false }
  if (answered?.ticket && answered.ticket.status !== 'closed') {
    const reason = answered.parentIsFirstEntry
      ? "it answers the customer's own first entry"
      : 'it answers the same post of the customer as the ticket'
    return joins(answered.ticket, 'inbound', reason, answersOwn)
  }
  const closed = answered?.ticket ?? null
  const isFirstEntry = !answered || (answered.parentIsFirstEntry && closed !== null)
  const answers = isFirstEntry ? { conversationId: answered?.id ?? own.id, isFirstEntry } : answersOwn
  if (isFirstEntry && own.ticket && own.ticket.status !== 'closed') {
    const continues = answered && closed ? { conversationId: answered.id, follows: closed } : null
    return { ...joins(own.ticket, 'inbound', 'the ticket began with an answer to it', answers), continues }
  }
  const follows = answered ? closed : own.ticket
  return {
    do: 'open',
    kind: 'mention',
    conversationId: answered?.id ?? own.id,
    follows,
    previousTicketId: follows?.id ?? (parent?.customer.id === post.author.id ? parent.id : null),
    answers,
    unknownParentId: answered && !situation.parentMessage ? (post.inReplyTo?.postId ?? null) : null,
    reason: whyMentionOpens(post, situation, channel),
  }
}

/** Rule 5 for the account's own posts: a post that answers a message of a ticket joins that ticket. */
function decideOwnPost(post: Post, situation: Situation): Decision {
  const ours = settleByEcho(post, situation)
  if (ours) return ours
  const { parent } = situation
  if (parent) return joins(parent, 'outbound', 'the account wrote it on X itself')
  const reason = 'a post of the account that belongs to no ticket'
  const parentId = post.inReplyTo?.postId
  return parentId ? { do: 'defer', until: messageIdOf('post', parentId), seen: null, reason } : ignore(reason)
}

/** Rules 2 and 3: why a mention opens a ticket. */
function whyMentionOpens(post: Post, { answered, own, parent }: Situation, channel: Channel): string {
  if (answered?.ticket && answered.parentIsFirstEntry) {
    return "it answers the customer's own first entry, whose ticket was closed"
  }
  if (answered?.ticket ?? own?.ticket) return "the conversation's last ticket was closed"
  if (answered && !parent) return 'a mention that answers an own post of the customer, which is not known'
  if (parent && post.inReplyTo?.userId === channel.twitterUserId) return 'a mention that answers our reply'
  if (parent && parent.customer.id === post.author.id) return "a mention that answers the customer's own later entry"
  if (parent) return "a mention in another person's thread"
  if (post.quoted !== null) return 'a mention that quotes a post'
  if (post.inReplyTo?.postId) return 'a mention that answers a post outside of any ticket'
  return 'a new mention'
}

/** True if a post mentions or answers the account. X also lists mentions that are not in the text. */
function addresses(post: Post, channel: Channel): boolean {
  return post.inReplyTo?.userId === channel.twitterUserId || isMentioned(post, channel)
}

function isMentioned(post: Post, channel: Channel): boolean {
  const username = channel.username.toLowerCase()
  return post.mentions.some((one) =>
    one.id === null ? one.username.toLowerCase() === username : one.id === channel.twitterUserId,
  )
}

/**
 * True if a post mentions or quotes the account, so that X allows the account to reply. Null for an answer to the
 * account without a mention: X's rule does not cover it. Source: X's announcement on replies by API, February 2026.
 */
export function mentions(post: Post, channel: Channel): boolean | null {
  if (isMentioned(post, channel) || post.quoted?.author?.id === channel.twitterUserId) return true
  return post.inReplyTo?.userId === channel.twitterUserId ? null : false
}

/** A deleted post matters if it is a message of a ticket, or becomes one later. */
function decideDeletion(storedIn: string | null): Decision {
  if (storedIn === null) return { do: 'remember_deletion', reason: 'the deleted post is in no ticket' }
  return { do: 'mark_deleted', ticketId: storedIn, reason: 'the post was deleted on X' }
}

/** After a revocation the channel keeps its tickets and waits to be connected again. */
function decideRevocation({ revokedAt }: Revocation, channel: Channel): Decision {
  if (channel.status === 'disconnected') return ignore('the channel is disconnected')
  // X says the time in whole seconds.
  if (revokedAt !== null && Date.parse(revokedAt) + 1_000 <= Date.parse(channel.connectedAt)) {
    return ignore('a revocation from before the account was connected')
  }
  return { do: 'mark_revoked', reason: 'the account revoked our access' }
}

function joins(
  ticket: Ticket,
  direction: 'inbound' | 'outbound',
  reason: string,
  answers: Answers | null = null,
): Extract<Decision, { do: 'join' }> {
  return { do: 'join', ticket, direction, answers, continues: null, reason }
}

function ignore(reason: string): Decision {
  return { do: 'ignore', reason }
}
