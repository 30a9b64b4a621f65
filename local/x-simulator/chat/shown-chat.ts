import type { MediaKind } from '../media-files.ts'
import type { ChatEvent, ChatState } from './chat-state.ts'
import { conversationOf, readAs } from './conversations.ts'
import type { DecryptedEvent } from './engine.ts'

/** An encrypted message as a person's phone shows it. */
export type ShownChat = {
  readonly id: string
  readonly from: string
  /** The text of its latest version. Empty if the phone cannot read it. */
  readonly text: string
  readonly media: { readonly src: string; readonly kind: MediaKind } | null
  readonly createdAt: string
  /** The text of the message that it quotes. */
  readonly quote: string | null
  readonly edited: boolean
  readonly reactions: readonly string[]
  /** True if the phone cannot read it. */
  readonly unreadable: boolean
}

/** The encrypted messages between a person and the shop, oldest first, as the person's phone shows them. */
export function shownChat(state: { readonly chat: ChatState }, personId: string, shopId: string): ShownChat[] {
  if (personId === '' || shopId === '' || personId === shopId) return []
  const conversationId = conversationOf(personId, shopId)
  const own = state.chat.events.filter(
    (one) =>
      one.conversationId === conversationId &&
      one.receivers.includes(personId) &&
      one.kind !== 'key_change' &&
      one.kind !== 'failure',
  )
  const shown = new Map<string, ShownChat>()
  for (const one of own) {
    const { event } = readAs(state, personId, one)
    const target = shown.get(event?.content?.target_message_id ?? '')
    switch (event?.content?.content_type) {
      case 'edit':
        if (target) shown.set(target.id, { ...target, text: event.content.new_text ?? '', edited: true })
        break
      case 'reaction':
      case 'reactionRemoved':
        if (target) shown.set(target.id, withReaction(target, event))
        break
      default:
        shown.set(one.id, messageOf(personId, one, event))
    }
  }
  return [...shown.values()]
}

function withReaction(message: ShownChat, { content }: DecryptedEvent): ShownChat {
  const emoji = content?.emoji ?? ''
  const others = message.reactions.filter((one) => one !== emoji)
  return { ...message, reactions: content?.content_type === 'reaction' ? [...others, emoji] : others }
}

const kinds: Readonly<Record<string, MediaKind>> = { image: 'photo', gif: 'animated_gif', video: 'video' }

function messageOf(personId: string, one: ChatEvent, event: DecryptedEvent | undefined): ShownChat {
  const [attachment] = event?.attachments ?? []
  const preview = event?.content?.replying_to_preview
  return {
    id: one.id,
    from: one.senderId,
    text: event?.content?.text ?? '',
    media: attachment?.mediaHashKey
      ? {
          src: `/_x/chat-media/${personId}/${attachment.mediaHashKey}`,
          kind: kinds[attachment.mediaType ?? ''] ?? 'photo',
        }
      : null,
    createdAt: one.createdAt,
    quote: preview?.messageText ?? null,
    edited: false,
    reactions: [],
    unreadable: event === undefined,
  }
}
