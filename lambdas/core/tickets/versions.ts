import type { Channel } from '../channels/channel.ts'
import { earlierOf, laterOf } from '../time.ts'
import type { Post } from '../x/activity.ts'
import { positionOfId } from '../x/ids.ts'
import { pendingAttachment } from './attachment.ts'
import { type Decision, deletionIn, type Situation } from './decision.ts'
import { versionOf } from './message.ts'
import { isNewer, mentions } from './posts.ts'
import { type Message, statusAfterCustomer, subjectOf, type Ticket, type Version } from './ticket.ts'
import { customerWaitsSince, withLastText } from './turn.ts'

/**
 * The message and ticket after a `revise` decision (rule 8). The message shows the newest version and keeps all of
 * them; their order of arrival does not matter. Only a newer version changes the ticket's status and time, as a new
 * message would.
 * @param now ISO time
 */
export function reviseMessage(
  post: Post,
  { message: before, ticket }: Extract<Decision, { do: 'revise' }>,
  { channel, placeholders }: Pick<Situation, 'placeholders'> & { readonly channel: Channel },
  now: string,
): { ticket: Ticket; message: Message } {
  const isNewest = isNewer(post.externalId, before.externalId)
  const message: Message = {
    ...before,
    ...(isNewest ? contentOf(post, before, channel) : {}),
    versions: sorted([...versionsOf(before), versionOf(post)]),
    versionIds: [...new Set([...before.versionIds, ...post.versionIds, ...idsOf(before)])].sort(byId),
    createdAt: earlierOf(before.createdAt, post.createdAt),
    deletedAt: before.deletedAt ?? deletionIn(placeholders),
  }
  return { message, ticket: ticketAfter(ticket, before, message, isNewest, now) }
}

/** The content of the newest version. Known media keep their download state. */
function contentOf(post: Post, before: Message, channel: Channel): Partial<Message> {
  const isCustomers = before.direction === 'inbound'
  return {
    externalId: post.externalId,
    text: post.text,
    entities: post.entities,
    addressees: post.addressees,
    media: post.media.map(
      (one) => before.media.find((known) => known.id === one.id) ?? pendingAttachment(one, post.receivedAt),
    ),
    quoted: post.quoted ?? before.quoted,
    mentionsAccount: isCustomers ? mentions(post, channel) : before.mentionsAccount,
  }
}

function ticketAfter(ticket: Ticket, before: Message, after: Message, isNewest: boolean, now: string): Ticket {
  const isFirstEntry = ticket.firstEntryId !== null && idsOf(after).includes(ticket.firstEntryId)
  const firstEntryId = isFirstEntry ? (after.versions[0]?.externalId ?? ticket.firstEntryId) : ticket.firstEntryId
  const changed = { ...ticket, firstEntryId, version: ticket.version + 1 }
  if (!isNewest) return changed
  const { kind, customer, subject } = ticket
  const isCustomers = before.direction === 'inbound'
  const status = isCustomers ? statusAfterCustomer(ticket.status) : ticket.status
  return {
    ...withLastText(changed, before, after.text),
    status,
    waitingSince: isCustomers ? (customerWaitsSince(ticket) ?? now) : ticket.waitingSince,
    subject: isFirstEntry ? subjectOf(kind, after.text, customer) : subject,
    updatedAt: laterOf(now, ticket.updatedAt),
  }
}

/** The received versions of a message; for one that was never edited, the message itself. */
function versionsOf({ versions, externalId, text, entities, createdAt }: Message): readonly Version[] {
  if (versions.length > 0 || externalId === null) return versions
  return [{ externalId, text, entities, createdAt }]
}

function idsOf({ externalId, versionIds }: Message): string[] {
  return [...versionIds, ...(externalId === null ? [] : [externalId])]
}

function sorted(versions: readonly Version[]): Version[] {
  return [...versions].sort((a, b) => byId(a.externalId, b.externalId))
}

function byId(a: string, b: string): number {
  return positionOfId(a) < positionOfId(b) ? -1 : 1
}
