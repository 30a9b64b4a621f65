import { useEffect } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { confirmDialog } from './components/dialog.tsx'
import { layoutMessages } from './messages/layout.ts'

/** The page with unsaved changes, and how to navigate away from it; null when there are none. */
let unsavedPage: { readonly url: string; readonly navigate: (url: string) => void } | null = null

/** How many parts of it have some. */
let unsavedParts = 0

const currentUrl = () => location.pathname + location.search

async function confirmAndLeave(url: string): Promise<void> {
  const page = unsavedPage
  if (!page || !(await confirmDialog(layoutMessages.unsavedChanges))) return
  unsavedPage = null
  page.navigate(url)
}

/**
 * Asks before a link or the back button leaves a page with unsaved changes.
 * Call it before the router starts, so that these listeners run first.
 */
export function guardNavigation(): void {
  addEventListener('popstate', () => {
    if (!unsavedPage || currentUrl() === unsavedPage.url) return
    const target = currentUrl()
    history.pushState(null, '', unsavedPage.url)
    void confirmAndLeave(target)
  })
  addEventListener(
    'click',
    (event) => {
      const isPlainClick = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey
      const link = event.target instanceof Element ? event.target.closest('a') : null
      if (!unsavedPage || !isPlainClick || !link || link.origin !== location.origin || link.target) return
      const target = link.pathname + link.search
      if (target === unsavedPage.url) return
      event.preventDefault()
      event.stopPropagation()
      void confirmAndLeave(target)
    },
    { capture: true },
  )
  addEventListener('beforeunload', (event) => {
    if (unsavedPage) event.preventDefault()
  })
}

/** Marks the current page as one with unsaved changes, in one of its parts. */
export function useUnsavedChanges(isUnsaved: boolean): void {
  const { route } = useLocation()
  useEffect(() => {
    if (!isUnsaved) return undefined
    unsavedPage = { url: currentUrl(), navigate: route }
    unsavedParts++
    return () => {
      unsavedParts--
      if (unsavedParts === 0) unsavedPage = null
    }
  }, [isUnsaved, route])
}
