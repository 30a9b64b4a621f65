import type { Actor, AuditEntry, AuditKind, Values } from '../audit/entry.ts'
import type { Page, PageRequest } from './tickets.ts'

/** Narrows a list of entries. */
export type AuditFilter = {
  /** A user name, or an id of a person or client. */
  readonly person?: string | undefined
  readonly kind?: AuditKind | undefined
  readonly object?: string | undefined
  /** ISO times, both included. */
  readonly from: string
  readonly to: string
}

/** What is stored with an entry and shown to nobody. */
export type KeptEntry = {
  /** Seconds since 1970. */
  readonly expiresAt: number
  /** X's id of the customer whom it concerns, by which an erasure finds it; null for none. */
  readonly customerId: string | null
}

/** Entries of the audit trail. They are written once; only the erasure of a customer takes out whom one concerns. */
export type AuditStore = {
  /** Stores an entry; if there is one with this `at` and `id`, that one stays. */
  record(entry: AuditEntry, kept: KeptEntry): Promise<void>
  /** Newest first. With a filter a page may be shorter than its limit, and even empty, though more follow. */
  list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>>
}

/** What somebody is about to do. */
export type AuditedAct = {
  readonly kind: AuditKind
  readonly object: string | null
  /** X's id of the customer whose ticket it is. */
  readonly customerId?: string
  readonly before?: Values | null
  readonly after?: Values | null
}

/** Where use cases say who does what. */
export type AuditTrail = {
  /**
   * Writes an entry. It is called right before the change, so no change is without its entry.
   * @throws Error if the entry could not be stored: then nothing may be changed
   */
  record(actor: Actor, act: AuditedAct): Promise<void>
  /**
   * Writes that a call was refused, once a minute for each person and route: somebody who makes up ids fills nothing.
   * @param call method and path as they were called
   * @param route method and path with their placeholders
   */
  refused(actor: Actor, call: string, route: string): Promise<void>
  /** Writes that a person signed in, once for each sign-in. @param signedInAt seconds since 1970 */
  signedIn(actor: Actor, signedInAt: number): Promise<void>
}
