import '../../style/settings.css'
import { useState } from 'preact/hooks'
import type { Extension } from '../../../../client/src/calls.ts'
import { useAction } from '../../api/action.ts'
import { call } from '../../api/client.ts'
import { useResource } from '../../api/resource.ts'
import { showToast } from '../../components/announcements.tsx'
import { confirmDialog } from '../../components/dialog.tsx'
import { Switch } from '../../components/field.tsx'
import { Icon } from '../../components/icon.tsx'
import { ErrorNotice, Notice } from '../../components/notice.tsx'
import { Page } from '../../components/page.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { readHealth } from '../../health.tsx'
import { extensionsMessages as t } from '../../messages/extensions.ts'

/** Switches the Twitter extension on and off. */
export function ExtensionsPage() {
  const resource = useResource('extensions', (signal) =>
    call('GET /api/extensions', { signal }).then(({ extensions }) => extensions),
  )
  return (
    <Page title={t.title} intro={t.intro}>
      <ResourceStatus resource={resource} lines={1} />
      {resource.value?.map((extension) => (
        <ExtensionCard key={extension.id} extension={extension} onChange={(changed) => resource.set([changed])} />
      ))}
    </Page>
  )
}

function ExtensionCard({ extension, onChange }: { extension: Extension; onChange: (changed: Extension) => void }) {
  const { error, run } = useAction()
  const [requested, setRequested] = useState<boolean>()
  const setEnabled = async (enabled: boolean) => {
    setRequested(enabled)
    if (enabled || (await confirmDialog(t.confirmOff))) {
      await run(async () => {
        onChange(await call('PATCH /api/extensions/twitter', { body: { enabled } }))
        // The person may wait for tickets by now.
        void readHealth()
        showToast(enabled ? t.switchedOn : t.switchedOff)
      })
    }
    setRequested(undefined)
  }
  return (
    <section class="card" aria-labelledby={`extension-${extension.id}`}>
      <div class="extension-header">
        <span class="logo">
          <Icon name="x" size={22} />
        </span>
        <div>
          <h2 id={`extension-${extension.id}`}>{extension.name}</h2>
          <p class="card-intro">{t.twitter}</p>
        </div>
      </div>
      <Switch
        label={t.switch}
        hint={extension.enabled ? t.on : t.off}
        checked={requested ?? extension.enabled}
        disabled={requested !== undefined}
        onChange={setEnabled}
      />
      {error && <ErrorNotice error={error} />}
      {!extension.enabled && <Notice tone="warning">{t.offMeans}</Notice>}
      <div class="card-footer">
        <a href="/channels">
          {t.manageChannels}
          <Icon name="next" size={16} />
        </a>
      </div>
    </section>
  )
}
