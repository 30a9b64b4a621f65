import { useEffect, useRef, useState } from 'preact/hooks'
import { isNearBottom, scrollToBottom } from './scroll.ts'

/**
 * Counts new messages below the visible part of the page. Near the bottom, the page scrolls to them instead.
 * @param startsAtBottom a chat starts at its latest message, a post at the post itself
 */
export function useUnseenMessages(messageCount: number, startsAtBottom: boolean): number {
  const seenCount = useRef(messageCount)
  const [unseen, setUnseen] = useState(0)
  useEffect(() => {
    if (startsAtBottom) scrollToBottom('instant')
  }, [startsAtBottom])
  useEffect(() => {
    if (messageCount === seenCount.current) return
    if (isNearBottom()) scrollToBottom()
    else setUnseen(messageCount - seenCount.current)
  }, [messageCount])
  useEffect(() => {
    const handleScroll = () => {
      if (!isNearBottom()) return
      seenCount.current = messageCount
      setUnseen(0)
    }
    addEventListener('scroll', handleScroll, { passive: true })
    return () => removeEventListener('scroll', handleScroll)
  }, [messageCount])
  return unseen
}
