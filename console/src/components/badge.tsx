import { commonMessages as t } from '../messages/common.ts'
import { Icon } from './icon.tsx'

/** Status of a ticket. */
export function StatusBadge({ status }: { status: keyof typeof t.statuses }) {
  return <span class={`badge status-${status}`}>{t.statuses[status] ?? status}</span>
}

/** Status of a channel. */
export function ChannelBadge({ status }: { status: keyof typeof t.channelStatuses }) {
  return <span class={`badge channel-${status}`}>{t.channelStatuses[status]}</span>
}

/** Kind of a ticket: direct message (private) or mention (public). */
export function KindLabel({ kind }: { kind: keyof typeof t.kinds }) {
  return (
    <span class="kind-label">
      <Icon name={kind === 'direct' ? 'envelope' : 'globe'} size={14} />
      {t.kinds[kind]}
    </span>
  )
}
