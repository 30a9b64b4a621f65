/**
 * Called by whatever lets a person change something, right before the change. A success promises that the entry is
 * stored; after a failure nothing may be changed.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { Actor, AuditEntry } from '../core/audit/entry.ts'
import type { AuditedAct, AuditStore, AuditTrail } from '../core/ports/audit.ts'
import type { Clock } from '../core/ports/platform.ts'

export type AuditDependencies = {
  audit: Pick<AuditStore, 'record'>
  /** Days for which an entry is kept. */
  auditDays: number
  now: Clock
}

/** Sign-ins that one process remembers, so that it writes each once. */
const MAX_REMEMBERED = 10_000

const DAY_SECONDS = 24 * 3600
const MINUTE_MS = 60_000

export function createAuditTrail({ audit, auditDays, now }: AuditDependencies): AuditTrail {
  const signIns = new Set<string>()

  const store = (entry: AuditEntry, customerId: string | null = null) =>
    audit.record(entry, { expiresAt: Math.ceil(Date.parse(entry.at) / 1000) + auditDays * DAY_SECONDS, customerId })

  return {
    record: (actor, { kind, object, customerId, before = null, after = null }) =>
      store({ id: randomUUID(), at: now().toISOString(), kind, actor, object, before, after }, customerId),

    refused(actor, call, route) {
      const at = new Date(Math.floor(now().getTime() / MINUTE_MS) * MINUTE_MS).toISOString()
      const id = digest(`${actor.id} ${route}`)
      return store({ id, at, kind: 'refused', actor, object: call, before: null, after: null })
    },

    async signedIn(actor, signedInAt) {
      const at = new Date(signedInAt * 1000).toISOString()
      const id = digest(`${actor.id} signed in`)
      const key = `${at}#${id}`
      if (signIns.has(key)) return
      await store({ id, at, kind: 'signed_in', actor, object: null, before: null, after: null })
      if (signIns.size >= MAX_REMEMBERED) signIns.clear()
      signIns.add(key)
    },
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

/**
 * Returns what records a change that is tried again after conflicts. The entry of an earlier try stays, because that try
 * may have made the change; the same change needs no second one.
 */
export function recordingOnce(trail: AuditTrail, actor: Actor): (act: AuditedAct) => Promise<void> {
  let recorded = ''
  return async (act) => {
    const wouldRecord = JSON.stringify(act)
    if (wouldRecord !== recorded) await trail.record(actor, act)
    recorded = wouldRecord
  }
}
