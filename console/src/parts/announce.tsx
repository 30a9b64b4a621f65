import { signal } from '@preact/signals'

const said = signal('')
const seen = signal<{ readonly text: string } | null>(null)

/** Says something to screen readers alone. */
export function announce(text: string): void {
  said.value = ''
  queueMicrotask(() => {
    said.value = text
  })
}

/** Says for a moment that something has been done. */
export function confirmDone(text: string): void {
  const note = { text }
  seen.value = note
  announce(text)
  setTimeout(() => {
    if (seen.value === note) seen.value = null
  }, 4_000)
}

/** Where it is said; once, in the frame of the page. */
export function Announcements() {
  return (
    <>
      <div class="for-readers" role="status" aria-live="polite">
        {said.value}
      </div>
      {seen.value && (
        <div class="toast" aria-hidden="true">
          {seen.value.text}
        </div>
      )}
    </>
  )
}
