import '../../style/settings.css'
import type { Channel } from '../../../../client/src/calls.ts'
import { useAction } from '../../api/action.ts'
import { call, callTagged } from '../../api/client.ts'
import { useResource } from '../../api/resource.ts'
import { showToast } from '../../components/announcements.tsx'
import { ChannelBadge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { confirmDialog } from '../../components/dialog.tsx'
import { ExternalLink } from '../../components/external-link.tsx'
import { ErrorNotice } from '../../components/notice.tsx'
import { Card, Page } from '../../components/page.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { Time } from '../../components/time.tsx'
import { profileUrl } from '../../links.ts'
import { channelMessages as t } from '../../messages/channels.ts'
import { Activity } from './activity.tsx'
import { ChannelState } from './channel-state.tsx'
import { ConnectError } from './connect-error.tsx'
import { EncryptedMessages } from './encrypted-messages.tsx'
import { IgnoredEvents } from './ignored-events.tsx'
import { NoiseRules } from './noise-rules.tsx'
import { ReconnectButton } from './reconnect-button.tsx'
import { SettingsForm } from './settings-form.tsx'

/** A channel: its status, settings, activity and ignored events. */
export function ChannelPage({ id }: { id: string }) {
  const resource = useResource(id, (signal) => callTagged('GET /api/channels/{id}', { params: { id }, signal }))
  const channel = resource.value?.value
  return (
    <Page
      title={channel?.name ?? t.titleWhileLoading}
      back={{ href: '/channels', text: t.back }}
      intro={channel && <Summary channel={channel} />}
    >
      <ResourceStatus resource={resource} lines={3} />
      {resource.value && channel && (
        <>
          <ConnectError />
          <ChannelState channel={channel} />
          <SettingsForm known={resource.value} onChange={resource.set} />
          <NoiseRules known={resource.value} onChange={resource.set} />
          <EncryptedMessages channel={channel} onChange={(value) => resource.update(({ tag }) => ({ value, tag }))} />
          <Activity channelId={id} />
          <IgnoredEvents channelId={id} />
          <AccessCard channel={channel} onChange={(value) => resource.update(({ tag }) => ({ value, tag }))} />
        </>
      )}
    </Page>
  )
}

function Summary({ channel: { status, username, connectedAt } }: { channel: Channel }) {
  return (
    <span class="summary">
      <ChannelBadge status={status} />
      <ExternalLink href={profileUrl(username)}>{t.account(username)}</ExternalLink>
      {status !== 'disconnected' && (
        <span>
          {t.since} <Time at={connectedAt} />
        </span>
      )}
    </span>
  )
}

function AccessCard({ channel, onChange }: { channel: Channel; onChange: (changed: Channel) => void }) {
  const { error, run } = useAction()
  const disconnect = async () => {
    if (!(await confirmDialog(t.confirmDisconnect(channel.name)))) return
    await run(async () => {
      onChange(await call('DELETE /api/channels/{id}', { params: { id: channel.id } }))
      showToast(t.disconnectedDone)
    })
  }
  if (channel.status !== 'connected') return null
  return (
    <Card title={t.access} intro={t.accessText} id="access">
      {error && <ErrorNotice error={error} />}
      <div class="actions">
        <ReconnectButton id={channel.id} />
        <Button kind="danger" onClick={disconnect}>
          {t.disconnect}
        </Button>
      </div>
    </Card>
  )
}
