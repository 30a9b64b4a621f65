import '../style/settings.css'
import { useState } from 'preact/hooks'
import { type ApiError, call } from '../api.ts'
import { asApiError, useLoaded } from '../loading.ts'
import { confirmDone } from '../parts/announce.tsx'
import { ask } from '../parts/ask.tsx'
import { Switch } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Notice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { Skeleton } from '../parts/waiting.tsx'
import type { Extension } from '../shapes.ts'
import { words } from '../words.ts'

const { extensions: say } = words

/** The switch of the whole integration. */
export function ExtensionsPage() {
  const loaded = useLoaded('extensions', (signal) =>
    call<{ extensions: Extension[] }>('GET', '/api/extensions', { signal }).then(({ extensions }) => extensions),
  )
  return (
    <Page title={say.title} intro={say.intro}>
      {loaded.error && <Failure error={loaded.error} onRetry={loaded.reload} />}
      {!loaded.value && !loaded.error && <Skeleton lines={1} tall />}
      {loaded.value?.map((extension) => (
        <ExtensionCard key={extension.id} extension={extension} onChange={(changed) => loaded.set([changed])} />
      ))}
    </Page>
  )
}

function ExtensionCard({ extension, onChange }: { extension: Extension; onChange: (changed: Extension) => void }) {
  const [error, setError] = useState<ApiError>()
  const [wanted, setWanted] = useState<boolean>()
  const change = async (enabled: boolean) => {
    setWanted(enabled)
    try {
      if (!enabled && !(await ask(say.askOff))) return
      onChange(await call<Extension>('PATCH', `/api/extensions/${extension.id}`, { body: { enabled } }))
      setError(undefined)
      confirmDone(enabled ? say.turnedOn : say.turnedOff)
    } catch (thrown) {
      setError(asApiError(thrown))
    } finally {
      setWanted(undefined)
    }
  }
  return (
    <section class="card extension" aria-labelledby={`extension-${extension.id}`}>
      <div class="extension-head">
        <span class="mark">
          <Icon name="x" size={22} />
        </span>
        <div>
          <h2 id={`extension-${extension.id}`}>{extension.name}</h2>
          <p class="card-intro">{say.twitter}</p>
        </div>
      </div>
      <Switch
        label={say.switch}
        hint={extension.enabled ? say.on : say.off}
        checked={wanted ?? extension.enabled}
        disabled={wanted !== undefined}
        onChange={change}
      />
      {error && <Failure error={error} />}
      {!extension.enabled && <Notice tone="warning">{say.offMeans}</Notice>}
      <div class="card-foot">
        <a href="/channels">
          {say.manage}
          <Icon name="next" size={16} />
        </a>
      </div>
    </section>
  )
}
