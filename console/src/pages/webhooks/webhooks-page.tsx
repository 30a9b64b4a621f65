import '../../style/settings.css'
import { useState } from 'preact/hooks'
import type { WebhookEndpointWithSecret } from '../../../../client/src/calls.ts'
import { call } from '../../api/client.ts'
import { useResource } from '../../api/resource.ts'
import { showToast } from '../../components/announcements.tsx'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Page } from '../../components/page.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { webhooksMessages as t } from '../../messages/webhooks.ts'
import { AddEndpoint } from './add-endpoint.tsx'
import { EndpointCard } from './endpoint-card.tsx'

/** The addresses that get signed events, for administrators. A secret is shown until the page is left. */
export function WebhooksPage() {
  const [isAdding, setAdding] = useState(false)
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({})
  const resource = useResource('webhooks', (signal) =>
    call('GET /api/webhook-endpoints', { signal }).then(({ endpoints }) => endpoints),
  )
  const endpoints = resource.value ?? []
  const showSecret = (id: string, secret: string) => setSecrets((shown) => ({ ...shown, [id]: secret }))
  const onAdded = ({ secret, ...endpoint }: WebhookEndpointWithSecret) => {
    resource.update((shown) => [...shown, endpoint])
    showSecret(endpoint.id, secret)
    setAdding(false)
    showToast(t.added)
  }
  const addButton = (
    <Button kind="primary" icon="plus" expanded={isAdding} onClick={() => setAdding(!isAdding)}>
      {t.add}
    </Button>
  )
  return (
    <Page title={t.title} intro={t.intro} actions={addButton}>
      {isAdding && <AddEndpoint onAdded={onAdded} />}
      <ResourceStatus resource={resource} lines={2} />
      {resource.value && endpoints.length === 0 && (
        <div class="card">
          <EmptyState icon="webhooks" title={t.emptyTitle}>
            {t.emptyText}
          </EmptyState>
        </div>
      )}
      {endpoints.map((endpoint) => (
        <EndpointCard
          key={endpoint.id}
          endpoint={endpoint}
          secret={secrets[endpoint.id] ?? ''}
          onSecret={(secret) => showSecret(endpoint.id, secret)}
          onChange={(changed) =>
            resource.update((shown) => shown.map((one) => (one.id === changed.id ? changed : one)))
          }
          onRemove={() => resource.update((shown) => shown.filter(({ id }) => id !== endpoint.id))}
        />
      ))}
    </Page>
  )
}
