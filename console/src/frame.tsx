import type { ComponentChildren } from 'preact'
import { useLocation } from 'preact-iso'
import { connection } from './api.ts'
import { Button, IconButton } from './parts/button.tsx'
import { Icon, type IconName } from './parts/icon.tsx'
import { Notice } from './parts/notice.tsx'
import { isOver, personName, role } from './session.ts'
import { signIn, signOut } from './sign-in.ts'
import { words } from './words.ts'

type Place = { readonly href: string; readonly text: string; readonly icon: IconName; readonly forAgents: boolean }

const places: readonly Place[] = [
  { href: '/tickets', text: words.nav.tickets, icon: 'tickets', forAgents: true },
  { href: '/reports', text: words.nav.reports, icon: 'reports', forAgents: true },
  { href: '/channels', text: words.nav.channels, icon: 'channels', forAgents: false },
  { href: '/extensions', text: words.nav.extensions, icon: 'extensions', forAgents: false },
]

/** What stands around every page: where one can go, who is signed in, and what concerns all pages. */
export function Frame({ children }: { children: ComponentChildren }) {
  return (
    <div class="frame">
      <a class="skip" href="#content">
        {words.skip}
      </a>
      <header class="side">
        <a class="brand" href="/tickets">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <span>{words.product}</span>
        </a>
        <Navigation />
        <Account />
      </header>
      <main id="content" tabIndex={-1}>
        <Trouble />
        {children}
      </main>
    </div>
  )
}

function Navigation() {
  const { path } = useLocation()
  const offered = places.filter(({ forAgents }) => role.value === 'administrator' || (role.value && forAgents))
  if (offered.length === 0) return null
  return (
    <nav class="places" aria-label={words.menu}>
      {offered.map(({ href, text, icon }) => (
        <a key={href} href={href} aria-current={path === href || path.startsWith(`${href}/`) ? 'page' : undefined}>
          <Icon name={icon} />
          <span>{text}</span>
        </a>
      ))}
    </nav>
  )
}

function Account() {
  return (
    <div class="account">
      <div class="account-name">
        <span class="for-readers">{words.signedInAs} </span>
        <strong>{personName.value}</strong>
        {role.value && <span>{words.roles[role.value]}</span>}
      </div>
      <IconButton icon="signOut" label={words.signOut} onClick={signOut} />
    </div>
  )
}

/** What concerns every page: no session any more, no network. */
function Trouble() {
  if (isOver.value) {
    return (
      <div class="trouble">
        <Notice
          tone="warning"
          title={words.over.title}
          actions={
            <Button kind="primary" small onClick={signIn}>
              {words.signIn}
            </Button>
          }
        >
          {words.over.text}
        </Notice>
      </div>
    )
  }
  if (connection.value === 'fine') return null
  return (
    <div class="trouble" role="status">
      <Notice tone="warning" icon="offline">
        {words.network[connection.value]}
      </Notice>
    </div>
  )
}
