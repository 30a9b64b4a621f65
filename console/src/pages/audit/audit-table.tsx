import type { AuditEntry } from '../../../../client/src/calls.ts'
import { formatExactTime } from '../../format.ts'
import { auditMessages as t } from '../../messages/audit.ts'
import { commonMessages } from '../../messages/common.ts'

/** Entries of the audit trail: when, who and from where, what, and each changed field. */
export function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <table class="table stacked audit">
      <thead>
        <tr>
          {[t.at, t.person, t.kind, t.change].map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={`${entry.at} ${entry.id}`}>
            <td class="muted">
              <time dateTime={entry.at}>{formatExactTime(entry.at)}</time>
            </td>
            <td>
              <strong>{entry.actor.name}</strong>
              <div class="muted small">{entry.actor.address ?? t.unknownAddress}</div>
            </td>
            <td>
              {t.kinds[entry.kind] ?? entry.kind}
              <AuditedObject entry={entry} />
            </td>
            <td>
              <Change entry={entry} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function AuditedObject({ entry: { kind, object } }: { entry: AuditEntry }) {
  if (object === null) return null
  const page = /^(ticket|reply)_/.test(kind) ? 'tickets' : /^channel_/.test(kind) ? 'channels' : null
  return (
    <div class="small">
      {page ? <a href={`/${page}/${encodeURIComponent(object)}`}>{object}</a> : <code>{object}</code>}
    </div>
  )
}

function Change({ entry: { before, after } }: { entry: AuditEntry }) {
  const names = Object.keys(after ?? before ?? {}).sort()
  if (names.length === 0) return null
  return (
    <ul>
      {names.map((name) => (
        <li key={name}>
          <span class="muted">{name}:</span> {before && `${textOf(before[name], name)} → `}
          {textOf(after?.[name], name)}
        </li>
      ))}
    </ul>
  )
}

const statuses: Readonly<Record<string, string>> = { ...commonMessages.statuses, ...commonMessages.channelStatuses }

function textOf(value: unknown, name: string): string {
  if (value === null || value === undefined || value === '') return t.nothing
  if (name === 'status') return statuses[String(value)] ?? String(value)
  if (Array.isArray(value)) return value.length === 0 ? t.nothing : value.map(String).join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
