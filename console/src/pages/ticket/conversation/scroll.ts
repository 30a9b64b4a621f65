const NEAR_BOTTOM_PX = 240

/** True when the bottom of the page is visible or nearly visible. */
export function isNearBottom(): boolean {
  const { scrollHeight } = document.documentElement
  return scrollHeight - scrollY - innerHeight < NEAR_BOTTOM_PX
}

/** Scrolls to the bottom of the page; without animation for people who prefer reduced motion. */
export function scrollToBottom(preferred: ScrollBehavior = 'smooth'): void {
  const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : preferred
  requestAnimationFrame(() => scrollTo({ top: document.documentElement.scrollHeight, behavior }))
}
