/**
 * Called by the router with events of X, in order per person. Promises that each event becomes a ticket, a message, or
 * a record of why not; processing it again changes nothing. After a failure the queue delivers the event and its
 * successors of the same person again, and finally moves it to the dead-letter queue.
 */
import { endsMinute } from '../core/channels/inactivity.ts'
import { recoveredBy } from '../core/channels/outage.ts'
import type { RoutedOutcome } from '../core/log-events.ts'
import type { EventRecord } from '../core/ports/events.ts'
import type { Clock, Log } from '../core/ports/platform.ts'
import type { DueQueue } from '../core/ports/queues.ts'
import type { Stores } from '../core/ports/stores.ts'
import type { CommitResult, Placed } from '../core/ports/tickets.ts'
import { chatRefusalOf } from '../core/replies/chat-refusals.ts'
import { failed, sent } from '../core/replies/sending.ts'
import { isAwaitedEvent, reviseChat } from '../core/tickets/chat.ts'
import { dueTimeOf } from '../core/tickets/completion.ts'
import type { Decision, Situation } from '../core/tickets/decision.ts'
import { joinTicket, openTicket } from '../core/tickets/message.ts'
import { decide, otherParty } from '../core/tickets/routing.ts'
import type { Message, Recovered } from '../core/tickets/ticket.ts'
import { reviseMessage } from '../core/tickets/versions.ts'
import { authorOf, isWritten, messageIdOf, positionOf, type Written } from '../core/tickets/written.ts'
import type { Activity } from '../core/x/activity.ts'
import { channelIdOf } from '../core/x/ids.ts'
import { readActivity } from '../core/x/payload/read-activity.ts'
import type { QueuedEvent } from '../core/x/webhook-body.ts'
import type { ReadChat } from './chat/read-chat.ts'
import { dueMessageOf } from './due-message.ts'
import { conflict, retryOnConflict } from './retry-on-conflict.ts'

export type RouterDependencies = Stores & {
  /** Reads an encrypted message, as far as the channel's key opens it. Called for encrypted messages only. */
  readChat: ReadChat
  mediaQueue: DueQueue
  now: Clock
  log: Log
}

/** The result of an event, as logs and `npm run replay` show it. */
type Outcome = { outcome: RoutedOutcome; reason: string; ticketId: string | null }

