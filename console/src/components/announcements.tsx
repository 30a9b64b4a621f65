import { signal } from '@preact/signals'

const TOAST_MS = 4_000

const announcement = signal('')
const toast = signal<{ readonly text: string } | null>(null)

/** Tells screen readers something that others see anyway. */
export function announce(text: string): void {
  // Emptied first: screen readers read a text again only when it changes.
  announcement.value = ''
  queueMicrotask(() => {
    announcement.value = text
  })
}

/** Shows for a moment that something succeeded, and announces it to screen readers. */
export function showToast(text: string): void {
  const next = { text }
  toast.value = next
  announce(text)
  setTimeout(() => {
    if (toast.value === next) toast.value = null
  }, TOAST_MS)
}

/** Renders announcements and toasts. The app has exactly one. */
export function Announcements() {
  return (
    <>
      <div class="visually-hidden" role="status" aria-live="polite">
        {announcement.value}
      </div>
      {toast.value && (
        <div class="toast" aria-hidden="true">
          {toast.value.text}
        </div>
      )}
    </>
  )
}
