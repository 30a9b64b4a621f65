import { call } from '../../api/client.ts'
import { useResource } from '../../api/resource.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { channelsMessages } from '../../messages/channels.ts'
import { ticketsMessages as t } from '../../messages/tickets.ts'
import { role } from '../../session/session.ts'
import type { Filter } from './filters.tsx'

/** Shown where no ticket matches. */
export function NoTickets({ filter }: { filter: Filter }) {
  const channels = useResource('channels', (signal) =>
    call<{ channels: unknown[] }>('GET', '/api/channels', { signal }),
  )
  const hasChannel = (channels.value?.channels.length ?? 1) > 0
  const isFiltered = Object.values(filter).some(Boolean)
  const mayAddChannel = !hasChannel && role.value === 'administrator'
  const actions = isFiltered ? (
    <a class="button plain" href="/tickets">
      {t.clearFilters}
    </a>
  ) : (
    mayAddChannel && (
      <a class="button primary" href="/channels">
        {channelsMessages.add}
      </a>
    )
  )
  return (
    <div class="card">
      <EmptyState icon="tickets" title={t.emptyTitle} actions={actions || undefined}>
        {isFiltered ? t.emptyFiltered : hasChannel ? t.empty : t.noChannel}
      </EmptyState>
    </div>
  )
}
