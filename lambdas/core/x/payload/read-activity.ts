import { ZodError } from 'zod'
import type { Activity } from '../activity.ts'
import type { QueuedEvent } from '../webhook-body.ts'
import { readDirectMessage, readEncryptedChat } from './direct-message.ts'
import { readPost } from './post.ts'

/** An activity, or why the event is not to be understood. */
export type Reading = { readonly activity: Activity } | { readonly unreadable: string }

/** Reads an event of either of X's systems. Never throws: what does not fit is `unreadable`, with the field at fault. */
export function readActivity(event: QueuedEvent): Reading {
  const { kind, channelUserId, externalId, receivedAt, item, includes } = event
  if (kind === 'unreadable' || channelUserId === null) {
    return { unreadable: event.reason ?? 'no account in it' }
  }
  const envelope = { channelUserId, receivedAt, includes }
  try {
    if (kind === 'direct_message') return { activity: readDirectMessage(item, envelope) }
    if (kind === 'post') return { activity: readPost(item, envelope) }
    if (kind === 'revoke') return { activity: { kind, channelUserId, externalId: null, receivedAt } }
    if (externalId === null) return { unreadable: 'its id is missing' }
    if (kind === 'encrypted_chat') return { activity: readEncryptedChat(externalId, item, envelope) }
    return { activity: { kind, channelUserId, externalId, receivedAt } }
  } catch (error) {
    return { unreadable: faultOf(error) }
  }
}

/** The first fault by its field, without the value, which may be somebody's text. */
function faultOf(error: unknown): string {
  if (error instanceof ZodError) {
    const issue = error.issues[0]
    return issue ? `${issue.path.join('.')}: ${issue.message}` : 'it does not fit the schema'
  }
  if (error instanceof Error) return error.message
  throw error
}
