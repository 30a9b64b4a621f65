/** Shared by the routes and the outgoing events that show tickets and channels. */
import type { ApiChannel, ApiTicket } from '../../core/api/schemas.ts'
import type { Channel } from '../../core/channels/channel.ts'
import type { FoundTicket } from '../../core/tickets/ticket.ts'
import { customerWaitsSince, unsettledCounts } from '../../core/tickets/turn.ts'

/** The public fields of a ticket. @param channel undefined if it is not there */
export function toApiTicket(ticket: FoundTicket, channel: Channel | undefined): ApiTicket {
  const { id, kind, status, tags, subject, customer, openedAt, openedBecause, updatedAt } = ticket
  const { messageCount, firstEntryId, previousTicketId, nextTicketId, lastMessage, channelId } = ticket
  return {
    id,
    channel: { id: channelId, name: channel?.name ?? channelId, username: channel?.username ?? '' },
    kind,
    status,
    tags: [...tags],
    subject,
    customer,
    openedAt,
    openedBecause,
    updatedAt,
    messageCount,
    firstEntryId,
    previousTicketId,
    nextTicketId,
    lastMessage,
    waitingSince: customerWaitsSince(ticket),
    replies: unsettledCounts(ticket),
    ...(ticket.match && { match: ticket.match }),
  }
}

/** The public fields of a channel. */
export function toApiChannel(channel: Channel): ApiChannel {
  const {
    countsFrom: _countsFrom,
    noMessagesChangedAt: _changedAt,
    directMessagesEnabledAt: _directMessagesEnabledAt,
    mentionsEnabledAt: _mentionsEnabledAt,
    inactivityNotifiedFrom: _notifiedFrom,
    revocationNotified: _notified,
    version: _version,
    budgetNotified: _budgetNotified,
    pinAttempts: _pinAttempts,
    chat = { state: 'off' as const },
    ...publicFields
  } = channel
  const { notified: _notifiedOfKey, ...encryptedChat } = chat
  return { ...publicFields, encryptedChat }
}
