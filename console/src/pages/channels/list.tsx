import '../../style/settings.css'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { ApiChannel } from '../../../../lambdas/core/api/schemas.ts'
import { type ApiError, call } from '../../api.ts'
import { asApiError, useLoaded } from '../../loading.ts'
import { Avatar, ChannelBadge } from '../../parts/badge.tsx'
import { Button } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Failure, Notice } from '../../parts/notice.tsx'
import { Page } from '../../parts/page.tsx'
import { Time } from '../../parts/time.tsx'
import { Empty, Skeleton } from '../../parts/waiting.tsx'
import type { Extension } from '../../shapes.ts'
import { words } from '../../words.ts'
import { goToX } from './connecting.ts'

const { channels: say } = words

/** The connected accounts, and the way to add one. */
export function ChannelsPage() {
  const [isChoosing, setChoosing] = useState(false)
  const loaded = useLoaded('channels', async (signal) => {
    const [{ channels }, { extensions }] = await Promise.all([
      call<{ channels: ApiChannel[] }>('GET', '/api/channels', { signal }),
      call<{ extensions: Extension[] }>('GET', '/api/extensions', { signal }),
    ])
    return { channels, isOn: extensions.every(({ enabled }) => enabled) }
  })
  const { channels = [], isOn = true } = loaded.value ?? {}
  const add = (
    <Button
      kind="primary"
      icon="plus"
      expanded={isChoosing}
      disabled={!loaded.value?.isOn}
      onClick={() => setChoosing(!isChoosing)}
    >
      {say.add}
    </Button>
  )
  return (
    <Page title={say.title} intro={say.intro} actions={add}>
      <NotConnected />
      {!isOn && (
        <Notice tone="warning" actions={<a href="/extensions">{say.toExtensions}</a>}>
          {say.extensionOff}
        </Notice>
      )}
      {isChoosing && isOn && <Choice />}
      {loaded.error && <Failure error={loaded.error} onRetry={loaded.reload} />}
      {!loaded.value && !loaded.error && <Skeleton lines={2} tall />}
      {loaded.value && channels.length === 0 && (
        <div class="card">
          <Empty icon="channels" title={say.emptyTitle}>
            {say.emptyText}
          </Empty>
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

/** What X, or the way to it, said when an account was not connected: the code stands in the address. */
function NotConnected() {
  const { query, route } = useLocation()
  const code = query.error
  if (!code) return null
  const { title, other } = words.connecting
  const known = code !== 'title' && Object.hasOwn(words.connecting, code)
  return (
    <Notice
      tone={code === 'cancelled' ? 'info' : 'danger'}
      title={title}
      actions={
        <Button small onClick={() => route('/channels', true)}>
          {say.dismiss}
        </Button>
      }
    >
      {known ? words.connecting[code] : other}
    </Notice>
  )
}

function Choice() {
  const [error, setError] = useState<ApiError>()
  const connect = () => goToX().catch((thrown) => setError(asApiError(thrown)))
  return (
    <section class="card choice" aria-labelledby="choice">
      <h2 id="choice">{say.choose}</h2>
      <div class="choice-row">
        <span class="mark">
          <Icon name="x" size={22} />
        </span>
        <p>{say.twitterText}</p>
        <Button kind="primary" onClick={connect}>
          {say.twitter}
        </Button>
      </div>
      {error && <Failure error={error} />}
    </section>
  )
}

function ChannelRow({ channel }: { channel: ApiChannel }) {
  const { id, name, username, status, directMessages, mentions, lastMessageAt } = channel
  const onOff = (isOn: boolean) => (isOn ? say.on : say.off)
  return (
    <li class="card channel-row">
      <Avatar name={name} size={44} />
      <div class="channel-what">
        <a class="stretched" href={`/channels/${id}`}>
          {name}
        </a>
        <span class="faint">@{username}</span>
      </div>
      <ChannelBadge status={status} />
      <p class="faint channel-facts">
        {say.directMessages} {onOff(directMessages)}, {say.mentions.toLowerCase()} {onOff(mentions)}
        <br />
        {lastMessageAt ? (
          <>
            {say.lastMessage} <Time at={lastMessageAt} />
          </>
        ) : (
          say.noMessage
        )}
      </p>
      <Icon name="next" />
    </li>
  )
}
