const NEAR_BOTTOM_PX = 240

/** What stays free below. */
const END_PX = 16

/** True when the end of what scrolls is visible or nearly visible. */
export function isNearBottom({ scrollHeight, scrollTop, clientHeight }: Element): boolean {
  return scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX
}

/**
 * Scrolls until a message ends where the visible part does, or begins where it does if it is longer; without animation for
 * people who prefer reduced motion. A reply to a post is below the post, not at the end.
 */
export function scrollToMessage(
  scroller: Element | null,
  id: string | undefined,
  preferred: ScrollBehavior = 'smooth',
): void {
  const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : preferred
  requestAnimationFrame(() => {
    const message = id && scroller?.querySelector(`[data-message="${CSS.escape(id)}"]`)
    if (!message || !scroller) return
    const [shown, whole] = [scroller.getBoundingClientRect(), message.getBoundingClientRect()]
    const down = Math.min(whole.bottom - shown.bottom + END_PX, whole.top - shown.top)
    scroller.scrollBy({ top: down, behavior })
  })
}
