import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { words } from '../words.ts'
import { Button } from './button.tsx'

/** A question before something that cannot be taken back. */
export type Question = {
  readonly title: string
  readonly text: string
  readonly yes: string
  readonly no?: string
  readonly isDanger?: boolean
}

const asked = signal<{ readonly question: Question; readonly answer: (yes: boolean) => void } | null>(null)

/** Asks the person; true for yes. */
export function ask(question: Question): Promise<boolean> {
  asked.value?.answer(false)
  return new Promise((resolve) => {
    asked.value = {
      question,
      answer(yes) {
        asked.value = null
        resolve(yes)
      },
    }
  })
}

/** Where questions appear; once, in the frame of the page. */
export function Asking() {
  const open = asked.value
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal()
  }, [open])
  if (!open) return null
  const { title, text, yes, no = words.cancel, isDanger } = open.question
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="asked-title"
      aria-describedby="asked-text"
      onCancel={(event) => {
        event.preventDefault()
        open.answer(false)
      }}
    >
      <h2 id="asked-title">{title}</h2>
      <p id="asked-text">{text}</p>
      <div class="actions end">
        <Button onClick={() => open.answer(false)}>{no}</Button>
        <Button kind={isDanger ? 'danger' : 'primary'} onClick={() => open.answer(true)}>
          {yes}
        </Button>
      </div>
    </dialog>
  )
}
