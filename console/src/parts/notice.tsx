import type { ComponentChildren } from 'preact'
import type { ApiError } from '../api.ts'
import { signIn } from '../sign-in.ts'
import { sayError, words } from '../words.ts'
import { Button } from './button.tsx'
import { Icon, type IconName } from './icon.tsx'

type Tone = 'info' | 'good' | 'warning' | 'danger'
const icons: Readonly<Record<Tone, IconName>> = { info: 'info', good: 'check', warning: 'warning', danger: 'warning' }

export type NoticeProps = {
  readonly tone?: Tone
  readonly title?: string | undefined
  readonly children?: ComponentChildren
  readonly actions?: ComponentChildren
  readonly icon?: IconName
}

/** Something to know, in a box of its own; what is dangerous is read out at once. */
export function Notice({ tone = 'info', title, children, actions, icon = icons[tone] }: NoticeProps) {
  return (
    <div class={`notice ${tone}`} role={tone === 'danger' ? 'alert' : undefined}>
      <Icon name={icon} />
      <div class="notice-body">
        {title && <strong>{title}</strong>}
        {children && <div>{children}</div>}
        {actions && <div class="actions">{actions}</div>}
      </div>
    </div>
  )
}

/** What went wrong, why, and what to do. */
export function Failure({ error, onRetry }: { error: ApiError; onRetry?: () => unknown }) {
  const { title, text } = sayError(error)
  const actions =
    error.status === 401 ? (
      <Button onClick={signIn}>{words.signIn}</Button>
    ) : (
      onRetry && (
        <Button icon="retry" small onClick={onRetry}>
          {words.tryAgain}
        </Button>
      )
    )
  return (
    <Notice tone="danger" title={title} actions={actions} icon={error.status === 0 ? 'offline' : 'warning'}>
      {text}
      {error.fields.length > 1 && (
        <ul>
          {error.fields.map(({ field, detail }) => (
            <li key={field}>
              {field}: {detail}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  )
}
