import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

/** So many rows before and after the visible ones are there too, for who goes on by keyboard or scrolls fast. */
const AHEAD_ROWS = 16

/** The range moves in steps, so that not every scrolled pixel renders. */
const STEP_ROWS = 8

/** Rows `first` to `end`, without `end`. */
export type Range = { readonly first: number; readonly end: number }

/** The rows of a list with rows of one height that are in view, and some around them. @param count of all rows */
export function useRowsInView(list: RefObject<HTMLElement | null>, count: number): Range {
  const [range, setRange] = useState<Range>({ first: 0, end: 4 * AHEAD_ROWS })
  useLayoutEffect(() => {
    const measure = () => {
      const { top, rowHeight } = placeOf(list.current, count) ?? {}
      if (top === undefined || rowHeight === undefined) return
      const first = stepOf(-top / rowHeight) - AHEAD_ROWS
      const end = stepOf((innerHeight - top) / rowHeight) + STEP_ROWS + AHEAD_ROWS
      setRange((now) => (now.first === first && now.end === end ? now : { first, end }))
    }
    measure()
    const observer = new ResizeObserver(measure)
    if (list.current) observer.observe(list.current)
    // Whatever scrolls: the page, or the pane beside a ticket.
    document.addEventListener('scroll', measure, { capture: true, passive: true })
    return () => {
      observer.disconnect()
      document.removeEventListener('scroll', measure, { capture: true })
    }
  }, [count])
  return range
}

/** The numbers of the rows of a range and of some more, in order. @param more -1 for none */
export function rowsOf({ first, end }: Range, more: readonly number[], count: number): readonly number[] {
  const rows = Array.from({ length: end - first }, (_, n) => first + n)
  return [...new Set([...rows, ...more])].filter((row) => row >= 0 && row < count).sort((a, b) => a - b)
}

const stepOf = (row: number) => Math.floor(row / STEP_ROWS) * STEP_ROWS

/** Where a list begins in the window, in pixels; null while it is not shown. */
function placeOf(list: HTMLElement | null, count: number): { top: number; rowHeight: number } | null {
  if (!list || list.clientHeight === 0) return null
  return { top: list.getBoundingClientRect().top, rowHeight: list.clientHeight / count }
}

type Kept = {
  readonly count: number
  /** The open ticket; undefined while the list is the page. */
  readonly openId: string | undefined
  /** The row of the open ticket, or of the one that was open last; -1 for none. */
  readonly row: number
}

/**
 * Keeps a row where it is while the list changes between the page and the pane beside a ticket, which scroll each by
 * themselves, and brings the row of a ticket that is opened into view.
 */
export function useKeptPlace(list: RefObject<HTMLElement | null>, { count, openId, row }: Kept): void {
  const last = useRef<ReturnType<typeof placeOf>>(null)
  const wasAside = useRef(false)
  const isAside = openId !== undefined
  useLayoutEffect(() => {
    const remember = () => {
      last.current = placeOf(list.current, count) ?? last.current
    }
    document.addEventListener('scroll', remember, { capture: true, passive: true })
    return () => document.removeEventListener('scroll', remember, { capture: true })
  }, [count])
  useLayoutEffect(() => {
    const before = wasAside.current === isAside ? null : last.current
    wasAside.current = isAside
    // After the router, which scrolls the page to its begin.
    queueMicrotask(() => {
      const now = placeOf(list.current, count)
      if (!now) return
      const topNow = now.top + row * now.rowHeight
      const topBefore = before ? before.top + row * before.rowHeight : topNow
      const scroller = isAside ? list.current?.closest('.list-pane') : document.scrollingElement
      if (row >= 0) {
        const top = Math.max(0, Math.min(topBefore, innerHeight - 2 * now.rowHeight))
        scroller?.scrollBy({ top: topNow - top, behavior: 'instant' })
      }
      last.current = placeOf(list.current, count)
    })
  }, [openId, row < 0])
}
