import '../../../console/src/style/tokens.css'
import '../../../console/src/style/base.css'
import '../../../console/src/style/badges.css'
import '../../../console/src/style/buttons.css'
import '../../../console/src/style/controls.css'
import '../../../console/src/style/feedback.css'
import './style.css'
import { render } from 'preact'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { ShownUser, View } from '../page.ts'
import { fetchView, sentenceOf } from './api.ts'
import { Controls } from './controls.tsx'
import { People } from './people.tsx'
import { Phone, type Tab } from './phone.tsx'

const pollMs = 1_000

/** The usernames of the customer and of the shop. They stand in the address, so that a reload keeps them. */
type Chosen = { readonly person?: string | undefined; readonly shop?: string | undefined }

const fallbacks = { person: 'demo_customer', shop: 'demo_shop' }

/** What the page shows: X as this person sees it, who writes to this shop. */
type Shown = { readonly view: View; readonly person: ShownUser; readonly shop: ShownUser }

function App() {
  const { shown, fault, choose, refresh } = useShown()
  const [tab, setTab] = useState<Tab>('messages')
  return (
    <>
      <header class="top">
        <div>
          <h1>Write as a customer</h1>
          <p>
            This page simulates X on this machine. Write to the shop here, reply in the helpdesk’s console, and see the
            reply here.
          </p>
        </div>
        {shown?.view.consoleUrl && (
          <a class="button primary" href={shown.view.consoleUrl} target="_blank" rel="noopener">
            Open the console <span aria-hidden="true">↗</span>
          </a>
        )}
      </header>
      {fault && (
        <p class="notice danger offline" id="offline" role="alert">
          {fault} The page tries again every second.
        </p>
      )}
      <main>
        {shown && (
          <>
            <div class="stage">
              <People users={shown.view.users} person={shown.person} choose={(person) => choose({ person })} />
              <Reach {...shown} />
              <Phone
                key={`${shown.person.id} ${shown.shop.id}`}
                {...shown}
                tab={tab}
                setTab={setTab}
                refresh={refresh}
              />
            </div>
            <Controls {...shown} chooseShop={(shop) => void choose({ shop })} refresh={refresh} />
          </>
        )}
      </main>
    </>
  )
}

/** Whether messages and posts reach the helpdesk. */
function Reach(shown: Shown) {
  const { text, colour } = reachOf(shown)
  return (
    <p class={`reach ${colour}`} id="reach" role="status">
      {text}
    </p>
  )
}

function reachOf({ view, person, shop }: Shown): { text: string; colour: 'good' | 'bad' | 'plain' } {
  if (person.id === shop.id) {
    return { text: 'You are the shop. Choose another person to write as a customer.', colour: 'plain' }
  }
  if (!shop.connected) {
    return { text: `@${shop.username} is not connected. Connect it in the console first.`, colour: 'bad' }
  }
  if (view.webhooks.some(({ valid }) => !valid)) {
    return { text: 'The webhook is broken. The helpdesk does not get what you write.', colour: 'bad' }
  }
  if (!shop.subscribed) {
    return { text: `@${shop.username} is connected, but the webhook has no subscription to it.`, colour: 'bad' }
  }
  return {
    text: `@${shop.username} is connected. What you write to it becomes a ticket in the helpdesk.`,
    colour: 'good',
  }
}

/** What is shown, asked for every second while somebody looks. */
function useShown() {
  const [shown, setShown] = useState<Shown>()
  const [fault, setFault] = useState<string>()
  const chosen = useRef<Chosen>(Object.fromEntries(new URLSearchParams(location.search)))
  const users = useRef<readonly ShownUser[] | undefined>(undefined)
  const line = useRef(Promise.resolve())

  /** Asks once, after what was asked before, with the latest choice. */
  const refresh = useCallback(() => {
    line.current = line.current.then(async () => {
      try {
        // The first request gets the list of users.
        users.current ??= (await fetchView('', '')).users
        const view = await fetchView(...idsIn(users.current, chosen.current))
        users.current = view.users
        const [personId, shopId] = idsIn(view.users, chosen.current)
        const person = view.users.find(({ id }) => id === personId)
        const shop = view.users.find(({ id }) => id === shopId)
        if (person && shop) setShown({ view, person, shop })
        setFault(undefined)
      } catch (error) {
        setFault(sentenceOf(error))
      }
    })
    return line.current
  }, [])

  const choose = useCallback(
    async (change: Chosen) => {
      chosen.current = { ...chosen.current, ...change }
      history.replaceState(null, '', `?${new URLSearchParams(chosen.current as Record<string, string>)}`)
      // Somebody who was just added is not in the list yet.
      users.current = undefined
      await refresh()
    },
    [refresh],
  )

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const poll = async () => {
      clearTimeout(timer)
      if (document.visibilityState === 'hidden') return
      await refresh()
      clearTimeout(timer)
      timer = setTimeout(poll, pollMs)
    }
    document.addEventListener('visibilitychange', poll)
    void poll()
  }, [refresh])

  return { shown, fault, choose, refresh }
}

/** The ids of the chosen customer and shop; of others where they are not there. */
function idsIn(users: readonly ShownUser[], chosen: Chosen): [person: string, shop: string] {
  const idOf = (role: 'person' | 'shop', otherwise: number) => {
    const named = (name: string | undefined) => users.find(({ username }) => username === name)
    return (named(chosen[role]) ?? named(fallbacks[role]) ?? users[otherwise])?.id ?? ''
  }
  return [idOf('person', 1), idOf('shop', 0)]
}

const app = document.getElementById('app')
if (app) render(<App />, app)
