import { mayBeReplayed } from '../../core/channels/outage.ts'
import { isReply, type Reply } from '../../core/replies/reply.ts'
import { awaitedEvent } from '../../core/tickets/chat.ts'
import type { Answers, Placeholder, Situation } from '../../core/tickets/decision.ts'
import { answersOwnEntry, mentionConversation } from '../../core/tickets/posts.ts'
import { directConversation, otherParty } from '../../core/tickets/routing.ts'
import type { Message, Ticket } from '../../core/tickets/ticket.ts'
import { authorOf, isWritten, messageIdOf, positionOf } from '../../core/tickets/written.ts'
import type { Activity, DirectMessage, EncryptedChat, Post, PostDeletion } from '../../core/x/activity.ts'
import { channelIdOf } from '../../core/x/ids.ts'
import { channelFrom } from './channel-items.ts'
import { blockedIn } from './channels.ts'
import { conversationBefore, newestTicket } from './conversations.ts'
import { webhookHealthFrom } from './health.ts'
import { addressIn, isStored, messageBySequence, readMessage } from './message-items.ts'
import { startedAttempts } from './replies.ts'
import { getAll, type Item, keys, type TableAccess } from './table.ts'
import { messageFrom, ticketFrom } from './ticket-items.ts'

type Settings = Pick<
  Situation,
  'extensionEnabled' | 'extensionEnabledAt' | 'channel' | 'authorIsConnected' | 'authorIsBlocked'
>
type Stored = Omit<Situation, keyof Settings | 'replay'>

/** Reads everything that the routing of an activity depends on. */
export async function readSituation(access: TableAccess, activity: Activity): Promise<Situation> {
  const [settings, replay, stored] = await Promise.all([
    readSettings(access, activity),
    readReplay(access, activity),
    readStored(access, activity),
  ])
  return { ...settings, replay, ...stored }
}

const nothing: Stored = {
  storedIn: null,
  stored: null,
  edited: null,
  current: null,
  answered: null,
  own: null,
  parent: null,
  parentTicketId: null,
  parentMessage: null,
  attempts: [],
  unended: null,
  placeholders: new Map(),
  awaited: [],
}

function readStored(access: TableAccess, activity: Activity): Promise<Stored> {
  switch (activity.kind) {
    case 'direct_message':
    case 'encrypted_chat':
      return readPrivate(access, activity)
    case 'post':
      return readPost(access, activity)
    case 'post_deletion':
      return readDeletion(access, activity)
    case 'revoke':
      return Promise.resolve(nothing)
  }
}

/**
 * The switches and the channel. They are read eventually consistent, for half the price: who switches something off
 * cannot tell which of the messages of that second came before. But an event is never ignored for a state that is over.
 */
async function readSettings(access: TableAccess, activity: Activity): Promise<Settings> {
  const channelId = channelIdOf(activity.channelUserId)
  const isOthers = activity.kind === 'post' && activity.author.id !== activity.channelUserId
  const wanted = [
    keys.extension,
    keys.channel(channelId),
    ...(isOthers ? [keys.channel(channelIdOf(activity.author.id))] : []),
  ]
  const read = async (isConsistent: boolean): Promise<Settings> => {
    const [extension, channel, author] = await getAll(access, wanted, isConsistent)
    return {
      extensionEnabled: extension?.enabled !== false,
      extensionEnabledAt: typeof extension?.enabledAt === 'string' ? extension.enabledAt : null,
      channel: channel ? channelFrom(channel) : null,
      authorIsConnected: author !== undefined && author.status !== 'disconnected',
      authorIsBlocked: isWritten(activity) && blockedIn(extension).has(authorOf(activity).id),
    }
  }
  const settings = await read(false)
  const { extensionEnabled, channel, authorIsConnected, authorIsBlocked } = settings
  const isSwitchedOn = activity.kind === 'post' ? channel?.mentions : channel?.directMessages
  const isOn = extensionEnabled && channel?.status !== 'disconnected' && isSwitchedOn === true
  return isOn && !authorIsConnected && !authorIsBlocked ? settings : read(true)
}

/** Only an event that is old when it comes can come from a replay. */
async function readReplay(access: TableAccess, activity: Activity): Promise<Situation['replay']> {
  if (!isWritten(activity) || !mayBeReplayed(activity)) return null
  const [health] = await getAll(access, [keys.webhookHealth])
  return health ? webhookHealthFrom(health).replay : null
}

