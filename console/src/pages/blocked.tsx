import { Button } from '../parts/button.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Page } from '../parts/page.tsx'
import { Empty } from '../parts/waiting.tsx'
import { personName } from '../session.ts'
import { signIn, signOut } from '../sign-in.ts'
import { words } from '../words.ts'

/** In place of the console while nobody can be signed in. */
export function Blocked({ text }: { text: string }) {
  return (
    <main class="alone">
      <Icon name="warning" size={32} />
      <h1>{words.entering.failedTitle}</h1>
      <p role="alert">{text}</p>
      <Button kind="primary" onClick={() => signIn().catch(() => location.reload())}>
        {words.signIn}
      </Button>
    </main>
  )
}

/** For somebody who is signed in and may do nothing: whom to ask. */
export function NoGroup() {
  const { title, text, ask } = words.noGroup
  return (
    <Page title={title}>
      <Nothing icon="lock" title={text(personName.value)} text={ask}>
        <Button onClick={signOut}>{words.signOut}</Button>
      </Nothing>
    </Page>
  )
}

/** For an agent on a page of administrators. */
export function ForAdministrators() {
  const { title, text, back } = words.forAdministrators
  return (
    <Page title={title}>
      <Nothing icon="lock" title={title} text={text}>
        <a class="button plain" href="/tickets">
          {back}
        </a>
      </Nothing>
    </Page>
  )
}

export function NotFound() {
  const { title, text, back } = words.notFound
  return (
    <Page title={title}>
      <Nothing icon="search" title={title} text={text}>
        <a class="button plain" href="/tickets">
          {back}
        </a>
      </Nothing>
    </Page>
  )
}

function Nothing(props: { icon: IconName; title: string; text: string; children: preact.ComponentChildren }) {
  return (
    <div class="card">
      <Empty icon={props.icon} title={props.title} actions={props.children}>
        {props.text}
      </Empty>
    </div>
  )
}
