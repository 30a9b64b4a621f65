import { useLayoutEffect } from 'preact/hooks'
import { lazy, Route, Router, useLocation, useRoute } from 'preact-iso'
import { ForAdministrators, NotFound } from './pages/blocked.tsx'
import { role } from './session.ts'

const Tickets = lazy(() => import('./pages/tickets/list.tsx').then(({ TicketsPage }) => TicketsPage))
const Ticket = lazy(() => import('./pages/ticket/ticket.tsx').then(({ TicketPage }) => TicketPage))
const Reports = lazy(() => import('./pages/reports/reports.tsx').then(({ ReportsPage }) => ReportsPage))
const Channels = lazy(() => import('./pages/channels/list.tsx').then(({ ChannelsPage }) => ChannelsPage))
const Channel = lazy(() => import('./pages/channels/settings.tsx').then(({ ChannelPage }) => ChannelPage))
const Extensions = lazy(() => import('./pages/extensions.tsx').then(({ ExtensionsPage }) => ExtensionsPage))

/** The pages by their addresses; each is loaded when somebody goes there. */
export function Pages() {
  return (
    <Router>
      <Route path="/" component={ToTickets} />
      <Route path="/tickets" component={Tickets} />
      <Route path="/tickets/:id" component={OneTicket} />
      <Route path="/reports" component={Reports} />
      <Route path="/channels" component={administrators(Channels)} />
      <Route path="/channels/:id" component={OneChannel} />
      <Route path="/extensions" component={administrators(Extensions)} />
      <Route default component={NotFound} />
    </Router>
  )
}

/** Another ticket is another page: nothing of the one before stays. */
function OneTicket() {
  const { id = '' } = useRoute().params
  return <Ticket key={id} id={id} />
}

function OneChannel() {
  const { id = '' } = useRoute().params
  return role.value === 'administrator' ? <Channel key={id} id={id} /> : <ForAdministrators />
}

function administrators(Page: () => preact.JSX.Element) {
  return role.value === 'administrator' ? Page : ForAdministrators
}

function ToTickets() {
  const { route } = useLocation()
  useLayoutEffect(() => route('/tickets', true), [route])
  return null
}
