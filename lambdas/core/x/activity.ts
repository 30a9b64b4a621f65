/** A person on X. The id identifies them; handle and name may change, and are null if X left them out. */
export type Person = {
  readonly id: string
  readonly username: string | null
  readonly name: string | null
  readonly avatarUrl: string | null
}

/**
 * What X tells of a message besides its content, and of its author at that time. What is left out is unknown: events
 * differ in what they carry (docs/decisions/rules-against-noise.md).
 */
export type Facts = {
  /** The language of a post, as its code without a region (`en`). */
  readonly language?: string
  readonly followers?: number
  readonly verified?: boolean
  /** The UTC day (`YYYY-MM-DD`) since when there is the account. */
  readonly accountSince?: string
}

/** A marked part of a text. `start` and `end` (exclusive) are offsets in UTF-16 units of the displayed text. */
export type Entity =
  | { readonly type: 'hashtag' | 'cashtag'; readonly start: number; readonly end: number; readonly text: string }
  | {
      readonly type: 'mention'
      readonly start: number
      readonly end: number
      readonly username: string
      readonly userId: string | null
    }
  | {
      readonly type: 'link'
      readonly start: number
      readonly end: number
      readonly url: string
      readonly displayUrl: string
    }

/** A picture, GIF or video of a message, as X describes it. */
export type Media = {
  readonly id: string
  readonly type: 'photo' | 'animated_gif' | 'video'
  /** X's address of the file: for a GIF its mp4, for a video the mp4 with the highest bitrate. */
  readonly url: string
  readonly previewUrl: string | null
  /** The version of the conversation's key that opens the file; left out if X stores it in the clear. */
  readonly keyVersion?: string | undefined
}

/** A handle that X puts before the text of an answer. */
export type Addressee = { readonly username: string; readonly userId: string | null }

/** A post that another post quotes. All but the id and the link is null if X did not include or withholds it. */
export type QuotedPost = {
  readonly id: string
  readonly url: string
  readonly text: string | null
  readonly author: Person | null
  /** ISO time. */
  readonly createdAt: string | null
  readonly media: readonly Media[]
}

/** The content of a message: HTML unescaped, t.co links expanded, the link to the message's own media removed. */
export type Content = {
  readonly text: string
  readonly entities: readonly Entity[]
  readonly media: readonly Media[]
}

type Common = {
  /** X's id of the account for which X sent it. */
  readonly channelUserId: string
  /** ISO time at which we received it. */
  readonly receivedAt: string
}

type Message = Common & {
  /** X's id. */
  readonly externalId: string
  /** ISO time at which it was written. */
  readonly createdAt: string
}

/** A direct message that the account received or sent. */
export type DirectMessage = Message &
  Content & {
    readonly kind: 'direct_message'
    readonly sender: Person
    readonly recipient: Person
    readonly facts: Facts
  }

/** Why an encrypted message is a notice (rule 10). */
export const unreadReasons = [
  'no_key',
  'key_replaced',
  'conversation_key_missing',
  'not_verified',
  'broken',
  'refused_by_x',
] as const
export type UnreadReason = (typeof unreadReasons)[number]

/** What an encrypted event says to who holds the key. */
export type ChatContent =
  | (Content & { readonly is: 'message'; readonly quoted: QuotedPost | null })
  /** @property targetSequenceId X's sequence id of the edited message */
  | { readonly is: 'edit'; readonly targetSequenceId: string; readonly text: string; readonly entities: Entity[] }
  /** A reaction, or its end. @property text the emoji; empty for its end */
  | { readonly is: 'reaction'; readonly text: string }
  /** X did not take a message of ours. @property failure X's name of the cause */
  | { readonly is: 'failure'; readonly failure: string }
  | { readonly is: 'unread'; readonly reason: UnreadReason }

/** What is kept of an encrypted event to read it later: all of it is ciphertext. Null for what X left out. */
export type SealedEvent = {
  readonly encodedEvent: string | null
  /** The change of the conversation's key that came with it. */
  readonly keyChangeEvent: string | null
}

/** An encrypted message. Without the key we know only who wrote it and when (rule 10). */
export type EncryptedChat = Message & {
  readonly kind: 'encrypted_chat'
  readonly sender: Person
  /** The other person of the conversation than the account; null for a group, or if X does not name them. */
  readonly customerId: string | null
  /** X's id of the conversation, `A:B`; null if X left it out. */
  readonly conversationId: string | null
  /** X's number of the event in the conversation, by which edits and quotations name it; null if unknown. */
  readonly sequenceId: string | null
  /** True for a conversation of more than two people. */
  readonly isGroup: boolean
  readonly sealed: SealedEvent
  readonly content: ChatContent
}

/** A post; it need not mention the account. */
export type Post = Message &
  Content & {
    readonly kind: 'post'
    readonly author: Person
    readonly mentions: readonly { readonly id: string | null; readonly username: string }[]
    /** The post that it answers and its author, as far as X names them; null if it answers nothing. */
    readonly inReplyTo: {
      readonly postId: string | null
      readonly userId: string | null
      /** True if that post mentions or answers the account; null if X did not include it. */
      readonly addressesAccount: boolean | null
    } | null
    /** The handles before the text, left out of `text`. */
    readonly addressees: readonly Addressee[]
    readonly quoted: QuotedPost | null
    readonly facts: Facts
    /** X's ids of all its versions, this one included, oldest first. */
    readonly versionIds: readonly string[]
    readonly isRepost: boolean
  }

/** One of the account's own posts was deleted. */
export type PostDeletion = Common & { readonly kind: 'post_deletion'; readonly externalId: string }

/** The account revoked our access. */
export type Revocation = Common & {
  readonly kind: 'revoke'
  readonly externalId: null
  /** ISO time of the revocation; null if X does not say. */
  readonly revokedAt: string | null
}

/** An event of X in our own model; the same for both event systems of X. */
export type Activity = DirectMessage | EncryptedChat | Post | PostDeletion | Revocation
