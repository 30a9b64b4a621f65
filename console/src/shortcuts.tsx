import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Button } from './components/button.tsx'
import { layoutMessages } from './messages/layout.ts'
import { config } from './session/session.ts'

const t = layoutMessages.shortcuts

const isHelpOpen = signal(false)

export const openShortcuts = (): void => {
  isHelpOpen.value = true
}

/** True where letters are text. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')
}

/** What a key does is marked in the page: `data-shortcut` names the key. */
function handleKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
  if (document.querySelector('dialog[open]')) return
  if (event.key === '?') {
    openShortcuts()
    return
  }
  const element = Object.hasOwn(t.keys, event.key)
    ? document.querySelector<HTMLElement>(`[data-shortcut="${event.key}"]`)
    : null
  if (!element) return
  event.preventDefault()
  if (element.matches('textarea, input')) element.focus()
  else element.click()
}

/** Keys that agents use instead of the mouse, and their list. The app has exactly one. */
export function Shortcuts() {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    addEventListener('keydown', handleKey)
    return () => removeEventListener('keydown', handleKey)
  }, [])
  const isOpen = isHelpOpen.value
  useEffect(() => {
    if (isOpen) dialog.current?.showModal()
    else dialog.current?.close()
  }, [isOpen])
  const close = () => {
    isHelpOpen.value = false
  }
  const keys = Object.entries(t.keys).filter(([key]) => key !== '/' || config.value.hasSearch)
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="shortcuts-title" onClose={close}>
      <h2 id="shortcuts-title">{t.title}</h2>
      <dl class="shortcuts">
        {[...keys, ['?', t.help] as const, ['Ctrl + Enter', t.send] as const].map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <div class="actions end">
        <Button onClick={close}>{t.close}</Button>
      </div>
    </dialog>
  )
}
