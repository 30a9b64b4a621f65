import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Icon, type IconName } from './icon.tsx'

export type ButtonProps = {
  readonly children: ComponentChildren
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger'
  readonly icon?: IconName
  readonly type?: 'button' | 'submit'
  readonly disabled?: boolean
  readonly small?: boolean
  readonly describedBy?: string
  readonly pressed?: boolean
  readonly expanded?: boolean
  /** What a click does; while it is under way, the button says so and takes no other click. */
  readonly onClick?: () => unknown
}

/** A button. Where its words alone do not say enough, `children` hold a part for screen readers. */
export function Button(props: ButtonProps) {
  const { children, kind = 'plain', icon, type = 'button', disabled, small, describedBy, pressed, expanded } = props
  const [busy, setBusy] = useState(false)
  const act = async () => {
    if (busy) return
    const doing = props.onClick?.()
    if (!(doing instanceof Promise)) return
    setBusy(true)
    await doing.finally(() => setBusy(false))
  }
  return (
    <button
      type={type}
      class={`button ${kind}${small ? ' small' : ''}`}
      disabled={disabled}
      aria-busy={busy || undefined}
      aria-describedby={describedBy}
      aria-pressed={pressed}
      aria-expanded={expanded}
      onClick={type === 'submit' ? undefined : act}
    >
      {icon && <Icon name={icon} size={small ? 16 : 18} />}
      <span>{children}</span>
    </button>
  )
}

/** A button that shows a picture alone; its name is for screen readers and as a hint. */
export function IconButton(props: {
  icon: IconName
  label: string
  onClick: () => unknown
  expanded?: boolean
  disabled?: boolean
}) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={props.label}
      title={props.label}
      aria-expanded={props.expanded}
      disabled={props.disabled}
      onClick={() => void props.onClick()}
    >
      <Icon name={props.icon} />
    </button>
  )
}
