import { type Endpoint, outgoingEventTypes } from '../outgoing/endpoint.ts'

/** The id under which Usedesk is among the endpoints of outgoing events, and that of what comes from it. */
export const USEDESK = 'usedesk'
export const FROM_USEDESK = 'usedesk-inbound'

/** The group, beside those of tickets there, that looks for what no webhook brought; and how often, in minutes. */
export const LOOK = 'look'
export const LOOK_EVERY_MINUTES = 5

const eventTypes = outgoingEventTypes.filter((type) => type !== 'channel.changed')

/**
 * Usedesk as an endpoint: its events wait, come again and pause like those of any other, and administrators see them.
 * @param since ISO time from which it gets events
 */
export function usedeskEndpoint(url: string, since: string): Endpoint {
  return {
    id: USEDESK,
    url,
    description: 'Usedesk',
    eventTypes,
    status: 'enabled',
    disabledBecause: null,
    disabledNotified: false,
    createdAt: since,
    sendsFrom: since,
    startedAfreshAt: since,
    secrets: [],
    failures: 0,
    failingSince: null,
    pausedUntil: null,
  }
}

/** The author of what an agent wrote in Usedesk. Ids of our own users never begin so. */
const AGENT = 'usedesk-agent-'

/** @param userId Usedesk's id of the agent; null if it does not say */
export function usedeskAuthor(userId: string | null, name: string | null): { id: string; name: string } {
  return { id: `${AGENT}${userId ?? 'unknown'}`, name: name ?? 'Usedesk' }
}

/** True if an agent wrote it in Usedesk. */
export function isFromUsedesk({ id }: { readonly id: string }): boolean {
  return id.startsWith(AGENT)
}

/** A ticket of ours and the one that it is in Usedesk. */
export type UsedeskLink = {
  readonly ticketId: string
  readonly customerId: string
  /** Null while it is being created there, or when we do not know whether it was. */
  readonly usedeskTicketId: string | null
  /** What we last told Usedesk, or heard from it. */
  readonly status: number | null
  readonly tags: readonly string[]
  /** When Usedesk had changed it last when we looked, in its own form; null before. */
  readonly seenAt: string | null
  /** The status that we set there, until (ISO time) its webhook has come; null if none is on its way. */
  readonly echo: { readonly status: number; readonly until: string } | null
}

/** Longer than a webhook of Usedesk is on its way. */
export const ECHO_MS = 60_000

/** What Usedesk has been told of a message. */
export type Told = {
  readonly ticketId: string
  readonly customerId: string
  readonly messageId: string
  /** Digest of the text that it was told last. */
  readonly text: string
  /** The ids of the attachments that it has, or was told why it has not. */
  readonly files: readonly string[]
  /** Digests of the comments that were made of it. */
  readonly comments: readonly string[]
  /** Digest of a comment whose call has begun and whose outcome is not stored; null if there is none. */
  readonly claimed: string | null
}
