import { messageIdOf } from '../../core/tickets/message.ts'
import { directConversation, otherParty, type Situation } from '../../core/tickets/routing.ts'
import type { Target } from '../../core/tickets/ticket.ts'
import type { Activity } from '../../core/x/activity.ts'
import { channelIdOf } from '../../core/x/ids.ts'
import { channelFrom } from './channels.ts'
import { webhookHealthFrom } from './health.ts'
import { startedAttempts } from './replies.ts'
import { getAll, type Item, type Key, keys, type TableAccess } from './table.ts'
import { messageFrom, ticketFrom } from './ticket-items.ts'

/** Reads everything that the routing of an activity depends on, strongly consistent, in at most three rounds. */
export async function readSituation(access: TableAccess, activity: Activity): Promise<Situation> {
  const channelId = channelIdOf(activity.channelUserId)
  const messageId = messageIdIn(activity)
  const otherVersions = activity.kind === 'post' ? activity.versionIds.filter((id) => id !== activity.externalId) : []
  const parentPost = activity.kind === 'post' ? (activity.inReplyTo?.postId ?? null) : null
  const customer =
    activity.kind === 'direct_message' || activity.kind === 'encrypted_chat' ? otherParty(activity) : null

  const [extension, health, channel, author, ownPointer, parentPointer, direct, ...otherPointers] = await getOptional(
    access,
    [
      keys.extension,
      keys.webhookHealth,
      keys.channel(channelId),
      activity.kind === 'post' ? keys.channel(channelIdOf(activity.author.id)) : null,
      messageId ? keys.pointer(channelId, messageId) : null,
      parentPost ? keys.pointer(channelId, messageIdOf('post', parentPost)) : null,
      customer ? keys.conversation(channelId, directConversation(customer)) : null,
      ...otherVersions.map((id) => keys.pointer(channelId, messageIdOf('post', id))),
    ],
  )
  const pointer = ownPointer ?? otherPointers.find((one) => one !== undefined)
  const isPost = activity.kind === 'post'

  const opens = typeof parentPointer?.opens === 'string' ? parentPointer.opens : null
  const [parent, conversation, parentMessage, storedTicket, stored] = await getOptional(access, [
    parentPointer ? keys.ticket(String(parentPointer.ticketId)) : null,
    opens ? keys.conversation(channelId, opens) : null,
    parentPointer ? messageKey(parentPointer) : null,
    isPost && pointer ? keys.ticket(String(pointer.ticketId)) : null,
    isPost && pointer ? messageKey(pointer) : null,
  ])
  const currentId = (direct ?? conversation)?.ticketId
  const [current] = await getOptional(access, [currentId ? keys.ticket(String(currentId)) : null])

  const target = ownTargetOf(activity)
  const attempts = target ? await startedAttempts(access, channelId, target) : []

  return {
    extensionEnabled: extension?.enabled !== false,
    channel: channel ? channelFrom(channel) : null,
    authorIsConnected: author !== undefined && author.status !== 'disconnected',
    storedIn: pointer ? String(pointer.ticketId) : null,
    stored: stored && storedTicket ? { message: messageFrom(stored), ticket: ticketFrom(storedTicket) } : null,
    current: current ? ticketFrom(current) : null,
    answersFirstEntryOf: opens,
    parent: parent ? ticketFrom(parent) : null,
    replay: health ? webhookHealthFrom(health).replay : null,
    parentMessage: parentMessage ? messageFrom(parentMessage) : null,
    attempts,
  }
}

function messageKey({ messagePk, messageSk }: Item): Key {
  return { pk: String(messagePk), sk: String(messageSk) }
}

/** The target of the account's own message; null for a message of anybody else. */
function ownTargetOf(activity: Activity): Target | null {
  if (activity.kind === 'direct_message' && activity.sender.id === activity.channelUserId) {
    return { kind: 'direct_message', recipientId: activity.recipient.id }
  }
  const isOwnAnswer = activity.kind === 'post' && activity.author.id === activity.channelUserId
  const parent = isOwnAnswer ? activity.inReplyTo?.postId : null
  return parent ? { kind: 'post', inReplyTo: parent } : null
}

function messageIdIn(activity: Activity): string | null {
  if (activity.kind === 'revoke') return null
  return messageIdOf(activity.kind === 'post_deletion' ? 'post' : activity.kind, activity.externalId)
}

async function getOptional(access: TableAccess, wanted: readonly (Key | null)[]) {
  const present = wanted.filter((key) => key !== null)
  const items = present.length > 0 ? await getAll(access, present) : []
  return wanted.map((key) => (key === null ? undefined : items[present.indexOf(key)]))
}
