import type { Calls } from '../../../../client/src/calls.ts'
import { givenIn, withQuery } from '../../links.ts'

/** The filters of the audit trail, as in the URL; days are UTC. */
export type AuditFilter = {
  readonly person?: string | undefined
  readonly kind?: string | undefined
  readonly object?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export function filterFromQuery({ person, kind, object, from, to }: Readonly<Record<string, string>>): AuditFilter {
  return { person, kind, object, from, to }
}

/** What a filter asks the API for. What is wrong in the URL, the API refuses. */
export const queryOf = (filter: AuditFilter): Calls['GET /api/audit.csv']['query'] => givenIn(filter)

export const auditUrl = (filter: AuditFilter): string => withQuery('/audit', filter)
