import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** So far before the end comes into view the next page is loaded. */
const AHEAD = '600px'

/**
 * Calls back when the end of a list comes near the visible part.
 * @param length of the list; asked again after it has grown
 */
export function useEndInView(onNear: () => void, length: number): RefObject<HTMLDivElement | null> {
  const end = useRef<HTMLDivElement>(null)
  const latest = useRef(onNear)
  latest.current = onNear
  useEffect(() => {
    if (!end.current) return undefined
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) latest.current()
      },
      // What scrolls may be the page or a pane; an older browser without the second loads when the end is in view.
      { rootMargin: AHEAD, scrollMargin: AHEAD },
    )
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [length])
  return end
}
