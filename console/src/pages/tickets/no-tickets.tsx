import { EmptyState } from '../../components/empty-state.tsx'
import { health } from '../../health.tsx'
import { channelsMessages } from '../../messages/channels.ts'
import { ticketsMessages as t } from '../../messages/tickets.ts'
import { role } from '../../session/session.ts'
import type { Filter } from './filters.tsx'

/** Shown where no ticket matches. */
export function NoTickets({ filter }: { filter: Filter }) {
  const { isExtensionOn = true, channels } = health.value ?? {}
  const hasChannel = channels?.length !== 0
  const isFiltered = Object.values(filter).some(Boolean)
  const mayAddChannel = isExtensionOn && !hasChannel && role.value === 'administrator'
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
        {isFiltered ? t.emptyFiltered : textOf(isExtensionOn, hasChannel)}
      </EmptyState>
    </div>
  )
}

function textOf(isExtensionOn: boolean, hasChannel: boolean): string {
  if (!isExtensionOn) return t.extensionOff
  return hasChannel ? t.empty : t.noChannel
}
