/** Called by the sender with an encrypted reply: encrypts it once, sends it, and finds it at X by its id. */
import type { ChatCipher, ChatKeyStore, SealedAttachment, XChat } from '../../core/ports/chat.ts'
import type { Encryption } from '../../core/ports/platform.ts'
import { type AccountTokens, XError } from '../../core/ports/x.ts'
import { blamedBy } from '../../core/replies/chat-refusals.ts'
import type { Reply } from '../../core/replies/reply.ts'
import type { Found, XAnswer } from '../../core/replies/sending.ts'
import type { ChatPayload } from '../../core/tickets/ticket.ts'
import { userIdOf } from '../../core/x/ids.ts'
import { readChatEvent } from '../../core/x/payload/chat-event.ts'
import { isoTime } from '../../core/x/payload/schema.ts'
import { openAccountKey, openKeys } from './account-key.ts'
import { createKeyStates, type KeyStateDependencies } from './key-state.ts'

export type ChatSendingDependencies = KeyStateDependencies & {
  chatKeys: ChatKeyStore
  cipher: ChatCipher
  encryption: Pick<Encryption, 'decrypt'>
  xChat: XChat
}

/** Pages of a conversation in which a sent message is looked for, newest first. */
const MAX_PAGES = 3
/** The clocks of X and of the product may differ by this much. */
const CLOCK_SKEW_MS = 60_000

const NO_KEY =
  'The key for encrypted messages is missing. An administrator must enter the PIN of the account. Then retry.'
const NO_CONVERSATION_KEY =
  'We do not have the key of this conversation. Press «Read now» at the latest message of the customer, then retry.'

export function createChatSending(dependencies: ChatSendingDependencies) {
  const { chatKeys, cipher, encryption, xChat, log } = dependencies
  const { noteListed, noteRefusal } = createKeyStates(dependencies)

  /** The encrypted event of a reply, the stored one if there is one; or why it cannot be encrypted. */
  async function encrypt(reply: Reply): Promise<{ payload: ChatPayload } | { reason: string }> {
    const { chat, target } = reply.sending
    if (!chat || target.kind !== 'direct_message') throw new Error(`${reply.id} does not go encrypted`)
    if (chat.payload) return { payload: chat.payload }
    const account = await openAccountKey({ chatKeys, encryption }, reply.channelId)
    if (!account) return { reason: NO_KEY }
    const { recipientId } = target
    const stored = await chatKeys.conversation(reply.channelId, recipientId)
    const keys = openKeys(account.key, stored?.sealed ?? null, `${reply.channelId} ${recipientId}`)
    if (Object.keys(keys).length === 0) return { reason: NO_CONVERSATION_KEY }
    const payload = await cipher.encrypt(account.key, keys, chat.conversationId, reply.text, attachmentsOf(reply))
    return { payload }
  }

  /** Sends an encrypted reply, and notes on the channel what a refusal says of it. @returns X's answer */
  async function send(tokens: AccountTokens, { channelId, sending: { chat, target } }: Reply): Promise<XAnswer> {
    if (!chat?.payload || target.kind !== 'direct_message') throw new Error('the reply is not encrypted')
    const answer = await xChat.send(tokens, target.recipientId, chat.payload)
    if (answer.is === 'refused') await noteRefused(tokens, channelId, answer)
    return answer
  }

  /** When X cannot be asked about the key now, `reconcile` asks within a day. */
  async function noteRefused(
    tokens: AccountTokens,
    channelId: string,
    { status, detail }: Extract<XAnswer, { is: 'refused' }>,
  ): Promise<void> {
    const blamed = blamedBy({ status, detail })
    if (blamed === 'access') await noteRefusal(channelId, new XError(status, detail))
    if (blamed !== 'key') return
    const account = await chatKeys.accountKey(channelId)
    try {
      const { keys } = await xChat.publicKeys(tokens, userIdOf(channelId))
      if (account) await noteListed(channelId, account.version, keys)
    } catch (error) {
      if (!(error instanceof XError)) throw error
      log({ event: 'x_call_failed', list: 'public_keys', channelUserId: userIdOf(channelId), status: error.status })
    }
  }

  /**
   * Whether X has the reply. We chose its id, so no other message has it.
   * @param since ISO time of the attempt, @throws XError
   */
  async function find(tokens: AccountTokens, { sending: { chat } }: Reply, since: string): Promise<Found> {
    const id = chat?.payload?.messageId
    if (!chat || id === undefined) return { is: 'missing' }
    let next: string | null = null
    for (let n = 0; n < MAX_PAGES; n++) {
      const page = await xChat.events(tokens, chat.conversationId, next)
      const events = page.items.map((item) => readChatEvent(encodedIn(item)))
      const known = events.find((one) => one?.messageId === id)
      if (known) return { is: 'found', externalId: id, sequenceId: known.sequenceId }
      const oldest = isoTime(events.at(-1)?.createdAtMsec)
      const isPast = oldest !== null && Date.parse(oldest) < Date.parse(since) - CLOCK_SKEW_MS
      if (page.next === null || isPast) return { is: 'missing' }
      next = page.next
    }
    return { is: 'unclear' }
  }

  return { encrypt, send, find }
}

export type ChatSending = ReturnType<typeof createChatSending>

function encodedIn(item: unknown): unknown {
  return typeof item === 'object' && item !== null ? Reflect.get(item, 'encoded_event') : null
}

/** What the message tells of its files, in order. */
function attachmentsOf({ media, sending }: Reply): SealedAttachment[] {
  return media.flatMap(({ id, type, size, contentType }) => {
    const uploaded = sending.uploadedMedia.find(({ attachmentId }) => attachmentId === id)
    if (!uploaded) return []
    const filename = `attachment.${contentType?.split('/')[1] ?? 'bin'}`
    const { width = null, height = null } = uploaded.pixels ?? {}
    return [{ mediaHashKey: uploaded.mediaId, type, filename, size: size ?? 0, width, height }]
  })
}
