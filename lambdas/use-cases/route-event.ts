/**
 * Called with events of the queue, in order per person. Promises that each becomes a ticket, a message, or a record of
 * why not, however often it comes. A failing event fails alone with what follows it of the same person; it comes
 * again, and lies among the dead letters in the end.
 */

import { recoveredBy } from '../core/channels/outage.ts'
import type { RoutedOutcome } from '../core/log-events.ts'
import type { EventRecord } from '../core/ports/events.ts'
import type { Clock, Log } from '../core/ports/platform.ts'
import type { DueQueue } from '../core/ports/queues.ts'
import type { Stores } from '../core/ports/stores.ts'
import type { CommitResult } from '../core/ports/tickets.ts'
import { sent } from '../core/replies/sending.ts'
import { dueTimeOf } from '../core/tickets/completion.ts'
import { joinTicket, openTicket, type Written } from '../core/tickets/message.ts'
import { type Decision, decide, type Situation } from '../core/tickets/routing.ts'
import type { Message, Recovered } from '../core/tickets/ticket.ts'
import { reviseMessage } from '../core/tickets/versions.ts'
import type { Activity } from '../core/x/activity.ts'
import { channelIdOf } from '../core/x/ids.ts'
import { readActivity } from '../core/x/payload/read-activity.ts'
import type { QueuedEvent } from '../core/x/webhook-body.ts'

export type RouterDependencies = Stores & { mediaQueue: DueQueue; now: Clock; log: Log }

/** Deciding again after a change in between; more than this many times is no coincidence. */
const DECISIONS = 10

/** What became of an event, as logs and `npm run replay` tell it. */
type Outcome = { outcome: RoutedOutcome; reason: string; ticketId: string | null }

export function createRouter({ tickets, replies, channels, events, mediaQueue, now, log }: RouterDependencies) {
  async function route(event: QueuedEvent, recordId: string): Promise<void> {
    const reading = readActivity(event)
    const done =
      'activity' in reading
        ? await settle(reading.activity, event, recordId)
        : await keepUnreadable(reading.unreadable, event, recordId)
    const { event: kind, channelUserId, externalId } = event
    log({ event: 'routed', kind, channelUserId, externalId, ...done })
  }

  async function settle(activity: Activity, event: QueuedEvent, recordId: string): Promise<Outcome> {
    for (let n = 0; n < DECISIONS; n++) {
      const situation = await tickets.situationOf(activity)
      const decision = decide(activity, situation)
      if (decision.do === 'ignore') {
        return keepRecord('ignored', decision.reason, event, recordId, situation.channel !== null)
      }
      const done = await carryOut(activity, decision, situation, recoveredIn(event, activity, situation))
      if (done) return { reason: decision.reason, ...done }
    }
    throw new Error(`what ${event.kind} ${event.externalId} was decided on changed ${DECISIONS} times`)
  }

  /** Null when what was decided on has changed. */
  async function carryOut(
    activity: Activity,
    decision: Exclude<Decision, { do: 'ignore' }>,
    situation: Situation,
    recovered: Recovered | null,
  ): Promise<Omit<Outcome, 'reason'> | null> {
    const channelId = channelIdOf(activity.channelUserId)
    const at = now().toISOString()
    switch (decision.do) {
      case 'repeat':
        return { outcome: 'repeated', ticketId: decision.ticketId }
      case 'settle': {
        const { reply } = decision
        const settled = await replies.save(reply, sent(reply, String(activity.externalId)))
        return settled ? { outcome: 'settled', ticketId: reply.ticketId } : null
      }
      case 'mark_revoked':
        await channels.markRevoked(channelId)
        return { outcome: 'revoked', ticketId: null }
      case 'mark_deleted':
        await tickets.markDeleted(channelId, String(activity.externalId), at)
        return { outcome: 'deleted', ticketId: decision.ticketId }
      case 'open': {
        const { ticket, message } = openTicket(written(activity), decision, situation, at, recovered)
        await channels.messageCame(channelId, activity.receivedAt)
        const { follows } = decision
        const committed = await tickets.commit({ before: null, after: ticket, message, follows })
        if (committed === 'done') await queueMedia(message)
        return resultOf(committed, 'opened', ticket.id)
      }
      case 'join': {
        const inbound = decision.direction === 'inbound'
        const { ticket, message } = joinTicket(written(activity), decision, situation, at, recovered)
        if (inbound) await channels.messageCame(channelId, activity.receivedAt)
        const committed = await tickets.commit({ before: decision.ticket, after: ticket, message, follows: null })
        if (committed === 'done') await queueMedia(message)
        return resultOf(committed, inbound ? 'joined' : 'outgoing', ticket.id)
      }
      case 'revise': {
        if (activity.kind !== 'post' || !situation.channel) throw new Error(`a ${activity.kind} has no versions`)
        const { ticket, message } = reviseMessage(activity, decision, situation.channel, at)
        const revised = { before: decision.message, after: message }
        const change = { before: decision.ticket, after: ticket, message: null, revised, follows: null }
        const committed = await tickets.commit(change)
        if (committed === 'done') await queueMedia(message)
        return resultOf(committed, 'edited', ticket.id)
      }
    }
  }

  /** Nobody's next message waits for a picture: what cannot be queued now is due, and the sweep brings it. */
  async function queueMedia(message: Message): Promise<void> {
    const { id: messageId, ticketId, channelId, position } = message
    if (dueTimeOf(message) === null) return
    try {
      await mediaQueue.send([{ messageId, ticketId, channelId, position }], now().toISOString())
    } catch (error) {
      log({ event: 'media_not_queued', messageId, error: error instanceof Error ? error.message : String(error) })
    }
  }

  async function keepUnreadable(reason: string, event: QueuedEvent, recordId: string) {
    const channel = event.channelUserId ? await channels.get(channelIdOf(event.channelUserId)) : null
    return keepRecord('unreadable', reason, event, recordId, channel !== null)
  }

  async function keepRecord(
    outcome: EventRecord['outcome'],
    reason: string,
    { event: kind, channelUserId, externalId, receivedAt: at, item }: QueuedEvent,
    recordId: string,
    isOurs: boolean,
  ): Promise<Outcome> {
    const channelId = channelUserId && isOurs ? channelIdOf(channelUserId) : null
    const raw = outcome === 'unreadable' ? JSON.stringify(item) : null
    await events.record(recordId, { at, outcome, reason, kind, channelId, externalId }, raw)
    return { outcome, reason: reason, ticketId: null }
  }

  return route
}

/** Also what is stored already is decided on again: it may be stored as another version of the same post. */
function resultOf(result: CommitResult, outcome: RoutedOutcome, ticketId: string) {
  return result === 'done' ? { outcome, ticketId } : null
}

/** By which way a message came, when not by an ordinary delivery. */
function recoveredIn(event: QueuedEvent, activity: Activity, { replay }: Situation): Recovered | null {
  return 'createdAt' in activity ? recoveredBy(event.polled === true, activity, replay) : null
}

/** @throws Error for an activity that is no message: only those open and join tickets */
function written(activity: Activity): Written {
  if (activity.kind === 'post_deletion' || activity.kind === 'revoke') {
    throw new Error(`a ${activity.kind} is no message`)
  }
  return activity
}
