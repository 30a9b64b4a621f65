import type { ComponentChildren } from 'preact'
import { useLocation } from 'preact-iso'
import { Alerts } from './alerts/alerts.tsx'
import { choices } from './alerts/choices.ts'
import { connection } from './api/client.ts'
import { staleSince } from './api/polling.ts'
import { PollTicketNumbers } from './api/ticket-numbers.ts'
import { Button, IconButton } from './components/button.tsx'
import { Icon, type IconName } from './components/icon.tsx'
import { Notice } from './components/notice.tsx'
import { formatTime } from './format.ts'
import { HealthBanner } from './health.tsx'
import { commonMessages } from './messages/common.ts'
import { layoutMessages as t } from './messages/layout.ts'
import { personName, role, sessionExpired } from './session/session.ts'
import { signIn, signOut } from './session/sign-in.ts'
import { openShortcuts } from './shortcuts.tsx'

type NavItem = { readonly href: string; readonly text: string; readonly icon: IconName; readonly forAgents: boolean }

const navItems: readonly NavItem[] = [
  { href: '/tickets', text: t.pages.tickets, icon: 'tickets', forAgents: true },
  { href: '/reports', text: t.pages.reports, icon: 'reports', forAgents: true },
  { href: '/channels', text: t.pages.channels, icon: 'channels', forAgents: false },
  { href: '/extensions', text: t.pages.extensions, icon: 'extensions', forAgents: false },
  { href: '/webhook-endpoints', text: t.pages.webhooks, icon: 'webhooks', forAgents: false },
  { href: '/audit', text: t.pages.audit, icon: 'audit', forAgents: false },
]

/** What surrounds every page: navigation, account, and notices about session and network. */
export function Layout({ children }: { children: ComponentChildren }) {
  const { path } = useLocation()
  return (
    <div class="layout">
      <a class="skip-link" href="#content">
        {t.skipLink}
      </a>
      <header class="sidebar">
        <a class="brand" href="/tickets">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <span>{commonMessages.product}</span>
        </a>
        <Navigation />
        <Account />
      </header>
      <main id="content" tabIndex={-1}>
        <Banner />
        {role.value && waitsForTickets(path) && <HealthBanner />}
        {role.value && (choices.value.title || path.startsWith('/tickets')) && <PollTicketNumbers />}
        {children}
      </main>
    </div>
  )
}

/** True for the pages where a quiet helpdesk and a broken one look the same. */
function waitsForTickets(path: string): boolean {
  return /^\/(tickets|reports)(\/|$)/.test(path)
}

function Navigation() {
  const { path } = useLocation()
  const allowed = navItems.filter(({ forAgents }) => role.value === 'administrator' || (role.value && forAgents))
  if (allowed.length === 0) return null
  return (
    <nav class="navigation" aria-label={t.navigation}>
      {allowed.map(({ href, text, icon }) => (
        <a
          key={href}
          class="nav-link"
          href={href}
          title={text}
          aria-current={isWithin(path, href) ? 'page' : undefined}
        >
          <Icon name={icon} />
          <span>{text}</span>
        </a>
      ))}
    </nav>
  )
}

/** True for the page of a link, and for those that it leads to. */
function isWithin(path: string, href: string): boolean {
  return path === href || path.startsWith(`${href}/`) || (href === '/channels' && path === '/setup')
}

function Account() {
  return (
    <div class="account">
      <div class="account-name">
        <span class="visually-hidden">{t.signedInAs} </span>
        <strong>{personName.value}</strong>
        {role.value && <span>{t.roles[role.value]}</span>}
      </div>
      {role.value && <Alerts />}
      <span class="shortcuts-button">
        <IconButton icon="question" label={t.shortcuts.title} onClick={openShortcuts} />
      </span>
      <IconButton icon="signOut" label={commonMessages.signOut} onClick={signOut} />
    </div>
  )
}

/** Shown on every page when the session has expired or the API does not answer. */
function Banner() {
  if (sessionExpired.value) {
    return (
      <div class="banner">
        <Notice
          tone="warning"
          title={t.sessionExpired.title}
          actions={
            <Button kind="primary" small onClick={signIn}>
              {commonMessages.signIn}
            </Button>
          }
        >
          {t.sessionExpired.text}
        </Notice>
      </div>
    )
  }
  const asOf = staleSince.value
  if (connection.value === 'online' && asOf === null) return null
  const text = connection.value === 'online' ? t.stale(formatTime(asOf ?? '')) : t.connection[connection.value]
  return (
    <div class="banner" role="status">
      <Notice tone="warning" icon="offline">
        {text}
      </Notice>
    </div>
  )
}
