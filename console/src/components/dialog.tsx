import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { commonMessages } from '../messages/common.ts'
import { Button } from './button.tsx'

export type Confirmation = {
  readonly title: string
  readonly text: string
  /** Label of the button that confirms. */
  readonly confirm: string
  /** Label of the button that cancels; «Cancel» when left out. */
  readonly cancel?: string
  readonly isDanger?: boolean
}

const pending = signal<{
  readonly confirmation: Confirmation
  readonly resolve: (isConfirmed: boolean) => void
} | null>(null)

/** Asks before an action that cannot be undone. Resolves to true when the person confirms. */
export function confirmDialog(confirmation: Confirmation): Promise<boolean> {
  pending.value?.resolve(false)
  const { activeElement } = document
  return new Promise((resolve) => {
    pending.value = {
      confirmation,
      resolve(isConfirmed) {
        pending.value = null
        resolve(isConfirmed)
        // The dialog goes; without this the focus would be on nothing.
        requestAnimationFrame(() => {
          if (activeElement instanceof HTMLElement && document.activeElement === document.body) activeElement.focus()
        })
      },
    }
  })
}

/** Renders the dialog of `confirmDialog`. The app has exactly one. */
export function ConfirmDialog() {
  const open = pending.value
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal()
  }, [open])
  if (!open) return null
  const { title, text, confirm, cancel = commonMessages.cancel, isDanger } = open.confirmation
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="dialog-title"
      aria-describedby="dialog-text"
      onCancel={(event) => {
        event.preventDefault()
        open.resolve(false)
      }}
    >
      <h2 id="dialog-title">{title}</h2>
      <p id="dialog-text">{text}</p>
      <div class="actions end">
        <Button onClick={() => open.resolve(false)}>{cancel}</Button>
        <Button kind={isDanger ? 'danger' : 'primary'} onClick={() => open.resolve(true)}>
          {confirm}
        </Button>
      </div>
    </dialog>
  )
}