/**
 * A private message has its place in the partition of its conversation, whichever ticket it is in. Above the highest
 * position there can be none.
 */
async function readPrivate(access: TableAccess, activity: DirectMessage | EncryptedChat): Promise<Stored> {
  const channelId = channelIdOf(activity.channelUserId)
  const customerId = otherParty(activity)
  if (customerId === null) return nothing
  const id = directConversation(customerId)
  const messageId = messageIdOf(activity.kind, activity.externalId)
  const position = positionOf(activity)
  const newest = await newestTicket(access, channelId, id)
  const { ticket } = newest
  const isOwn = activity.sender.id === activity.channelUserId
  const places = [
    ...(ticket && position <= ticket.lastPosition ? [keys.message(ticket.id, position, messageId)] : []),
    // One of our replies.
    ...(isOwn ? [keys.pointer(channelId, messageId)] : []),
  ]
  const edits = awaitedEvents(activity)
  // The sender leads X's id to its reply before it ends the attempt. So attempts are read before pointers: an attempt that
  // is over by then has a pointer.
  const started =
    isOwn && ticket ? await startedAttempts(access, ticket.id, { kind: 'direct_message', recipientId: customerId }) : []
  const found = await getAll(access, [...places, ...edits.map((one) => keys.pointer(channelId, one))])
  const stored = found.slice(0, places.length).find(isStored)
  const chat = activity.kind === 'encrypted_chat' ? await readChat(access, activity, id, stored) : null
  return {
    ...nothing,
    ...chat,
    storedIn: ticketIdIn(stored),
    current: stored ? newest : await conversationBefore(access, channelId, newest, messageId),
    attempts:
      activity.kind === 'encrypted_chat' && activity.content.is === 'failure' && stored
        ? await sentReply(access, stored)
        : started,
    unended: started.find(({ id }) => id === stored?.messageId) ?? null,
    awaited: [...(newest.isAwaited ? [id] : []), ...edits.filter((_, at) => found[places.length + at] !== undefined)],
  }
}

/** What edits may wait for that came before this message. */
function awaitedEvents(activity: DirectMessage | EncryptedChat): string[] {
  const isMessage = activity.kind === 'encrypted_chat' && ['message', 'unread'].includes(activity.content.is)
  const awaited = isMessage ? awaitedEvent(activity.sequenceId) : null
  return awaited === null ? [] : [awaited]
}

/** The reply to which a pointer leads, which X had taken and then did not deliver. */
async function sentReply(access: TableAccess, pointer: Item): Promise<Reply[]> {
  const message = 'text' in pointer ? null : await readMessage(access, addressIn(pointer))
  return message && isReply(message) && message.delivery.status === 'sent' ? [message] : []
}

/** For an encrypted event: the notice that stands for it, or the message that it edits. */
async function readChat(
  access: TableAccess,
  { channelUserId, content }: EncryptedChat,
  conversationId: string,
  stored: Item | undefined,
): Promise<Pick<Stored, 'stored' | 'edited'>> {
  const withTicket = async (item: Item | undefined) => {
    const [ticket] = item ? await getAll(access, [keys.ticket(String(item.ticketId))]) : []
    return item && ticket ? { message: messageFrom(item), ticket: ticketFrom(ticket), answers: null } : null
  }
  const isNotice = stored !== undefined && 'notice' in stored
  const target = content.is === 'edit' && !stored ? content.targetSequenceId : null
  return {
    stored: isNotice ? await withTicket(stored) : null,
    edited:
      target === null
        ? null
        : await withTicket(await messageBySequence(access, channelIdOf(channelUserId), conversationId, target)),
  }
}

async function readDeletion(access: TableAccess, { channelUserId, externalId }: PostDeletion): Promise<Stored> {
  const messageId = messageIdOf('post', externalId)
  const [pointer] = await getAll(access, [keys.pointer(channelIdOf(channelUserId), messageId)])
  return { ...nothing, storedIn: ticketIdIn(pointer) }
}

/**
 * Posts are found by pointers: of the post, of its other versions, of the post that it answers. Of an own post attempts are
 * read before the pointers of its versions, as for private messages.
 */
