/** Whether the end of the page is in sight, or nearly. */
export function isNearEnd(): boolean {
  const { scrollHeight } = document.documentElement
  return scrollHeight - scrollY - innerHeight < 240
}

/** Shows the end of the page, at once for who wants no motion. */
export function toEnd(wanted: ScrollBehavior = 'smooth'): void {
  const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : wanted
  requestAnimationFrame(() => scrollTo({ top: document.documentElement.scrollHeight, behavior }))
}
