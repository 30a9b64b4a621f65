import type { ComponentChildren } from 'preact'
import { Button } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Icon, type IconName } from '../components/icon.tsx'
import { Page } from '../components/page.tsx'
import { commonMessages } from '../messages/common.ts'
import {
  administratorsOnlyMessages,
  errorPageMessages,
  noAccessMessages,
  notFoundMessages,
  signInMessages,
} from '../messages/error-pages.ts'
import { personName } from '../session/session.ts'
import { signIn, signOut } from '../session/sign-in.ts'

/** Replaces the whole console when sign-in failed. */
export function SignInFailed({ reason }: { reason: string }) {
  return (
    <main class="sign-in-failed">
      <Icon name="warning" size={32} />
      <h1>{signInMessages.title}</h1>
      <p role="alert">{reason}</p>
      <Button kind="primary" onClick={() => signIn().catch(() => location.reload())}>
        {commonMessages.signIn}
      </Button>
    </main>
  )
}

/** For a person who is signed in but in no group. */
export function NoAccess() {
  const { title, text, nextStep } = noAccessMessages
  return (
    <ErrorPage
      title={title}
      icon="person"
      text={text(personName.value)}
      nextStep={nextStep}
      action={<Button onClick={signOut}>{commonMessages.signOut}</Button>}
    />
  )
}

/** For an agent who opens a page of administrators. */
export function AdministratorsOnly() {
  return <ErrorPage {...administratorsOnlyMessages} icon="person" action={<TicketsLink />} />
}

export function NotFound() {
  return <ErrorPage {...notFoundMessages} icon="search" action={<TicketsLink />} />
}

function TicketsLink() {
  return (
    <a class="button plain" href="/tickets">
      {errorPageMessages.toTickets}
    </a>
  )
}

type ErrorPageProps = {
  readonly title: string
  readonly icon: IconName
  readonly text: string
  readonly nextStep?: string
  readonly action: ComponentChildren
}

function ErrorPage({ title, icon, text, nextStep, action }: ErrorPageProps) {
  return (
    <Page title={title}>
      <div class="card">
        <EmptyState icon={icon} title={text} actions={action}>
          {nextStep}
        </EmptyState>
      </div>
    </Page>
  )
}
