import { csvLine } from '../csv.ts'
import type { AuditEntry } from './entry.ts'

/** Entries as CSV with a line of headings. Changed fields are JSON. */
export function auditCsv(entries: readonly AuditEntry[]): string {
  const lines = entries.map(({ at, actor, kind, object, before, after }) => [
    at,
    actor.name,
    actor.id,
    actor.address,
    kind,
    object,
    before && JSON.stringify(before),
    after && JSON.stringify(after),
  ])
  const all = [['time', 'person', 'person id', 'address', 'kind', 'object', 'before', 'after'], ...lines]
  return all.map(csvLine).join('')
}