export function createRouter(dependencies: RouterDependencies) {
  const { tickets, replies, channels, events, readChat, mediaQueue, now, log } = dependencies
  /** @param ending what is stored now, so that nothing waits for it any longer */
  async function route(event: QueuedEvent, recordId: string, ending: ReadonlySet<string> = new Set()): Promise<void> {
    const reading = readActivity(event)
    const outcome =
      'activity' in reading
        ? await routeActivity(await opened(reading.activity), event, recordId, ending)
        : await recordUnreadable(reading.unreadable, event, recordId)
    const { event: kind, channelUserId, externalId } = event
    log({ event: ending.size > 0 ? 'deferred_routed' : 'routed', kind, channelUserId, externalId, ...outcome })
  }

  /** The activity; an encrypted message as far as it can be read. A group's is not read, because it makes no ticket. */
  async function opened(activity: Activity): Promise<Activity> {
    return activity.kind === 'encrypted_chat' && !activity.isGroup ? readChat(activity) : activity
  }

  async function routeActivity(
    activity: Activity,
    event: QueuedEvent,
    recordId: string,
    ending: ReadonlySet<string>,
  ): Promise<Outcome> {
    const { situation, decision, outcome } = await retryOnConflict(
      `the situation of ${event.kind} ${event.externalId}`,
      async () => {
        const situation = await tickets.situationOf(activity)
        const decision = decide(activity, situation)
        const outcome = await follow(activity, decision, situation, event, recordId)
        return outcome === conflict ? conflict : { situation, decision, outcome }
      },
    )
    for (const until of endedBy(activity, decision, situation)) {
      if (!ending.has(until)) await routeDeferred(activity, until, ending)
    }
    return outcome
  }

  /** Routes what has waited for a message or its conversation. What was written before it waits on. */
  async function routeDeferred(activity: Activity, until: string, ending: ReadonlySet<string>): Promise<void> {
    const channelId = channelIdOf(activity.channelUserId)
    const position = positionOf(messageIn(activity))
    const all = await tickets.deferred(channelId, until)
    for (const deferred of all.filter((one) => one.position >= position)) {
      await route(deferred.event, deferred.recordId, new Set([...ending, until]))
      if (await tickets.isStored(channelId, until, deferred)) await tickets.removeDeferred(channelId, until, deferred)
    }
  }

  async function follow(
    activity: Activity,
    decision: Decision,
    situation: Situation,
    event: QueuedEvent,
    recordId: string,
  ): Promise<Outcome | typeof conflict> {
    const { reason } = decision
    const ignored = () => saveRecord('ignored', reason, event, recordId, situation.channel !== null, personIn(activity))
    const channelId = channelIdOf(activity.channelUserId)
    switch (decision.do) {
      case 'ignore':
        return ignored()
      case 'remember_deletion': {
        const isRemembered = await tickets.rememberDeletion(channelId, String(activity.externalId), now().toISOString())
        return isRemembered ? ignored() : conflict
      }
      case 'count':
        return { outcome: 'counted', reason, ticketId: null }
      case 'defer': {
        const written = messageIn(activity)
        const messageId = messageIdOf(written.kind, written.externalId)
        const deferred = { event, recordId, messageId, position: positionOf(written) }
        const isDeferred = await tickets.defer(channelId, decision.until, deferred, decision.seen)
        return isDeferred ? ignored() : conflict
      }
      default: {
        const done = await carryOut(activity, decision, situation, recoveredIn(event, activity, situation))
        return done === conflict ? conflict : { reason, ...done }
      }
    }
  }

  async function carryOut(
    activity: Activity,
    decision: Exclude<Decision, { do: 'ignore' | 'count' | 'defer' | 'remember_deletion' }>,
    situation: Situation,
    recovered: Recovered | null,
  ): Promise<Omit<Outcome, 'reason'> | typeof conflict> {
    const channelId = channelIdOf(activity.channelUserId)
    const at = now().toISOString()
    switch (decision.do) {
      case 'repeat':
        return { outcome: 'repeated', ticketId: decision.ticketId }
      case 'settle': {
        const { reply } = decision
        const sequenceId = activity.kind === 'encrypted_chat' ? activity.sequenceId : null
        const isSaved = await replies.save(reply, sent(reply, String(activity.externalId), sequenceId))
        return isSaved ? { outcome: 'settled', ticketId: reply.ticketId } : conflict
      }
      case 'fail_reply': {
        const isSaved = await replies.save(decision.reply, failed(decision.reply, chatRefusalOf(decision.failure)))
        return isSaved ? { outcome: 'reply_failed', ticketId: decision.reply.ticketId } : conflict
      }
      case 'mark_revoked':
        if (situation.channel) await channels.markRevoked(situation.channel)
        return { outcome: 'revoked', ticketId: null }
      case 'mark_deleted':
        await tickets.markDeleted(channelId, String(activity.externalId), at)
        return { outcome: 'deleted', ticketId: decision.ticketId }
      case 'open': {
        const { ticket, message } = openTicket(messageIn(activity), decision, situation, at, recovered)
        await saveLastMessageAt(situation, activity)
        const { follows } = decision
        const placed = placedBy(decision, situation)
        const committed = await tickets.commit({ before: null, after: ticket, message, follows, placed })
        if (committed === 'done') await queueMedia(message)
        return resultOf(committed, 'opened', ticket.id)
      }
      case 'join': {
        const inbound = decision.direction === 'inbound'
        const { ticket, message } = joinTicket(messageIn(activity), decision, situation, at, recovered)
        if (inbound) await saveLastMessageAt(situation, activity)
        const placed = placedBy(decision, situation)
        const change = { before: decision.ticket, after: ticket, message, follows: null, placed }
        const committed = await tickets.commit(change)
        if (committed === 'done') await queueMedia(message)
        return resultOf(committed, inbound ? 'joined' : 'outgoing', ticket.id)
      }
      case 'revise': {
        const { ticket, message } = revised(activity, decision, situation, at)
        const versions = { before: decision.message, after: message }
        const placed = placedBy({ answers: situation.stored?.answers ?? null }, situation)
        const change = {
          before: decision.ticket,
          after: ticket,
          message: null,
          revised: versions,
          follows: null,
          placed,
        }
        const committed = await tickets.commit(change)
        if (committed === 'done') await queueMedia(message)
        return resultOf(committed, 'edited', ticket.id)
      }
    }
  }

  async function saveLastMessageAt({ channel }: Situation, { receivedAt }: Activity): Promise<void> {
    if (channel && endsMinute(channel, receivedAt)) await channels.saveLastMessageAt(channel.id, receivedAt)
  }

  /** A failure must not delay the customer's next message: `requeue` queues the media within a minute. */
  async function queueMedia(message: Message): Promise<void> {
    if (dueTimeOf(message) === null) return
    try {
      await mediaQueue.send([dueMessageOf(message)], now().toISOString())
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      log({ event: 'media_not_queued', messageId: message.id, error: reason })
    }
  }

  async function recordUnreadable(reason: string, event: QueuedEvent, recordId: string) {
    const channel = event.channelUserId ? await channels.get(channelIdOf(event.channelUserId)) : null
    return saveRecord('unreadable', reason, event, recordId, channel !== null, null)
  }

  async function saveRecord(
    outcome: EventRecord['outcome'],
    reason: string,
    { event: kind, channelUserId, externalId, receivedAt: at, item }: QueuedEvent,
    recordId: string,
    isOurs: boolean,
    personId: string | null,
  ): Promise<Outcome> {
    const channelId = channelUserId && isOurs ? channelIdOf(channelUserId) : null
    const raw = outcome === 'unreadable' ? JSON.stringify(item) : null
    await events.record(recordId, { at, outcome, reason, kind, channelId, externalId }, raw, personId)
    return { outcome, reason, ticketId: null }
  }

  return route
}

