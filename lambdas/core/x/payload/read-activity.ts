import { $ZodError } from 'zod/v4/core'
import type { Activity } from '../activity.ts'
import type { QueuedEvent } from '../webhook-body.ts'
import { readDirectMessage } from './direct-message.ts'
import { readEncryptedChat } from './encrypted-chat.ts'
import { readPost } from './post.ts'
import { isoTime } from './schema.ts'

/** An activity, or why the event is unreadable. */
export type Reading = { readonly activity: Activity } | { readonly unreadable: string }

/**
 * Half of what an item of DynamoDB holds (400 KB). X's longest post with the longest one that it quotes has 150 KB; a link
 * that is expanded counts three times.
 */
const MAX_ACTIVITY_BYTES = 200_000

/**
 * Reads a queued event of either event system. Never throws for malformed events: `unreadable` names the wrong field.
 */
export function readActivity(event: QueuedEvent): Reading {
  const reading = readingOf(event)
  const isLarge = 'activity' in reading && Buffer.byteLength(JSON.stringify(reading.activity)) > MAX_ACTIVITY_BYTES
  return isLarge ? { unreadable: 'it is larger than any message of X' } : reading
}

function readingOf(event: QueuedEvent): Reading {
  const { kind, channelUserId, externalId, receivedAt } = event
  if (kind === 'unreadable' || channelUserId === null) {
    return { unreadable: event.reason ?? 'the event names no account' }
  }
  const item = wellFormed(event.item)
  const envelope = { channelUserId, receivedAt, includes: wellFormed(event.includes) }
  try {
    if (kind === 'direct_message') return { activity: readDirectMessage(item, envelope) }
    if (kind === 'post') return { activity: readPost(item, envelope) }
    if (kind === 'revoke') {
      const revokedAt = typeof item === 'object' && item !== null ? isoTime(Reflect.get(item, 'date_time')) : null
      return { activity: { kind, channelUserId, externalId: null, receivedAt, revokedAt } }
    }
    if (externalId === null) return { unreadable: 'its id is missing' }
    if (kind === 'encrypted_chat') return { activity: readEncryptedChat(externalId, item, envelope) }
    return { activity: { kind, channelUserId, externalId, receivedAt } }
  } catch (error) {
    return { unreadable: reasonOf(error) }
  }
}

/**
 * A value of JSON with whole characters only: X may cut a text in the middle of an emoji, and a database refuses half a
 * character.
 */
function wellFormed(value: unknown): unknown {
  const json = JSON.stringify(value)
  // JSON.stringify escapes half characters, and nothing else by such a code.
  if (json === undefined || !/\\ud[89a-f]/.test(json)) return value
  return JSON.parse(json, (_key, part) => (typeof part === 'string' ? part.toWellFormed() : part))
}

/** The first wrong field, without its value, which may be somebody's text. */
function reasonOf(error: unknown): string {
  if (error instanceof $ZodError) {
    const issue = error.issues[0]
    return issue ? `${issue.path.join('.')}: ${issue.message}` : 'the item does not match the schema'
  }
  if (error instanceof Error) return error.message
  throw error
}
