import type { ComponentChildren } from 'preact'
import type { Problem } from '../../../client/src/client.ts'
import { commonMessages } from '../messages/common.ts'
import { describeError } from '../messages/errors.ts'
import { signIn } from '../session/sign-in.ts'
import { Button } from './button.tsx'
import { Icon, type IconName } from './icon.tsx'

type Tone = 'info' | 'success' | 'warning' | 'danger'
const icons: Readonly<Record<Tone, IconName>> = {
  info: 'info',
  success: 'check',
  warning: 'warning',
  danger: 'warning',
}

export type NoticeProps = {
  readonly tone?: Tone
  readonly title?: string | undefined
  readonly children?: ComponentChildren
  readonly actions?: ComponentChildren
  readonly icon?: IconName
}

/** A highlighted text. Screen readers read out the tone `danger` at once. */
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

/** An error: what happened, why, and what to do. */
export function ErrorNotice({ error, onRetry }: { error: Problem; onRetry?: () => unknown }) {
  const { title, text } = describeError(error)
  const actions =
    error.status === 401 ? (
      <Button onClick={signIn}>{commonMessages.signIn}</Button>
    ) : (
      onRetry && (
        <Button icon="retry" small onClick={onRetry}>
          {commonMessages.tryAgain}
        </Button>
      )
    )
  return (
    <Notice tone="danger" title={title} actions={actions} icon={error.status === 0 ? 'offline' : 'warning'}>
      {text}
      {error.errors.length > 1 && (
        <ul>
          {error.errors.map(({ field, detail }) => (
            <li key={field}>
              {field}: {detail}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  )
}