/** `repeated` is a conflict too: the stored message may be another version of the same post, so decide again. */
function resultOf(result: CommitResult, outcome: RoutedOutcome, ticketId: string) {
  return result === 'done' ? { outcome, ticketId } : conflict
}

/** @throws Error for what has no versions */
function revised(
  activity: Activity,
  decision: Extract<Decision, { do: 'revise' }>,
  { channel, placeholders }: Situation,
  at: string,
) {
  if (activity.kind === 'encrypted_chat') return reviseChat(activity, decision, at)
  if (activity.kind !== 'post' || !channel) throw new Error(`only messages of a channel change, not a ${activity.kind}`)
  return reviseMessage(activity, decision, { channel, placeholders }, at)
}

/** How a lost message was recovered; null for an ordinary delivery. */
function recoveredIn(event: QueuedEvent, activity: Activity, { replay }: Situation): Recovered | null {
  return 'createdAt' in activity ? recoveredBy(event.polled === true, activity, replay) : null
}

/** What the message of an event settles besides its ticket. */
function placedBy(decision: Pick<Placed, 'answers'> & Partial<Placed>, { placeholders, awaited }: Situation): Placed {
  const { answers, unknownParentId = null, continues = null } = decision
  return { answers, unknownParentId, continues, placeholders, awaited }
}

/** What deferred events need not wait for any longer after an activity: message ids and conversations. */
function endedBy(activity: Activity, decision: Decision, { awaited }: Situation): readonly string[] {
  if (awaited.length === 0 || !isWritten(activity)) return []
  if (decision.do === 'ignore' || decision.do === 'defer' || decision.do === 'count') return []
  if (activity.kind === 'post') return awaited
  // What the account wrote before the customer's first message waits on, unless this one is the new first, perhaps since
  // an earlier try.
  const isFirst =
    decision.do === 'open' ||
    decision.do === 'repeat' ||
    (decision.do === 'join' && positionOf(activity) <= decision.ticket.firstPosition)
  return isFirst ? awaited : awaited.filter(isAwaitedEvent)
}

/** X's id of the person whom an activity concerns besides the account; null if X names nobody. */
function personIn(activity: Activity): string | null {
  if (!isWritten(activity)) return null
  const author = authorOf(activity).id
  if (author !== activity.channelUserId) return author
  return activity.kind === 'post' ? (activity.inReplyTo?.userId ?? null) : otherParty(activity)
}

/** @throws Error for a deletion or a revocation: only messages open or join tickets */
function messageIn(activity: Activity): Written {
  if (isWritten(activity)) return activity
  throw new Error(`a ${activity.kind} carries no message`)
}
