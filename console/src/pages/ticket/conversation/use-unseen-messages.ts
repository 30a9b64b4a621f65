import type { RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Message } from '../../../../../client/src/calls.ts'
import { personId } from '../../../session/session.ts'
import { isNearBottom, scrollToMessage } from './scroll.ts'

/**
 * Counts new messages below the visible part of the conversation. Near its end, it scrolls to them instead. The
 * conversation begins with its newest message in view.
 * @param messages oldest first; earlier ones may be added at any time
 */
export function useUnseenMessages(scroller: RefObject<HTMLElement | null>, messages: readonly Message[]) {
  const newest = messages.at(-1)
  const seen = useRef(newest?.id)
  const [unseen, setUnseen] = useState(0)
  const seeNewest = () => {
    seen.current = newest?.id
    setUnseen(0)
    scrollToMessage(scroller.current, newest?.id)
  }
  useEffect(() => scrollToMessage(scroller.current, newest?.id, 'instant'), [])
  useEffect(() => {
    const element = scroller.current
    const stopped = new AbortController()
    const stop = () => stopped.abort()
    const { signal } = stopped
    // Pictures have no height before they are loaded: until somebody scrolls, the newest message stays in view.
    const keep = () => scrollToMessage(element, seen.current, 'instant')
    for (const loaded of ['load', 'loadedmetadata']) element?.addEventListener(loaded, keep, { capture: true, signal })
    for (const scrolls of ['wheel', 'touchmove', 'pointerdown', 'keydown'])
      element?.addEventListener(scrolls, stop, { passive: true, signal })
    return stop
  }, [])
  useEffect(() => {
    if (newest?.id === seen.current) return
    const isOwn = newest?.direction === 'outbound' && newest.author.id === personId.value
    if (isOwn || !scroller.current || isNearBottom(scroller.current)) seeNewest()
    else setUnseen(messages.length - 1 - messages.findIndex(({ id }) => id === seen.current))
  }, [newest?.id])
  useEffect(() => {
    const element = scroller.current
    const handleScroll = () => {
      if (!element || !isNearBottom(element)) return
      seen.current = newest?.id
      setUnseen(0)
    }
    element?.addEventListener('scroll', handleScroll, { passive: true })
    return () => element?.removeEventListener('scroll', handleScroll)
  }, [newest?.id])
  return { unseen, seeNewest }
}