async function readPost(access: TableAccess, post: Post): Promise<Stored> {
  const channelId = channelIdOf(post.channelUserId)
  const parentId = post.inReplyTo?.postId ?? null
  const versions = [post.externalId, ...post.versionIds.filter((id) => id !== post.externalId)]
  const isOwn = post.author.id === post.channelUserId
  const pointersOf = (ids: readonly string[]) =>
    getAll(
      access,
      ids.map((id) => keys.pointer(channelId, messageIdOf('post', id))),
    )
  const [ownParent] = isOwn && parentId ? await pointersOf([parentId]) : []
  const attempts =
    parentId && isStored(ownParent)
      ? await startedAttempts(access, String(ownParent.ticketId), { kind: 'post', inReplyTo: parentId })
      : []
  const items = await pointersOf([...versions, ...(parentId && !isOwn ? [parentId] : [])])
  const pointers = versions.map((id, index) => ({ id, item: items[index] }))
  const parentItem = isOwn ? ownParent : items[versions.length]
  const parentPointer = isStored(parentItem) ? parentItem : undefined

  const messageId = messageIdOf('post', post.externalId)
  // A message to which its own id does not lead yet is tried again.
  const isDone = isStored(items[0])
  const stored = pointers
    .map(({ item }) => item)
    .find((item): item is Item => isStored(item) && (isDone || item.messageId !== messageId))
  const conversation = async (id: string) =>
    conversationBefore(access, channelId, await newestTicket(access, channelId, id), messageId)
  // An answer that came before the post may have named any version of it.
  const answeredVersion = pointers.find(({ item }) => item?.hasAnswers === true && !isStored(item))
  const answersOwn =
    !isOwn && answersOwnEntry(post, parentPointer ? { authorId: String(parentPointer.authorId) } : null)
  const answeredId = answersOwn && parentId ? (textIn(parentPointer?.answersIn) ?? mentionConversation(parentId)) : null
  const [known, own, answered] = await Promise.all([
    messageAndTicket(access, stored),
    answeredVersion ? conversation(mentionConversation(answeredVersion.id)) : null,
    answeredId === null ? null : conversation(answeredId),
  ])
  const parentTicketId = ticketIdIn(parentPointer)
  const joinsParent = answered?.ticket?.id === parentTicketId && answered?.ticket?.status !== 'closed'
  const parent = joinsParent || stored ? null : await messageAndTicket(access, parentPointer)
  return {
    ...nothing,
    storedIn: ticketIdIn(stored),
    stored: known && { ...known, answers: answersOf(stored) },
    answered: answered && { ...answered, parentIsFirstEntry: parentPointer?.isFirstEntry === true },
    own,
    parent: parent?.ticket ?? null,
    parentTicketId,
    parentMessage: parent?.message ?? null,
    attempts,
    unended: known && isReply(known.message) && known.message.sending.attemptedAt !== null ? known.message : null,
    placeholders: new Map(
      pointers.flatMap(({ id, item }) =>
        item && !isStored(item) ? [[messageIdOf('post', id), placeholderIn(item)] as const] : [],
      ),
    ),
    awaited: pointers.flatMap(({ id, item }) => (item?.isAwaited === true ? [messageIdOf('post', id)] : [])),
  }
}

/** The message of a pointer, and its ticket; null if there is none. */
async function messageAndTicket(
  access: TableAccess,
  pointer: Item | undefined,
): Promise<{ message: Message; ticket: Ticket } | null> {
  if (!isStored(pointer)) return null
  const { ticketId, position, messageId } = addressIn(pointer)
  const [message, ticket] = await getAll(access, [keys.message(ticketId, position, messageId), keys.ticket(ticketId)])
  return message && ticket ? { message: messageFrom(message), ticket: ticketFrom(ticket) } : null
}

function ticketIdIn(item: Item | undefined): string | null {
  return isStored(item) ? String(item.ticketId) : null
}

function answersOf(pointer: Item | undefined): Answers | null {
  const conversationId = textIn(pointer?.answersIn)
  return conversationId === null ? null : { conversationId, isFirstEntry: pointer?.isFirstEntry === true }
}

function placeholderIn({ deletedAt, isAwaited }: Item): Placeholder {
  return { deletedAt: textIn(deletedAt), isAwaited: isAwaited === true }
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
