import type { WebhookDelivery } from '../../../../client/src/calls.ts'
import { useAction } from '../../api/action.ts'
import { call } from '../../api/client.ts'
import { useResource } from '../../api/resource.ts'
import { showToast } from '../../components/announcements.tsx'
import { Button } from '../../components/button.tsx'
import { ErrorNotice } from '../../components/notice.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { Time } from '../../components/time.tsx'
import { commonMessages } from '../../messages/common.ts'
import { webhooksMessages as t } from '../../messages/webhooks.ts'

/** The attempts of the last 7 days, newest first, with what the program answered. @param id of the endpoint */
export function Deliveries({ id, isEnabled }: { id: string; isEnabled: boolean }) {
  const load = (cursor?: string, signal?: AbortSignal) =>
    call('GET /api/webhook-endpoints/{id}/deliveries', { params: { id }, query: { limit: 20, cursor }, signal })
  const resource = useResource(id, (signal) => load(undefined, signal))
  const { deliveries, nextCursor } = resource.value ?? { deliveries: [], nextCursor: null }
  const { error, run } = useAction()
  const loadMore = () =>
    run(async () => {
      const next = await load(nextCursor ?? undefined)
      resource.update((shown) => ({ ...next, deliveries: [...shown.deliveries, ...next.deliveries] }))
    })
  const sendAgain = (deliveryId: string) =>
    run(async () => {
      const params = { id, deliveryId }
      await call('POST /api/webhook-endpoints/{id}/deliveries/{deliveryId}/send-again', { params })
      showToast(t.sentAgain)
    })
  return (
    <>
      <div class="actions apart">
        <h3>{t.deliveries}</h3>
        <Button small icon="retry" onClick={resource.reload}>
          {t.refresh}
        </Button>
      </div>
      {resource.value && deliveries.length === 0 && <p class="muted">{t.noDeliveries}</p>}
      {deliveries.length > 0 && <DeliveryTable deliveries={deliveries} onSendAgain={isEnabled ? sendAgain : null} />}
      <ResourceStatus resource={resource} lines={2} />
      {error && <ErrorNotice error={error} />}
      {nextCursor && <Button onClick={loadMore}>{commonMessages.showMore}</Button>}
    </>
  )
}

type TableProps = {
  readonly deliveries: readonly WebhookDelivery[]
  /** Null while nothing can be sent. */
  readonly onSendAgain: ((id: string) => Promise<unknown>) | null
}

function DeliveryTable({ deliveries, onSendAgain }: TableProps) {
  return (
    <table class="table stacked">
      <thead>
        <tr>
          {[t.at, t.event, t.answer].map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
          <td />
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <tr key={delivery.id}>
            <td class="muted">
              <Time at={delivery.at} />
            </td>
            <td>
              {delivery.type === 'endpoint.test' ? t.testEvent : <code>{delivery.type}</code>}
              <div class="muted small">{t.attempt(delivery.attempt)}</div>
            </td>
            <td>
              <strong>{t.outcomes[delivery.outcome]}</strong>
              <div class="small answer">
                {[delivery.error ?? delivery.status, delivery.answer].filter(Boolean).join(' · ')}{' '}
                <span class="muted">{t.took(delivery.durationMs)}</span>
              </div>
            </td>
            <td>
              {onSendAgain && (
                <Button small onClick={() => onSendAgain(delivery.id)}>
                  {t.sendAgain}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
