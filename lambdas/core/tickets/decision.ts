import type { Channel } from '../channels/channel.ts'
import type { Replay } from '../channels/outage.ts'
import { isSameText, type Reply } from '../replies/reply.ts'
import type { DirectMessage, EncryptedChat, Post } from '../x/activity.ts'
import { compareMedia } from './attachment.ts'
import type { Message, Ticket, TicketKind } from './ticket.ts'

/** The conversation of the answers of an author to a post of their own (rule 2). */
export type Conversation = {
  readonly id: string
  /** Its newest ticket; null if it has none. */
  readonly ticket: Ticket | null
  /** How many tickets it has had. One that goes on in a ticket of another conversation counts that too. */
  readonly length: number
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
  /** ISO time at which the extension was last enabled; null if it was never disabled. */
  readonly extensionEnabledAt: string | null
  /** The channel of the account for which X sent it; null if the account was never connected. */
  readonly channel: Channel | null
  /** True if the author of a post is a connected account. */
  readonly authorIsConnected: boolean
  /** True if an agent has blocked the author. */
  readonly authorIsBlocked: boolean
  /** The ticket in which it is already a message; null if it is new. */
  readonly storedIn: string | null
  /**
   * For a post: the message that stores it or another version of it, and the ticket. For an encrypted message: the
   * notice that stands for it. Null if there is none.
   */
  readonly stored: { readonly message: Message; readonly ticket: Ticket; readonly answers: Answers | null } | null
  /** For an edit of an encrypted message: the message that it edits, and the ticket; null if there is none. */
  readonly edited: { readonly message: Message; readonly ticket: Ticket } | null
  /** For a private message: the customer's direct messages; null if X names no customer. */
  readonly current: Conversation | null
  /** For a post that answers one of its own author: the conversation of the answers to that one. */
  readonly answered: (Conversation & { readonly parentIsFirstEntry: boolean }) | null
  /** For a post: the conversation of the answers to it, if one of them came first. */
  readonly own: Conversation | null
  /** The ticket that contains the post's parent; null too if the post joins it. */
  readonly parent: Ticket | null
  /** The last replay that we requested from X; null if there was none. */
  readonly replay: Replay | null
  /** The id of the ticket that contains the post's parent; null if none does. */
  readonly parentTicketId: string | null
  /** The parent's message; null too if the post joins the ticket of its parent, where nobody needs it. */
  readonly parentMessage: Message | null
  /** Our replies to the same target whose outcome is unknown. */
  readonly attempts: readonly Reply[]
  /** The one of our replies to which X's id leads although its outcome is unknown: a crash came in between. Or null. */
  readonly unended: Reply | null
  /** What is stored of it, or of other versions of it, without a message; by message id. */
  readonly placeholders: ReadonlyMap<string, Placeholder>
  /** What deferred events wait for that may come with this activity: message ids, a conversation, an encrypted event. */
  readonly awaited: readonly string[]
}

/** What to do with an activity. People read `reason` (rule 9). */
export type Decision =
  | {
      readonly do: 'open'
      readonly kind: TicketKind
      readonly conversationId: string
      /** Its place among the tickets of its conversation, from 1. */
      readonly number: number
      /** The closed ticket of the same conversation that it follows. */
      readonly follows: Ticket | null
      /** The earlier ticket to show to people: `follows`, or the one that contains the parent. */
      readonly previousTicketId: string | null
      readonly answers: Answers | null
      /** X's id of a parent that must still be unknown when this is written; null if it is known or there is none. */
      readonly unknownParentId: string | null
      /** A tag besides the usual one; left out for none. */
      readonly tag?: string | undefined
      readonly reason: string
    }
  | {
      readonly do: 'join'
      readonly ticket: Ticket
      readonly direction: 'inbound' | 'outbound'
      readonly answers: Answers | null
      /** A conversation that goes on in the joined ticket, because its newest ticket is closed. */
      readonly continues: Continued | null
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
  /** X reports that it did not deliver our reply. `failure` is X's name of the cause. */
  | { readonly do: 'fail_reply'; readonly reply: Reply; readonly failure: string; readonly reason: string }
  | { readonly do: 'mark_deleted'; readonly ticketId: string; readonly reason: string }
  | { readonly do: 'mark_revoked'; readonly reason: string }
  | { readonly do: 'repeat'; readonly ticketId: string; readonly reason: string }
  | { readonly do: 'ignore'; readonly reason: string }
  /** It can never concern a ticket (rule 9). */
  | { readonly do: 'count'; readonly reason: string }
  /** It is ignored, unless what it belongs to comes later: then it is routed again. */
  | {
      readonly do: 'defer'
      /** The message id, conversation or encrypted event that it waits for. */
      readonly until: string
      /** The ticket that it was decided on; null if there is none. */
      readonly seen: Ticket | null
      readonly reason: string
    }
  /** A deletion that comes before its post. */
  | { readonly do: 'remember_deletion'; readonly reason: string }

/** A conversation that goes on in a ticket of another one after a closed one (`follows`): as its ticket of this number. */
export type Continued = { readonly conversationId: string; readonly number: number; readonly follows: Ticket }

/** Where answers to a customer's post belong, and whether it is a first entry (rule 2). */
export type Answers = { readonly conversationId: string; readonly isFirstEntry: boolean }

/** A decision to join a ticket. */
export function joins(
  ticket: Ticket,
  direction: 'inbound' | 'outbound',
  reason: string,
  answers: Answers | null = null,
): Extract<Decision, { do: 'join' }> {
  return { do: 'join', ticket, direction, answers, continues: null, reason }
}

/** A decision to ignore. @param reason for people (rule 9) */
export function ignore(reason: string): Decision {
  return { do: 'ignore', reason }
}

/**
 * Rule 5: if an echo comes before we store X's id, we recognize it by the attempt with the same target, text and media.
 */
export function settleByEcho(echo: DirectMessage | EncryptedChat | Post, { attempts }: Situation): Decision | null {
  const reason = 'it is the echo of our reply'
  if (echo.kind === 'encrypted_chat') {
    const sent = attempts.find(({ sending }) => sending.chat?.payload?.messageId === echo.externalId)
    return sent ? { do: 'settle', reply: sent, reason } : null
  }
  const alike = attempts
    .filter((one) => !one.sending.chat && isSameText(one.text, echo.text, one.sending.target.kind))
    .map((one) => ({
      one,
      media: compareMedia({ media: one.media, uploadedMedia: one.sending.uploadedMedia }, echo.media),
    }))
  const reply = (alike.find(({ media }) => media === 'exact') ?? alike.find(({ media }) => media === 'alike'))?.one
  return reply ? { do: 'settle', reply, reason } : null
}
