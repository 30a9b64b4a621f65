import { signal } from '@preact/signals'

/** A failure can be read in the longer one. */
const TOAST_MS = { short: 4_000, long: 15_000 }

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

/** Shows for a moment that something succeeded, or that something failed on a page before, and announces it to screen readers. */
export function showToast(text: string, length: keyof typeof TOAST_MS = 'short'): void {
  const next = { text }
  toast.value = next
  announce(text)
  setTimeout(() => {
    if (toast.value === next) toast.value = null
  }, TOAST_MS[length])
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
