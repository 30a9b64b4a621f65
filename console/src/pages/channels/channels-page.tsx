import '../../style/settings.css'
import { useState } from 'preact/hooks'
import type { Channel, Extension } from '../../../../client/src/calls.ts'
import { useAction } from '../../api/action.ts'
import { call } from '../../api/client.ts'
import { useResource } from '../../api/resource.ts'
import { Avatar } from '../../components/avatar.tsx'
import { ChannelBadge } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { Icon } from '../../components/icon.tsx'
import { ErrorNotice, Notice } from '../../components/notice.tsx'
import { Page } from '../../components/page.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { Time } from '../../components/time.tsx'
import { channelsMessages as t } from '../../messages/channels.ts'
import { redirectToX } from './connect.ts'
import { ConnectError } from './connect-error.tsx'

/** The list of channels; administrators add a channel here. */
export function ChannelsPage() {
  const [isAdding, setAdding] = useState(false)
  const resource = useResource('channels', async (signal) => {
    const [{ channels }, { extensions }] = await Promise.all([
      call('GET /api/channels', { signal }),
      call('GET /api/extensions', { signal }),
    ])
    const isExtensionOn = extensions.every(({ enabled }) => enabled)
    const { eventSourceEnd = null, previousSecret = null } = extensions[0] ?? {}
    return { channels, isExtensionOn, eventSourceEnd, previousSecret }
  })
  const { channels = [], isExtensionOn = true, eventSourceEnd = null, previousSecret = null } = resource.value ?? {}
  const addButton = (
    <Button
      kind="primary"
      icon="plus"
      expanded={isAdding}
      disabled={!resource.value?.isExtensionOn}
      onClick={() => setAdding(!isAdding)}
    >
      {t.add}
    </Button>
  )
  return (
    <Page
      title={t.title}
      intro={t.intro}
      actions={
        <>
          <a class="button plain" href="/setup">
            {t.toSetup}
          </a>
          {addButton}
        </>
      }
    >
      <ConnectError />
      {!isExtensionOn && (
        <Notice tone="warning" actions={<a href="/extensions">{t.toExtensions}</a>}>
          {t.extensionOff}
        </Notice>
      )}
      {eventSourceEnd && <Notice title={t.eventSourceEnds}>{eventSourceEnd}</Notice>}
      {previousSecret && <PreviousSecret {...previousSecret} />}
      {isAdding && isExtensionOn && <AddChannel />}
      <ResourceStatus resource={resource} lines={2} />
      {resource.value && channels.length === 0 && (
        <div class="card">
          <EmptyState icon="channels" title={t.emptyTitle}>
            {t.emptyText}
          </EmptyState>
        </div>
      )}
      {channels.length > 0 && (
        <ul class="cards">
          {channels.map((channel) => (
            <ChannelRow key={channel.id} channel={channel} />
          ))}
        </ul>
      )}
    </Page>
  )
}

/** A consumer secret of the X app is being replaced: whether the old one can go. */
function PreviousSecret({ since, lastNeededAt, canGo }: NonNullable<Extension['previousSecret']>) {
  return (
    <Notice tone={canGo ? 'warning' : 'info'} title={canGo ? t.previousSecretCanGo : t.previousSecret}>
      {lastNeededAt ? t.lastNeeded : t.neverNeeded} <Time at={lastNeededAt ?? since} />.{' '}
      {canGo ? t.removePreviousSecret : t.keepPreviousSecret}
    </Notice>
  )
}

function AddChannel() {
  const { error, run } = useAction()
  return (
    <section class="card" aria-labelledby="add-channel">
      <h2 id="add-channel">{t.chooseKind}</h2>
      <div class="channel-kind">
        <span class="logo">
          <Icon name="x" size={22} />
        </span>
        <p>{t.twitterText}</p>
        <Button kind="primary" onClick={() => run(() => redirectToX())}>
          {t.twitter}
        </Button>
      </div>
      {error && <ErrorNotice error={error} />}
    </section>
  )
}

function ChannelRow({ channel }: { channel: Channel }) {
  const { id, name, username, status, directMessages, mentions, lastMessageAt } = channel
  const onOff = (isOn: boolean) => (isOn ? t.on : t.off)
  return (
    <li class="card channel-row">
      <Avatar name={name} size={44} />
      <div class="channel-name">
        <a class="stretched-link" href={`/channels/${id}`}>
          {name}
        </a>
        <span class="muted">@{username}</span>
      </div>
      <ChannelBadge status={status} />
      <p class="muted channel-summary">
        {t.directMessages} {onOff(directMessages)}, {t.mentions} {onOff(mentions)}
        <br />
        {lastMessageAt ? (
          <>
            {t.lastMessage} <Time at={lastMessageAt} />
          </>
        ) : (
          t.noMessage
        )}
      </p>
      <Icon name="next" />
    </li>
  )
}
