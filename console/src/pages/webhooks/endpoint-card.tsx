import { useState } from 'preact/hooks'
import type { WebhookEndpoint } from '../../../../client/src/calls.ts'
import { useAction } from '../../api/action.ts'
import { call } from '../../api/client.ts'
import { showToast } from '../../components/announcements.tsx'
import { Button } from '../../components/button.tsx'
import { confirmDialog } from '../../components/dialog.tsx'
import { ErrorNotice, Notice } from '../../components/notice.tsx'
import { Time } from '../../components/time.tsx'
import { webhooksMessages as t } from '../../messages/webhooks.ts'
import { Deliveries } from './deliveries.tsx'
import { Secret } from './secret.tsx'

/** The id of Usedesk: it is switched on by a setting of the deployment, and has no secret of ours. */
const USEDESK = 'usedesk'

type EndpointCardProps = {
  readonly endpoint: WebhookEndpoint
  /** While it is shown; empty otherwise. */
  readonly secret: string
  readonly onSecret: (secret: string) => void
  readonly onChange: (changed: WebhookEndpoint) => void
  readonly onRemove: () => void
}

/** An address: its state, what can be done with it, and its recent deliveries. */
export function EndpointCard({ endpoint, secret, onSecret, onChange, onRemove }: EndpointCardProps) {
  const { id, url, description, status, previousSecretValidUntil } = endpoint
  const [isOpen, setOpen] = useState(false)
  const { error, run } = useAction()
  const params = { id }
  const isEnabled = status === 'enabled'

  const sendTest = () =>
    run(async () => {
      await call('POST /api/webhook-endpoints/{id}/test', { params })
      setOpen(true)
      showToast(t.testSent)
    })
  const rotate = async () => {
    if (!(await confirmDialog(t.confirmRotate))) return
    await run(async () => {
      const answer = await call('POST /api/webhook-endpoints/{id}/rotate-secret', { params })
      const { secret: fresh, ...changed } = answer
      onChange(changed)
      onSecret(fresh)
    })
  }
  const setStatus = async (to: WebhookEndpoint['status']) => {
    if (to === 'disabled' && !(await confirmDialog(t.confirmDisable))) return
    await run(async () => {
      onChange(await call('PATCH /api/webhook-endpoints/{id}', { params, body: { status: to } }))
      showToast(to === 'enabled' ? t.wasEnabled : t.wasDisabled)
    })
  }
  const remove = async () => {
    if (!(await confirmDialog(t.confirmRemove))) return
    await run(async () => {
      await call('DELETE /api/webhook-endpoints/{id}', { params })
      showToast(t.removed)
      onRemove()
    })
  }
  const isUsedesk = id === USEDESK

  return (
    <section class="card endpoint" aria-labelledby={`endpoint-${id}`}>
      <div class="endpoint-header">
        <h2 id={`endpoint-${id}`}>{isUsedesk ? description : url}</h2>
        <StateBadge endpoint={endpoint} />
      </div>
      <Summary endpoint={endpoint} />
      <State endpoint={endpoint} />
      {secret !== '' && <Secret secret={secret} onDone={() => onSecret('')} />}
      {secret === '' && previousSecretValidUntil && (
        <p class="small">
          {t.previousSecret} <Time at={previousSecretValidUntil} />.
        </p>
      )}
      {error && <ErrorNotice error={error} />}
      <div class="actions">
        <Button disabled={!isEnabled} onClick={sendTest}>
          {t.sendTest}
        </Button>
        {!isUsedesk && <Button onClick={rotate}>{t.rotate}</Button>}
        <Button onClick={() => setStatus(isEnabled ? 'disabled' : 'enabled')}>
          {isEnabled ? t.disable : t.enable}
        </Button>
        {!isUsedesk && (
          <Button kind="danger" onClick={remove}>
            {t.remove}
          </Button>
        )}
        <Button kind="quiet" expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t.deliveries}
        </Button>
      </div>
      {isOpen && <Deliveries id={id} isEnabled={isEnabled} />}
    </section>
  )
}

function StateBadge({ endpoint: { status, failingSince } }: { endpoint: WebhookEndpoint }) {
  const state = status === 'disabled' ? 'disabled' : failingSince ? 'paused' : 'enabled'
  const tone = { enabled: 'channel-connected', paused: 'channel-needs_reconnection', disabled: '' }[state]
  return <span class={`badge ${tone}`}>{t.states[state]}</span>
}

function Summary({ endpoint }: { endpoint: WebhookEndpoint }) {
  const { id, url, eventTypes, sendsFrom } = endpoint
  const description = id === USEDESK ? url : endpoint.description
  const isAll = eventTypes.length === Object.keys(t.types).length
  return (
    <p class="muted small">
      {description && `${description} · `}
      {isAll ? t.allEvents : eventTypes.map((type) => t.types[type]).join('; ')}
      {' · '}
      {t.sendsFrom} <Time at={sendsFrom} />
    </p>
  )
}

/** Why the address gets nothing, if so. */
function State({ endpoint: { status, disabledBecause, failingSince, pausedUntil } }: { endpoint: WebhookEndpoint }) {
  if (status === 'disabled') {
    return (
      <Notice tone="warning" title={t.disabledTitle}>
        {disabledBecause ? t.disabledBecause(disabledBecause) : t.disabled}
      </Notice>
    )
  }
  if (!failingSince) return null
  return (
    <Notice tone="warning" title={t.failingTitle}>
      {t.failingSince} <Time at={failingSince} />.{' '}
      {pausedUntil && (
        <>
          {t.pausedUntil} <Time at={pausedUntil} />.
        </>
      )}
    </Notice>
  )
}
