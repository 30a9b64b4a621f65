import type { RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { isNearBottom, scrollToBottom } from './scroll.ts'

/**
 * Counts new messages below the visible part of the conversation. Near its end, it scrolls to them instead.
 * @param ids of the messages, oldest first; earlier ones may be added at any time
 * @param startsAtBottom a chat starts at its latest message, a post at the post itself
 */
export function useUnseenMessages(
  scroller: RefObject<HTMLElement | null>,
  ids: readonly string[],
  startsAtBottom: boolean,
): number {
  const newest = ids.at(-1)
  const seen = useRef(newest)
  const [unseen, setUnseen] = useState(0)
  useEffect(() => {
    if (startsAtBottom) scrollToBottom(scroller.current, 'instant')
  }, [startsAtBottom])
  useEffect(() => {
    if (newest === seen.current) return
    if (!scroller.current || isNearBottom(scroller.current)) {
      seen.current = newest
      scrollToBottom(scroller.current)
    } else setUnseen(ids.length - 1 - ids.indexOf(seen.current ?? ''))
  }, [newest])
  useEffect(() => {
    const element = scroller.current
    const handleScroll = () => {
      if (!element || !isNearBottom(element)) return
      seen.current = newest
      setUnseen(0)
    }
    element?.addEventListener('scroll', handleScroll, { passive: true })
    return () => element?.removeEventListener('scroll', handleScroll)
  }, [newest])
  return unseen
}
