import { useLayoutEffect } from 'preact/hooks'
import { lazy, Route, Router, useLocation, useRoute } from 'preact-iso'
import { call } from './api/client.ts'
import { AdministratorsOnly, NotFound } from './pages/error-pages.tsx'
import { role } from './session/session.ts'

const Tickets = lazy(() => import('./pages/tickets/tickets-page.tsx').then(({ TicketsPage }) => TicketsPage))
const Customer = lazy(() => import('./pages/customers/customer-page.tsx').then(({ CustomerPage }) => CustomerPage))
const Reports = lazy(() => import('./pages/reports/reports-page.tsx').then(({ ReportsPage }) => ReportsPage))
const Channels = lazy(() => import('./pages/channels/channels-page.tsx').then(({ ChannelsPage }) => ChannelsPage))
const Channel = lazy(() => import('./pages/channels/channel-page.tsx').then(({ ChannelPage }) => ChannelPage))
const Audit = lazy(() => import('./pages/audit/audit-page.tsx').then(({ AuditPage }) => AuditPage))
const Webhooks = lazy(() => import('./pages/webhooks/webhooks-page.tsx').then(({ WebhooksPage }) => WebhooksPage))
const Setup = lazy(() => import('./pages/setup/setup-page.tsx').then(({ SetupPage }) => SetupPage))
const Extensions = lazy(() =>
  import('./pages/extensions/extensions-page.tsx').then(({ ExtensionsPage }) => ExtensionsPage),
)

/** The route of each page. The code of a page loads when somebody opens it. */
export function Pages() {
  return (
    <Router>
      <Route path="/" component={FirstPage} />
      <Route path="/tickets/:id?" component={Tickets} />
      <Route path="/customers/:id" component={CustomerRoute} />
      <Route path="/reports" component={Reports} />
      <Route path="/channels" component={administratorsOnly(Channels)} />
      <Route path="/channels/:id" component={ChannelRoute} />
      <Route path="/webhook-endpoints" component={administratorsOnly(Webhooks)} />
      <Route path="/setup" component={administratorsOnly(Setup)} />
      <Route path="/audit" component={administratorsOnly(Audit)} />
      <Route path="/extensions" component={administratorsOnly(Extensions)} />
      <Route default component={NotFound} />
    </Router>
  )
}

function CustomerRoute() {
  const { id = '' } = useRoute().params
  return <Customer key={id} id={id} />
}

function ChannelRoute() {
  const { id = '' } = useRoute().params
  return role.value === 'administrator' ? <Channel key={id} id={id} /> : <AdministratorsOnly />
}

function administratorsOnly(Page: () => preact.JSX.Element) {
  return role.value === 'administrator' ? Page : AdministratorsOnly
}

/** The tickets; for an administrator the setup, as long as there is no channel. */
function FirstPage() {
  const { route, path } = useLocation()
  useLayoutEffect(() => {
    // It stays until the code of the next page is there.
    if (path !== '/') return
    if (role.value !== 'administrator') return route('/tickets', true)
    const goOn = (url: string) => {
      // The person may have opened a page meanwhile.
      if (location.pathname === '/') route(url, true)
    }
    void call('GET /api/channels')
      .then(({ channels }) => goOn(channels.length === 0 ? '/setup' : '/tickets'))
      .catch(() => goOn('/tickets'))
  }, [route, path])
  return null
}
