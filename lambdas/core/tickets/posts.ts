import type { Channel } from '../channels/channel.ts'
import type { Activity, Post } from '../x/activity.ts'
import { positionOfId } from '../x/ids.ts'
import { type Decision, ignore, joins, type Situation, settleByEcho } from './decision.ts'
import type { Message, Ticket } from './ticket.ts'
import { firstVersionOf, messageIdOf } from './written.ts'

/** The conversation id of the answers to a post by its own author. @param postId X's id */
export function mentionConversation(postId: string): string {
  return `mention-${postId}`
}

/**
 * True if a post answers one of its own author that is an entry, or may be one. One that X shows not to address the
 * account is none.
 * @param parent the answered post, if it is stored; `authorId` is X's id
 */
export function answersOwnEntry({ author, inReplyTo }: Post, parent: { readonly authorId: string } | null): boolean {
  if (!inReplyTo?.postId) return false
  if (parent) return parent.authorId === author.id
  return inReplyTo.userId === author.id && inReplyTo.addressesAccount !== false
}

/**
 * True for a version of a stored post that we do not have yet. X gives each version its own id and lists the others.
 */
export function isUnknownVersion(activity: Activity, message: Message | undefined): boolean {
  if (activity.kind !== 'post' || !message) return false
  const wasEdited = activity.versionIds.length > 1 || message.versionIds.length > 1
  const isShown = message.externalId === activity.externalId
  return wasEdited && !isShown && !message.versions.some((one) => one.externalId === activity.externalId)
}

/** Rule 8 for edited posts: a version changes the stored message and opens no ticket. */
export function decideVersion(
  post: Post,
  { message, ticket }: NonNullable<Situation['stored']>,
  channel: Channel,
): Decision {
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
export function decidePost(post: Post, situation: Situation, channel: Channel): Decision {
  if (post.isRepost) return ignore('a repost')
  if (post.author.id === channel.twitterUserId) return decideOwnPost(post, situation)
  if (situation.authorIsConnected) return ignore('a post of another connected account')
  if (!addresses(post, channel)) return versionWithoutMention(post, null, 'it does not mention the account')
  if (!channel.mentions) return ignore('mentions are switched off for this channel')
  const { answered, parent } = situation
  const own = situation.own ?? { id: mentionConversation(firstVersionOf(post)), ticket: null, length: 0 }
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
    const continues =
      answered && closed ? { conversationId: answered.id, number: answered.length + 1, follows: closed } : null
    return { ...joins(own.ticket, 'inbound', 'the ticket began with an answer to it', answers), continues }
  }
  const follows = answered ? closed : own.ticket
  return {
    do: 'open',
    kind: 'mention',
    conversationId: (answered ?? own).id,
    number: (answered ?? own).length + 1,
    follows,
    previousTicketId: follows?.id ?? (parent?.customer.id === post.author.id ? parent.id : null),
    answers,
    unknownParentId: answered && situation.parentTicketId === null ? (post.inReplyTo?.postId ?? null) : null,
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
