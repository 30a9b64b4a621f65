import { useEffect, useRef, useState } from 'preact/hooks'
import { isNearBottom, scrollToBottom } from './scroll.ts'

/**
 * Counts new messages below the visible part of the page. Near the bottom, the page scrolls to them instead.
 * @param ids of the messages, oldest first; earlier ones may be added at any time
 * @param startsAtBottom a chat starts at its latest message, a post at the post itself
 */
export function useUnseenMessages(ids: readonly string[], startsAtBottom: boolean): number {
  const newest = ids.at(-1)
  const seen = useRef(newest)
  const [unseen, setUnseen] = useState(0)
  useEffect(() => {
    if (startsAtBottom) scrollToBottom('instant')
  }, [startsAtBottom])
  useEffect(() => {
    if (newest === seen.current) return
    if (isNearBottom()) scrollToBottom()
    else setUnseen(ids.length - 1 - ids.indexOf(seen.current ?? ''))
  }, [newest])
  useEffect(() => {
    const handleScroll = () => {
      if (!isNearBottom()) return
      seen.current = newest
      setUnseen(0)
    }
    addEventListener('scroll', handleScroll, { passive: true })
    return () => removeEventListener('scroll', handleScroll)
  }, [newest])
  return unseen
}
