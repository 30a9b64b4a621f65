const NEAR_BOTTOM_PX = 240

/** True when the end of what scrolls is visible or nearly visible. */
export function isNearBottom({ scrollHeight, scrollTop, clientHeight }: Element): boolean {
  return scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX
}

/** Scrolls to the end; without animation for people who prefer reduced motion. */
export function scrollToBottom(scroller: Element | null, preferred: ScrollBehavior = 'smooth'): void {
  const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : preferred
  requestAnimationFrame(() => scroller?.scrollTo({ top: scroller.scrollHeight, behavior }))
}
