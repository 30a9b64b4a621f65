import type { Channel } from '../channels/channel.ts'
import { firstMatch, IGNORED_BY_RULE } from '../channels/noise-rules.ts'
import { recoveredBy } from '../channels/outage.ts'
import type { Activity, DirectMessage, EncryptedChat, Revocation } from '../x/activity.ts'
import { decideChat } from './chat.ts'
import { type Decision, ignore, joins, type Situation, settleByEcho } from './decision.ts'
import { decidePost, decideVersion, isUnknownVersion } from './posts.ts'
import { authorOf, judgedOf, type Written } from './written.ts'

/** Decides on an activity by rules 1 to 3, 5 to 10 and 13; rule 4 is in `ticket.ts`. Pure. */
export function decide(activity: Activity, situation: Situation): Decision {
  const { channel, storedIn } = situation
  if (!channel) return ignore('no channel is connected for this X account')
  if (activity.kind === 'revoke') return decideRevocation(activity, channel)
  if (activity.kind === 'post_deletion') return decideDeletion(storedIn)
  const stored = situation.stored?.message
  if (storedIn !== null && stored && stored.erasedAt !== null) {
    return { do: 'repeat', ticketId: storedIn, reason: 'it was deleted on X, and its content here' }
  }
  const special = activity.kind === 'encrypted_chat' ? decideChat(activity, situation) : null
  if (special) return special
  if (situation.unended) return { do: 'settle', reply: situation.unended, reason: 'it is the echo of our reply' }
  if (storedIn !== null && !isUnknownVersion(activity, stored)) {
    return { do: 'repeat', ticketId: storedIn, reason: 'it is already stored' }
  }
  const off = switchedOff(channel, situation.extensionEnabled) ?? wasSwitchedOff(activity, situation, channel)
  if (off) return off
  if (situation.authorIsBlocked) return ignore('the customer is blocked')
  if (activity.kind === 'post' && situation.stored) return decideVersion(activity, situation.stored, channel)
  const decision =
    activity.kind === 'post' ? decidePost(activity, situation, channel) : decidePrivate(activity, situation, channel)
  return againstNoise(decision, activity, channel)
}

/** Rule 13: what begins a conversation is judged by the channel's rules against noise. Nothing else is. */
function againstNoise(decision: Decision, written: Written, { rules }: Channel): Decision {
  if (decision.do !== 'open' || decision.previousTicketId !== null) return decision
  const rule = firstMatch(rules, judgedOf(written))
  if (!rule) return decision
  if (rule.outcome === 'ignore') return ignore(`${IGNORED_BY_RULE}${rule.name}»`)
  return { ...decision, tag: rule.tag, reason: `${decision.reason}, tagged by the rule «${rule.name}»` }
}

/** The conversation id of a customer's direct messages. @param customerId X's id */
export function directConversation(customerId: string): string {
  return `direct-${customerId}`
}

/** X's id of the other person of a direct or encrypted message; null if X does not name them. */
export function otherParty(activity: DirectMessage | EncryptedChat): string | null {
  if (activity.kind === 'encrypted_chat') return activity.customerId
  return activity.sender.id === activity.channelUserId ? activity.recipient.id : activity.sender.id
}

/** Rule 7: a disconnected channel or a disabled extension ignores the event; the record remains. */
function switchedOff(channel: Channel, extensionEnabled: boolean): Decision | null {
  if (channel.status === 'disconnected') return ignore('the channel is disconnected')
  if (!extensionEnabled) return ignore('the Twitter extension is disabled')
  return null
}

/**
 * Rule 7: a replay brings nothing that was written before its switch was last turned on, or the channel connected. An
 * ordinary delivery counts when it comes.
 */
function wasSwitchedOff(activity: Written, situation: Situation, channel: Channel): Decision | null {
  if (recoveredBy(false, activity, situation.replay) !== 'replay') return null
  const isOwn = authorOf(activity).id === channel.twitterUserId
  const enabledAt = activity.kind === 'post' ? channel.mentionsEnabledAt : channel.directMessagesEnabledAt
  const since = [channel.countsFrom, situation.extensionEnabledAt, isOwn ? null : enabledAt]
  if (since.every((at) => at === null || activity.createdAt >= at)) return null
  return ignore('it was written while this was switched off')
}

/**
 * Rules 1, 5 and 7 for direct messages. An encrypted message is a direct message with a notice as its text (rule 10).
 */
function decidePrivate(message: DirectMessage | EncryptedChat, situation: Situation, channel: Channel): Decision {
  if (message.sender.id === channel.twitterUserId) return decideOwnPrivate(message, situation, channel)
  if (!channel.directMessages) return ignore('direct messages are switched off for this channel')
  const { ticket: current, length } = situation.current ?? { ticket: null, length: 0 }
  const conversationId = directConversation(message.sender.id)
  const open = {
    do: 'open',
    kind: 'direct',
    conversationId,
    number: length + 1,
    answers: null,
    unknownParentId: null,
  } as const
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
  const customerId = otherParty(message)
  if (customerId === null) return ignore('an encrypted message of the account to nobody that X names')
  if (customerId === channel.twitterUserId) return ignore('a direct message of the account to itself')
  const ours = settleByEcho(message, situation)
  if (ours) return ours
  if (message.kind === 'encrypted_chat' && message.content.is === 'unread') {
    return ignore('an encrypted message of the account itself')
  }
  const current = situation.current?.ticket
  if (current) return joins(current, 'outbound', 'the account wrote it on X itself')
  return {
    do: 'defer',
    until: directConversation(customerId),
    seen: null,
    reason: 'a direct message of the account to a person without a ticket',
  }
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
