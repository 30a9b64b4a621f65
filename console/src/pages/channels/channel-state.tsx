import '../../style/channel-state.css'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Channel, ChannelState as State } from '../../../../client/src/calls.ts'
import { call } from '../../api/client.ts'
import { usePolling } from '../../api/polling.ts'
import { useResource } from '../../api/resource.ts'
import { Icon } from '../../components/icon.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { Time } from '../../components/time.tsx'
import { channelStateMessages as t } from '../../messages/channels.ts'
import { ReconnectButton } from './reconnect-button.tsx'

const INTERVAL_MS = 60_000

/** In one look: whether the channel works, what is wrong and what to do, and the facts behind it. */
export function ChannelState({ channel }: { channel: Channel }) {
  const { id, status } = channel
  const resource = useResource(id, (signal) => call('GET /api/channels/{id}/state', { params: { id }, signal }))
  const known = useRef(channel)
  useEffect(() => {
    if (known.current !== channel) void resource.reload()
    known.current = channel
  }, [channel, resource.reload])
  usePolling(async () => {
    await resource.reload()
    return true
  }, INTERVAL_MS)
  const state = resource.value
  return (
    <section class="card channel-state" aria-label={t.title}>
      <ResourceStatus resource={resource} lines={2} />
      {state && (
        <>
          <Faults faults={state.faults} isDisconnected={status === 'disconnected'} />
          {status !== 'connected' && (
            <div class="actions">
              <ReconnectButton id={id} isPrimary />
            </div>
          )}
          {status !== 'disconnected' && <Facts channel={channel} state={state} />}
        </>
      )}
    </section>
  )
}

function Faults({ faults, isDisconnected }: { faults: State['faults']; isDisconnected: boolean }) {
  if (faults.length === 0) {
    return (
      <div class="state-line works" role="status">
        <Icon name="check" />
        <div>
          <h2>{t.works}</h2>
          <p>{t.worksText}</p>
        </div>
      </div>
    )
  }
  return (
    <div role="status">
      {faults.map(({ what, todo }) => (
        <div key={what} class={`state-line ${isDisconnected ? 'rests' : 'fails'}`}>
          <Icon name={isDisconnected ? 'info' : 'warning'} />
          <div>
            <h2>{what}</h2>
            <p>{todo}</p>
          </div>
        </div>
      ))}
    </div>
  )
}

function Facts({ channel, state }: { channel: Channel; state: State }) {
  const { lastEventAt, mentionsPolledAt, subscriptionsCheckedAt, spentTodayUsd, repliesLeft } = state
  const time = (at: string | null, none: string) => (at ? <Time at={at} /> : none)
  const facts: readonly (readonly [label: string, value: ComponentChildren])[] = [
    [t.lastEvent, time(lastEventAt, t.noEvent)],
    [t.lastMessage, time(channel.lastMessageAt, t.noMessage)],
    [t.subscriptions, time(subscriptionsCheckedAt, t.notYet)],
    [t.polled, channel.mentions ? time(mentionsPolledAt, t.notYet) : t.off],
    [t.messagesLeft, <Left key="messages" quota={repliesLeft.directMessages} />],
    [t.postsLeft, <Left key="posts" quota={repliesLeft.posts} />],
    [t.costToday, t.cost(spentTodayUsd, channel.dailyBudgetUsd)],
    [t.encrypted, t.encryptedStates[channel.encryptedChat.state]],
  ]
  return (
    <dl class="state-facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Left({ quota: { remaining, limit, resetsAt } }: { quota: State['repliesLeft']['posts'] }) {
  return (
    <>
      {t.left(remaining, limit)}
      {resetsAt && remaining < limit && (
        <span class="muted small">
          {' '}
          {t.until} <Time at={resetsAt} />
        </span>
      )}
    </>
  )
}
