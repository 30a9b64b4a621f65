import type { Answers, Placeholder, Situation } from '../../core/tickets/decision.ts'
import { answersOwnEntry, mentionConversation } from '../../core/tickets/posts.ts'
import { directConversation, otherParty } from '../../core/tickets/routing.ts'
import type { Message, Target, Ticket } from '../../core/tickets/ticket.ts'
import { messageIdOf } from '../../core/tickets/written.ts'
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
  const post = activity.kind === 'post' ? activity : null
  const directId = directIn(activity)
  const parentId = post?.inReplyTo?.postId ?? null
  const pointerTo = (messageId: string) => keys.pointer(channelId, messageId)
  const conversation = (id: string) => keys.conversation(channelId, id)
  const versions = messageIdsIn(activity)
  const ownIds = post ? post.versionIds.map(mentionConversation) : []
  const items = itemsOf(access)

  await items.load([
    keys.extension,
    keys.webhookHealth,
    keys.channel(channelId),
    post && keys.channel(channelIdOf(post.author.id)),
    directId && conversation(directId),
    parentId && pointerTo(messageIdOf('post', parentId)),
    ...versions.map(pointerTo),
    ...ownIds.map(conversation),
  ])
  const pointers = versions.map((id) => ({ id, item: items.get(pointerTo(id)) }))
  const stored = pointers.map(({ item }) => item).find(isStored)
  const parent = parentId ? onlyStored(items.get(pointerTo(messageIdOf('post', parentId)))) : undefined
  // An answer that came before the post may have named any version of it.
  const ownId = ownIds.find((id) => isStored(items.get(conversation(id))))
  const answeredId = parent ? textIn(parent.answersIn) : parentId && mentionConversation(parentId)

  await items.load([
    parent && ticketKey(parent),
    parent && messageKey(parent),
    post && stored && ticketKey(stored),
    post && stored && messageKey(stored),
    directId && ticketKey(items.get(conversation(directId))),
    ownId && ticketKey(items.get(conversation(ownId))),
    answeredId && conversation(answeredId),
  ])
  const parentMessage = messageAt(parent)
  const isAnswered = post !== null && answersOwnEntry(post, parentMessage)
  if (isAnswered && answeredId) await items.load([ticketKey(items.get(conversation(answeredId)))])

  const channel = items.get(keys.channel(channelId))
  const author = post ? items.get(keys.channel(channelIdOf(post.author.id))) : undefined
  const health = items.get(keys.webhookHealth)
  const target = ownTargetOf(activity)
  const [storedMessage, storedTicket] = post ? [messageAt(stored), ticketAt(stored)] : [null, null]
  return {
    extensionEnabled: items.get(keys.extension)?.enabled !== false,
    channel: channel ? channelFrom(channel) : null,
    authorIsConnected: author !== undefined && author.status !== 'disconnected',
    storedIn: stored ? String(stored.ticketId) : null,
    stored:
      storedMessage && storedTicket
        ? { message: storedMessage, ticket: storedTicket, answers: answersIn(stored) }
        : null,
    current: directId ? newestIn(directId) : null,
    answered:
      isAnswered && answeredId
        ? { id: answeredId, ticket: newestIn(answeredId), parentIsFirstEntry: parent?.isFirstEntry === true }
        : null,
    own: ownId ? { id: ownId, ticket: newestIn(ownId) } : null,
    parent: ticketAt(parent),
    replay: health ? webhookHealthFrom(health).replay : null,
    parentMessage,
    attempts: target ? await startedAttempts(access, channelId, target) : [],
    placeholders: new Map(
      pointers.flatMap(({ id, item }) => (item && !isStored(item) ? [[id, placeholderIn(item)] as const] : [])),
    ),
    awaited: [
      ...pointers.flatMap(({ id, item }) => (item?.isAwaited === true ? [id] : [])),
      ...(directId && items.get(conversation(directId))?.isAwaited === true ? [directId] : []),
    ],
  }

  function ticketAt(pointer: Item | undefined): Ticket | null {
    const key = ticketKey(pointer)
    const item = key && items.get(key)
    return item ? ticketFrom(item) : null
  }

  function messageAt(pointer: Item | undefined): Message | null {
    const item = pointer && items.get(messageKey(pointer))
    return item ? messageFrom(item) : null
  }

  function newestIn(conversationId: string): Ticket | null {
    return ticketAt(items.get(conversation(conversationId)))
  }
}

/** Items by their keys, read in rounds. */
function itemsOf(access: TableAccess) {
  const found = new Map<string, Item>()
  const name = ({ pk, sk }: Key) => `${pk}\n${sk}`
  return {
    async load(wanted: readonly (Key | '' | null | undefined)[]): Promise<void> {
      const missing = wanted
        .filter((key) => key !== null && key !== undefined && key !== '')
        .filter((key) => !found.has(name(key)))
      if (missing.length === 0) return
      for (const item of await getAll(access, missing)) if (item) found.set(name(item), item)
    },
    get: (key: Key): Item | undefined => found.get(name(key)),
  }
}

/** False for a placeholder: an item with what came before its message or conversation. */
function isStored(item: Item | undefined): item is Item {
  return item?.ticketId !== undefined
}

function onlyStored(item: Item | undefined): Item | undefined {
  return isStored(item) ? item : undefined
}

function answersIn(pointer: Item | undefined): Answers | null {
  const conversationId = textIn(pointer?.answersIn)
  return conversationId === null ? null : { conversationId, isFirstEntry: pointer?.isFirstEntry === true }
}

function placeholderIn({ deletedAt, isAwaited }: Item): Placeholder {
  return { deletedAt: textIn(deletedAt), isAwaited: isAwaited === true }
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function ticketKey(item: Item | undefined): Key | undefined {
  return isStored(item) ? keys.ticket(String(item.ticketId)) : undefined
}

function messageKey({ messagePk, messageSk }: Item): Key {
  return { pk: String(messagePk), sk: String(messageSk) }
}

/** The conversation of a private message; null for others. */
function directIn(activity: Activity): string | null {
  const isPrivate = activity.kind === 'direct_message' || activity.kind === 'encrypted_chat'
  const customer = isPrivate ? otherParty(activity) : null
  return customer === null ? null : directConversation(customer)
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

/** The id as which it is stored or would be; for a post those of all its versions, its own first. */
function messageIdsIn(activity: Activity): string[] {
  if (activity.kind === 'revoke') return []
  if (activity.kind === 'post_deletion') return [messageIdOf('post', activity.externalId)]
  const others = activity.kind === 'post' ? activity.versionIds.filter((id) => id !== activity.externalId) : []
  return [activity.externalId, ...others].map((id) => messageIdOf(activity.kind, id))
}
