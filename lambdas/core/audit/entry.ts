import { canonicalJson } from '../canonical-json.ts'

/** What an entry of the audit trail tells of. What is done by X or by a customer is no entry. */
export const auditKinds = [
  'signed_in',
  'refused',
  'ticket_changed',
  'reply_written',
  'reply_retried',
  'reply_resolved',
  'x_action',
  'channel_connected',
  'channel_changed',
  'channel_disconnected',
  'chat_key_entered',
  'chat_key_forgotten',
  'extension_changed',
  'endpoint_changed',
  'customer_blocked',
  'profile_read',
  'customer_erased',
  'trail_exported',
] as const
export type AuditKind = (typeof auditKinds)[number]

/** A person or machine that does something, and from where. */
export type Actor = {
  /** The user's id in the user pool, or the id of a client: it never changes. */
  readonly id: string
  /** The user name, or the id of a client. */
  readonly name: string
  /** The network address of the caller; null if it is unknown. */
  readonly address: string | null
}

/** What was changed: fields and their values; never a text of a message, never a secret. */
export type Values = Readonly<Record<string, unknown>>

/** Who did what, when and from where (docs/decisions/audit.md). */
export type AuditEntry = {
  /** Together with `at` it is unique; letters, digits, `_` and `-`. */
  readonly id: string
  /** ISO time. */
  readonly at: string
  readonly kind: AuditKind
  readonly actor: Actor
  /** The id of the ticket, channel or endpoint, `twitter` for the extension, the call that was refused; null for a sign-in. */
  readonly object: string | null
  /** The changed fields as they were; null if there was nothing before. */
  readonly before: Values | null
  /** The changed fields as they are to be; null if nothing changes. */
  readonly after: Values | null
}

/** The fields that differ, as they were and as they are; null if none does. Values are compared as JSON. */
export function changesOf(before: Values, after: Values): { before: Values; after: Values } | null {
  const names = Object.keys(after).filter((name) => canonicalJson(before[name]) !== canonicalJson(after[name]))
  if (names.length === 0) return null
  const pick = (values: Values) => Object.fromEntries(names.map((name) => [name, values[name] ?? null]))
  return { before: pick(before), after: pick(after) }
}
