import { withQuery } from '../../api/client.ts'

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

export const auditUrl = (filter: AuditFilter): string => withQuery('/audit', filter)
