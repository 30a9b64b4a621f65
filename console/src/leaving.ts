import { useEffect } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { ask } from './parts/ask.tsx'
import { words } from './words.ts'

/** What is not saved yet on the page, and where that is. */
let guarded: { readonly url: string; readonly go: (url: string) => void } | null = null

const here = () => location.pathname + location.search

async function leave(url: string): Promise<void> {
  const to = guarded
  if (!to || !(await ask(words.leaving))) return
  guarded = null
  to.go(url)
}

/**
 * Has to be called before the router listens: it hears first of a link, and finds the address put back after «back».
 */
export function watchLeaving(): void {
  addEventListener('popstate', () => {
    if (!guarded || here() === guarded.url) return
    const target = here()
    history.pushState(null, '', guarded.url)
    void leave(target)
  })
  addEventListener(
    'click',
    (event) => {
      const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey
      const link = event.target instanceof Element ? event.target.closest('a') : null
      if (!guarded || !isPlain || !link || link.origin !== location.origin || link.target) return
      const target = link.pathname + link.search
      if (target === guarded.url) return
      event.preventDefault()
      event.stopPropagation()
      void leave(target)
    },
    { capture: true },
  )
  addEventListener('beforeunload', (event) => {
    if (guarded) event.preventDefault()
  })
}

/** Asks before the page is left while there is something unsaved on it. */
export function useUnsaved(isUnsaved: boolean): void {
  const { route } = useLocation()
  useEffect(() => {
    if (!isUnsaved) return undefined
    guarded = { url: here(), go: route }
    return () => {
      guarded = null
    }
  }, [isUnsaved, route])
}
