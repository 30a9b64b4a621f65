import type { ComponentChildren } from 'preact'
import { words } from '../words.ts'
import { Icon, type IconName } from './icon.tsx'

/** The shape of what is still to come. */
export function Skeleton({ lines = 3, tall }: { lines?: number; tall?: boolean }) {
  return (
    <div class="skeleton" role="status">
      <span class="for-readers">{words.loading}</span>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} class={tall ? 'bone tall' : 'bone'} />
      ))}
    </div>
  )
}

/** Nothing there, and what to do about it. */
export function Empty(props: {
  icon: IconName
  title: string
  children?: ComponentChildren
  actions?: ComponentChildren
}) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={props.icon} size={28} />
      </span>
      <strong>{props.title}</strong>
      {props.children && <p>{props.children}</p>}
      {props.actions && <div class="actions">{props.actions}</div>}
    </div>
  )
}
