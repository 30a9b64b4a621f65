import type { Judged } from '../channels/noise-rules.ts'
import type { Activity, DirectMessage, EncryptedChat, Facts, Person, Post } from '../x/activity.ts'
import { positionOfId, positionOfTime } from '../x/ids.ts'

/** An activity that can become a message. */
export type Written = DirectMessage | EncryptedChat | Post

/** True for an activity that can become a message. */
export function isWritten(activity: Activity): activity is Written {
  return activity.kind !== 'post_deletion' && activity.kind !== 'revoke'
}

/** Who wrote it. */
export function authorOf(written: Written): Person {
  return written.kind === 'post' ? written.author : written.sender
}

const PREFIX = { direct_message: 'dm', encrypted_chat: 'chat', post: 'post' } as const

/** The id of a message. It is derived from X's id, so a repeated event finds the same message. */
export function messageIdOf(kind: Written['kind'], externalId: string): string {
  return `${PREFIX[kind]}-${externalId}`
}

/** The place of a message in its ticket. An edited post has that of its first version, whichever version came first. */
export function positionOf(written: Written): string {
  if (written.kind === 'encrypted_chat') return positionOfTime(Date.parse(written.createdAt))
  return positionOfId(written.kind === 'post' ? firstVersionOf(written) : written.externalId)
}

/** X's id of the first version of a post. */
export function firstVersionOf({ versionIds, externalId }: Post): string {
  return versionIds[0] ?? externalId
}

/** What X tells of it besides its content; of an encrypted message nothing. */
export function factsOf(written: Written): Facts {
  return written.kind === 'encrypted_chat' ? {} : written.facts
}

/** What the rules against noise look at. */
export function judgedOf(written: Written): Judged {
  const facts = factsOf(written)
  const { createdAt } = written
  if (written.kind === 'post') {
    return { kind: 'mention', text: written.text, isAnswer: isAnswer(written), facts, createdAt }
  }
  return { kind: 'direct', text: textOf(written), isAnswer: false, facts, createdAt }
}

function isAnswer({ inReplyTo }: Post): boolean {
  return inReplyTo !== null && inReplyTo.postId !== null
}

/** Null for an encrypted message that could not be read. */
function textOf(written: DirectMessage | EncryptedChat): string | null {
  if (written.kind === 'direct_message') return written.text
  return written.content.is === 'message' ? written.content.text : null
}
