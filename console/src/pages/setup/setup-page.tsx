import '../../style/setup.css'
import type { Setup } from '../../../../client/src/calls.ts'
import { call } from '../../api/client.ts'
import { useResource } from '../../api/resource.ts'
import { Button } from '../../components/button.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { ExternalLink } from '../../components/external-link.tsx'
import { Icon, type IconName } from '../../components/icon.tsx'
import { Notice } from '../../components/notice.tsx'
import { Page } from '../../components/page.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { setupMessages as t } from '../../messages/setup.ts'

type Check = Setup['checks'][number]

const icons: Readonly<Record<Check['is'], IconName>> = { done: 'check', missing: 'warning', not_known: 'question' }

/** What must be done once before messages become tickets, step by step: how far it is, and what to do. */
export function SetupPage() {
  const setup = useResource('setup', (signal) => call('GET /api/setup', { signal }))
  const { checks = [] } = setup.value ?? {}
  const done = checks.filter(({ is }) => is === 'done').length
  return (
    <Page
      title={t.title}
      back={{ href: '/channels', text: t.back }}
      intro={t.intro}
      actions={
        <Button icon="retry" onClick={setup.reload}>
          {t.again}
        </Button>
      }
    >
      <ResourceStatus resource={setup} lines={7} />
      {setup.value && (
        <>
          <Progress done={done} all={checks.length} />
          <ol class="setup-steps">
            {checks.map((check) => (
              <Step key={check.step} check={check} setup={setup.value as Setup} />
            ))}
          </ol>
        </>
      )}
    </Page>
  )
}

function Progress({ done, all }: { done: number; all: number }) {
  if (done === all) {
    return (
      <Notice
        tone="success"
        title={t.allDone}
        actions={
          <a class="button primary" href="/tickets">
            {t.toTickets}
          </a>
        }
      >
        {t.allDoneText}
      </Notice>
    )
  }
  return (
    <div class="setup-progress">
      <p role="status">{t.progress(done, all)}</p>
      <progress value={done} max={all} aria-label={t.progress(done, all)} />
    </div>
  )
}

function Step({ check: { step, what, is, found, todo }, setup }: { check: Check; setup: Setup }) {
  return (
    <li class={`setup-step ${is}`}>
      <span class="setup-state">
        <Icon name={icons[is]} size={18} />
      </span>
      <div class="setup-body">
        <div class="setup-heading">
          <h2>{what}</h2>
          <span class="setup-word">{t.states[is]}</span>
        </div>
        <p class="setup-found">{found}</p>
        {todo && (
          <p>
            <span class="visually-hidden">{t.todo}: </span>
            {todo}
          </p>
        )}
        {is !== 'done' && step === 'callback' && <CopyField label={t.callback} value={setup.callbackUrl} />}
        {is !== 'done' && step === 'webhook' && <CopyField label={t.webhook} value={setup.webhookUrl} />}
        {is !== 'done' && <Ways step={step} />}
      </div>
    </li>
  )
}

const X_CONSOLE = 'https://console.x.com'

/** Where the step is done: at X, at AWS, or in another page. */
function Ways({ step }: { step: Check['step'] }) {
  switch (step) {
    case 'keys':
    case 'callback':
    case 'permissions':
      return (
        <p class="setup-ways">
          <ExternalLink href={X_CONSOLE}>{t.xConsole}</ExternalLink>
          <ExternalLink href="https://docs.x.com/fundamentals/developer-apps">{t.aboutApps}</ExternalLink>
        </p>
      )
    case 'mail':
      return (
        <p class="setup-ways">
          <ExternalLink href="https://console.aws.amazon.com/ses/home#/identities">{t.mailIdentities}</ExternalLink>
        </p>
      )
    case 'channel':
    case 'message':
      return (
        <p class="setup-ways">
          <a href="/channels">{t.toChannels}</a>
        </p>
      )
    case 'webhook':
      return null
  }
}
