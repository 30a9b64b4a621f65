import { useLocation } from 'preact-iso'
import { Field, Select } from '../../components/field.tsx'
import { Notice } from '../../components/notice.tsx'
import { daysAgo } from '../../format.ts'
import { auditMessages as t } from '../../messages/audit.ts'
import { type AuditFilter, auditUrl } from './filter.ts'

const kinds = [['', t.allKinds] as const, ...Object.entries(t.kinds)]

/** Filters by person, kind, object and days. Each change is a new address. */
export function AuditFilters({ filter }: { filter: AuditFilter }) {
  const { route } = useLocation()
  const change = (part: AuditFilter) => route(auditUrl({ ...filter, ...part }))
  const isWrongOrder = filter.from && filter.to && filter.from > filter.to
  return (
    <>
      <div class="report-filters audit-filters">
        <TextInput
          label={t.person}
          hint={t.personHint}
          value={filter.person}
          onChange={(person) => change({ person })}
        />
        <Select label={t.kind} value={filter.kind ?? ''} options={kinds} onChange={(kind) => change({ kind })} />
        <TextInput
          label={t.object}
          hint={t.objectHint}
          value={filter.object}
          onChange={(object) => change({ object })}
        />
        <DayInput label={t.from} hint={t.utcHint} value={filter.from} onChange={(from) => change({ from })} />
        <DayInput label={t.to} hint={t.utcHint} value={filter.to} onChange={(to) => change({ to })} />
      </div>
      {isWrongOrder && <Notice tone="danger">{t.wrongOrder}</Notice>}
    </>
  )
}

type InputProps = { label: string; hint: string; value: string | undefined; onChange: (value: string) => void }

function TextInput({ label, hint, value = '', onChange }: InputProps) {
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <input
          {...control}
          value={value}
          maxLength={200}
          autocomplete="off"
          spellcheck={false}
          onChange={(event) => onChange(event.currentTarget.value.trim())}
        />
      )}
    </Field>
  )
}

function DayInput({ label, hint, value = '', onChange }: InputProps) {
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <input
          {...control}
          type="date"
          value={value}
          max={daysAgo(0)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}
