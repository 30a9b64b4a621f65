import '../../style/settings.css'
import { useState } from 'preact/hooks'
import type { ApiChannel } from '../../../../lambdas/core/api/schemas.ts'
import { type ApiError, call } from '../../api.ts'
import { asApiError, useLoaded } from '../../loading.ts'
import { confirmDone } from '../../parts/announce.tsx'
import { ask } from '../../parts/ask.tsx'
import { ChannelBadge } from '../../parts/badge.tsx'
import { Button } from '../../parts/button.tsx'
import { Failure, Notice } from '../../parts/notice.tsx'
import { Card, Page } from '../../parts/page.tsx'
import { Time } from '../../parts/time.tsx'
import { Skeleton } from '../../parts/waiting.tsx'
import { words } from '../../words.ts'
import { Activity } from './activity.tsx'
import { goToX } from './connecting.ts'
import { SettingsForm } from './form.tsx'
import { IgnoredEvents } from './ignored.tsx'

const { channel: say } = words

/** A channel: how it is, how it is set, and what came through it. */
export function ChannelPage({ id }: { id: string }) {
  const path = `/api/channels/${encodeURIComponent(id)}`
  const loaded = useLoaded(id, (signal) => call<ApiChannel>('GET', path, { signal }))
  const channel = loaded.value
  return (
    <Page
      title={channel?.name ?? say.missing}
      back={{ href: '/channels', text: say.back }}
      intro={channel && <Facts channel={channel} />}
    >
      {loaded.error && <Failure error={loaded.error} onRetry={loaded.reload} />}
      {!channel && !loaded.error && <Skeleton lines={3} tall />}
      {channel && (
        <>
          <State channel={channel} />
          <SettingsForm channel={channel} onSaved={loaded.set} />
          <Activity channelId={id} />
          <IgnoredEvents channelId={id} />
          <AccessCard channel={channel} onChange={loaded.set} />
        </>
      )}
    </Page>
  )
}

function Facts({ channel: { status, username, connectedAt } }: { channel: ApiChannel }) {
  return (
    <span class="facts">
      <ChannelBadge status={status} />
      <a href={`https://x.com/${encodeURIComponent(username)}`} target="_blank" rel="noopener noreferrer">
        {say.account(username)}
        <span class="for-readers"> {words.newTab}</span>
      </a>
      <span>
        {say.since} <Time at={connectedAt} />
      </span>
    </span>
  )
}

/** What an administrator has to do before the channel works again. */
function State({ channel: { status } }: { channel: ApiChannel }) {
  if (status === 'connected') return null
  const isTaken = status === 'needs_reconnection'
  return (
    <Notice tone="warning" title={isTaken ? say.needsReconnection : say.disconnected} actions={<Reconnect isPrimary />}>
      {isTaken ? say.needsReconnectionText : say.disconnectedText}
    </Notice>
  )
}

function Reconnect({ isPrimary }: { isPrimary?: boolean }) {
  const [error, setError] = useState<ApiError>()
  return (
    <>
      <Button
        kind={isPrimary ? 'primary' : 'plain'}
        icon="retry"
        onClick={() => goToX().catch((thrown) => setError(asApiError(thrown)))}
      >
        {say.reconnect}
      </Button>
      {error && <Failure error={error} />}
    </>
  )
}

function AccessCard({ channel, onChange }: { channel: ApiChannel; onChange: (changed: ApiChannel) => void }) {
  const [error, setError] = useState<ApiError>()
  const disconnect = async () => {
    if (!(await ask(say.askDisconnect(channel.name)))) return
    try {
      onChange(await call<ApiChannel>('DELETE', `/api/channels/${encodeURIComponent(channel.id)}`))
      setError(undefined)
      confirmDone(say.disconnectedDone)
    } catch (thrown) {
      setError(asApiError(thrown))
    }
  }
  if (channel.status !== 'connected') return null
  return (
    <Card title={say.access} intro={say.accessText} id="access">
      {error && <Failure error={error} />}
      <div class="actions">
        <Reconnect />
        <Button kind="danger" onClick={disconnect}>
          {say.disconnect}
        </Button>
      </div>
    </Card>
  )
}
