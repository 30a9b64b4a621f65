import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Icon, type IconName } from './icon.tsx'

export type ButtonProps = {
  readonly children: ComponentChildren
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger'
  readonly icon?: IconName
  readonly disabled?: boolean
  readonly small?: boolean
  readonly expanded?: boolean
  /** While a returned promise is pending, the button is busy and ignores clicks. */
  readonly onClick: () => unknown
}

/** A button with a text. */
export function Button({ children, kind = 'plain', icon, disabled, small, expanded, onClick }: ButtonProps) {
  const [isBusy, setBusy] = useState(false)
  const handleClick = async () => {
    if (isBusy) return
    const result = onClick()
    if (!(result instanceof Promise)) return
    setBusy(true)
    await result.finally(() => setBusy(false))
  }
  return (
    <button
      type="button"
      class={`button ${kind}${small ? ' small' : ''}`}
      disabled={disabled}
      aria-busy={isBusy || undefined}
      aria-expanded={expanded}
      onClick={handleClick}
    >
      {icon && <Icon name={icon} size={small ? 16 : 18} />}
      <span>{children}</span>
    </button>
  )
}

type IconButtonProps = {
  readonly icon: IconName
  /** Tooltip, and name for screen readers. */
  readonly label: string
  /** Whether what it opens is open, and the id of that. */
  readonly expanded?: boolean
  readonly controls?: string
  readonly onClick: () => unknown
}

/** A button with an icon only. */
export function IconButton({ icon, label, expanded, controls, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      aria-expanded={expanded}
      aria-controls={controls}
      title={label}
      onClick={() => void onClick()}
    >
      <Icon name={icon} />
    </button>
  )
}
