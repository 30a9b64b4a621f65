import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon.tsx'

/** Shown where there is no content: why, and what to do. */
export function EmptyState(props: {
  icon: IconName
  title: string
  children?: ComponentChildren
  actions?: ComponentChildren
}) {
  return (
    <div class="empty-state">
      <span class="empty-state-icon">
        <Icon name={props.icon} size={28} />
      </span>
      <strong>{props.title}</strong>
      {props.children && <p>{props.children}</p>}
      {props.actions && <div class="actions">{props.actions}</div>}
    </div>
  )
}
