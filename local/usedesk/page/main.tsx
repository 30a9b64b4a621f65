import '../../../console/src/style/tokens.css'
import '../../../console/src/style/base.css'
import '../../../console/src/style/badges.css'
import '../../../console/src/style/buttons.css'
import '../../../console/src/style/controls.css'
import '../../../console/src/style/feedback.css'
import '../../../console/src/style/message.css'
import './style.css'
import { render } from 'preact'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { View } from '../view.ts'
import { fetchView, sentenceOf } from './api.ts'
import { Connection } from './connection.tsx'
import { Conversation } from './conversation.tsx'
import { TicketList } from './ticket-list.tsx'

const pollMs = 1_000

/** What is open: a ticket, the page of the connection, or nothing. It stands behind the # of the address. */
type Place = { readonly ticketId: number | null; readonly isConnection: boolean }

const placeIn = (hash: string): Place => ({
  ticketId: /^#\d+$/.test(hash) ? Number(hash.slice(1)) : null,
  isConnection: hash === '#connection',
})

function App() {
  const place = usePlace()
  const { view, fault, refresh } = useView(place.ticketId)
  const isOpen = place.ticketId !== null || place.isConnection
  return (
    <div class={isOpen ? 'desk open' : 'desk'}>
      <header class="top">
        <h1>
          Usedesk <span class="badge status-new">simulated</span>
        </h1>
        <p class="muted small">
          Not Usedesk, but a stand-in for it on this machine. Here you are the agent in Usedesk.{' '}
          <a href="#connection">Connection</a>
        </p>
      </header>
      {fault && (
        <p class="notice danger fault" role="alert">
          {fault} The page tries again every second.
        </p>
      )}
      <main>
        {view && <TicketList tickets={view.tickets} openId={place.ticketId} />}
        <div class="pane">
          {view && place.isConnection && <Connection view={view} refresh={refresh} />}
          {view?.open && !place.isConnection && (
            <Conversation key={view.open.id} ticket={view.open} refresh={refresh} />
          )}
          {view && !place.isConnection && !view.open && <Nothing isMissing={place.ticketId !== null} />}
        </div>
      </main>
    </div>
  )
}

const Nothing = ({ isMissing }: { readonly isMissing: boolean }) => (
  <div class="empty">
    <p class="muted">{isMissing ? 'There is no such ticket.' : 'Choose a ticket to read and answer it.'}</p>
  </div>
)

function usePlace(): Place {
  const [place, setPlace] = useState(placeIn(location.hash))
  useEffect(() => {
    const listen = () => setPlace(placeIn(location.hash))
    addEventListener('hashchange', listen)
    return () => removeEventListener('hashchange', listen)
  }, [])
  return place
}

/** What is shown, asked for every second while somebody looks. */
function useView(openId: number | null) {
  const [view, setView] = useState<View>()
  const [fault, setFault] = useState<string>()
  const drawn = useRef('')
  const refresh = useCallback(async () => {
    try {
      const news = await fetchView(openId)
      const text = JSON.stringify(news)
      if (text !== drawn.current) setView(news)
      drawn.current = text
      setFault(undefined)
    } catch (error) {
      setFault(sentenceOf(error))
    }
  }, [openId])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isOver = false
    const poll = async () => {
      clearTimeout(timer)
      if (document.visibilityState === 'hidden') return
      await refresh()
      clearTimeout(timer)
      if (!isOver) timer = setTimeout(poll, pollMs)
    }
    document.addEventListener('visibilitychange', poll)
    void poll()
    return () => {
      isOver = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', poll)
    }
  }, [refresh])
  return { view, fault, refresh }
}

const app = document.getElementById('app')
if (app) render(<App />, app)
