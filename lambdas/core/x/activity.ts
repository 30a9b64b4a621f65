/** A person on X. The id is what they are known by; handle and name change, and are null where X did not say them. */
export type Person = {
  readonly id: string
  readonly username: string | null
  readonly name: string | null
  readonly avatarUrl: string | null
}

/** A part of a text that is more than text. `start` and `end` count UTF-16 units of the text for display. */
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

/** A picture, GIF or video of a message, as X names it. */
export type Media = {
  readonly id: string
  readonly type: 'photo' | 'animated_gif' | 'video'
  /** Where X keeps it: the mp4 of a GIF, the mp4 of the highest bitrate of a video. */
  readonly url: string
  readonly previewUrl: string | null
}

/** Somebody to whom an answer speaks before its words begin: X puts them there by itself. */
export type Addressee = { readonly username: string; readonly userId: string | null }

/** A post that another one quotes. All but id and link is null where X did not send it along, or withholds it. */
export type QuotedPost = {
  readonly id: string
  readonly url: string
  readonly text: string | null
  readonly author: Person | null
  /** ISO time. */
  readonly createdAt: string | null
  readonly media: readonly Media[]
}

/** What somebody wrote: HTML unescaped, t.co links expanded, the media's own link stripped. */
export type Content = {
  readonly text: string
  readonly entities: readonly Entity[]
  readonly media: readonly Media[]
}

type Common = {
  /** The X account for which X sent it. */
  readonly channelUserId: string
  /** ISO time at which the delivery came. */
  readonly receivedAt: string
}

type Message = Common & {
  readonly externalId: string
  /** ISO time at which it was written. */
  readonly createdAt: string
}

/** A direct message, received or (from the account itself) sent. */
export type DirectMessage = Message &
  Content & { readonly kind: 'direct_message'; readonly sender: Person; readonly recipient: Person }

/** An encrypted message: that somebody wrote is all that can be known. */
export type EncryptedChat = Message & {
  readonly kind: 'encrypted_chat'
  readonly sender: Person
  /** True for a conversation of more than two people. */
  readonly isGroup: boolean
}

/** A post of anybody, whether it mentions the account or not. */
export type Post = Message &
  Content & {
    readonly kind: 'post'
    readonly author: Person
    readonly mentions: readonly { readonly id: string | null; readonly username: string }[]
    /** The post that it answers; the user alone where X names no post. */
    readonly inReplyTo: { readonly postId: string | null; readonly userId: string | null } | null
    /** In the text before its words begin, and left out of `text`. */
    readonly addressees: readonly Addressee[]
    readonly quoted: QuotedPost | null
    /** X's ids of its versions, this one's among them, oldest first: an edited post has an id for each. */
    readonly versionIds: readonly string[]
    readonly isRepost: boolean
  }

/** One of the account's own posts was deleted. */
export type PostDeletion = Common & { readonly kind: 'post_deletion'; readonly externalId: string }

/** The account took our access away. */
export type Revocation = Common & { readonly kind: 'revoke'; readonly externalId: null }

/** What an event of X says, in the product's words, whichever of X's event systems said it. */
export type Activity = DirectMessage | EncryptedChat | Post | PostDeletion | Revocation
