import { useState } from 'preact/hooks'
import type { ShownDelivery, ShownUser, View } from '../page.ts'
import { call, sentenceOf } from './api.ts'
import { Action, Chip, Fault } from './parts.tsx'
import { day, timeWithSeconds } from './time.ts'

const hourMs = 3_600_000

export type ControlsProps = {
  readonly view: View
  readonly person: ShownUser
  readonly shop: ShownUser
  readonly chooseShop: (username: string) => void
  readonly refresh: () => Promise<void>
}

/** Does something at the simulator, then shows what has become of it, or the error. */
type Run = (act: () => Promise<unknown>) => void

/** What one can do as X: its failures, its clock, keys; and what it delivers. */
export function Controls({ view, person, shop, chooseShop, refresh }: ControlsProps) {
  const [fault, setFault] = useState<string | null>(null)
  const run: Run = async (act) => {
    try {
      await act()
      setFault(null)
    } catch (error) {
      setFault(sentenceOf(error))
    }
    await refresh()
  }
  return (
    <aside class="controls" aria-labelledby="controls-title">
      <h2 id="controls-title">Controls</h2>
      <p class="muted small">Simulate failures of X, and see what X delivers to the helpdesk.</p>
      <Fault>{fault}</Fault>
      <Shop users={view.users} shop={shop} choose={chooseShop} run={run} />
      <Webhook webhooks={view.webhooks} run={run} />
      <Replies run={run} />
      <Encrypted person={person} shop={shop} run={run} />
      <Clock view={view} run={run} />
      <Deliveries deliveries={view.deliveries} users={view.users} />
    </aside>
  )
}

type ShopProps = {
  readonly users: readonly ShownUser[]
  readonly shop: ShownUser
  readonly choose: (username: string) => void
  readonly run: Run
}

const Shop = ({ users, shop, choose, run }: ShopProps) => (
  <section class="card" aria-labelledby="shop-title">
    <h3 id="shop-title">
      The shop <Chip colour={shop.connected ? 'good' : 'plain'}>{shop.connected ? 'connected' : 'not connected'}</Chip>
    </h3>
    <div class="row">
      <label for="shop">Account</label>
      <select id="shop" value={shop.username} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {users.map(({ username, connected }) => (
          <option key={username} value={username}>
            @{username}
            {connected ? '' : ' · not connected'}
          </option>
        ))}
      </select>
    </div>
    <p class="muted small">
      {shop.connected
        ? `After «Revoke», the helpdesk has no access to @${shop.username}, as when its owner revokes it on X.`
        : `The helpdesk has no access to @${shop.username}. Connect it in the console, under Channels.`}
    </p>
    <Action isDanger isOff={!shop.connected} act={() => run(() => call('POST', '/_x/revoke', { userId: shop.id }))}>
      Revoke the shop’s access
    </Action>
  </section>
)

const webhookNotes = {
  none: 'The helpdesk registers a webhook when it connects the first account.',
  works: 'After «Break», X delivers no events. The helpdesk can request the missed events later.',
  broken: 'X delivers no events. Repair the webhook here, or wait until the helpdesk repairs it.',
}

function Webhook({ webhooks, run }: { readonly webhooks: View['webhooks']; readonly run: Run }) {
  const isBroken = webhooks.some(({ valid }) => !valid)
  const state = webhooks.length === 0 ? 'none' : isBroken ? 'broken' : 'works'
  return (
    <section class="card" aria-labelledby="webhook-title">
      <h3 id="webhook-title">
        The webhook <Chip colour={state === 'works' ? 'good' : state === 'broken' ? 'bad' : 'plain'}>{state}</Chip>
      </h3>
      {webhooks.length > 0 && <p class="address">{webhooks.map(({ url }) => url).join(', ')}</p>}
      <p class="muted small">{webhookNotes[state]}</p>
      <div class="actions">
        <Action
          isDanger
          isOff={!webhooks.some(({ valid }) => valid)}
          act={() => run(() => call('POST', '/_x/webhooks/break', {}))}
        >
          Break
        </Action>
        <Action isOff={!isBroken} act={() => run(() => call('POST', '/_x/webhooks/repair', {}))}>
          Repair
        </Action>
      </div>
    </section>
  )
}

const refusal = {
  method: 'POST',
  path: '/2/tweets',
  status: 403,
  body: { title: 'Forbidden', status: 403, detail: 'The simulated X was told to refuse it.' },
}

function Replies({ run }: { readonly run: Run }) {
  const [isRefusing, setRefusing] = useState(false)
  const refuse = async () => {
    await call('POST', '/_x/answers', refusal)
    setRefusing(true)
  }
  return (
    <section class="card" aria-labelledby="replies-title">
      <h3 id="replies-title">The shop’s replies</h3>
      <p class="muted small" role="status">
        {isRefusing
          ? 'X refuses the next public reply, and takes those after it.'
          : 'After «Refuse», the next public reply of the helpdesk fails. It can be changed and sent again in the console.'}
      </p>
      <Action isDanger act={() => run(refuse)}>
        Refuse the next public reply
      </Action>
    </section>
  )
}

function Encrypted({ person, shop, run }: { readonly person: ShownUser; readonly shop: ShownUser; readonly run: Run }) {
  const [pin, setPin] = useState('1234')
  const { username, keys } = shop
  const between = (act: (from: string, to: string) => Promise<unknown>) => () =>
    run(async () => {
      if (person.id === shop.id) throw new Error('You are the shop. Choose another person.')
      return act(person.id, shop.id)
    })
  const forge = (kind: 'signature' | 'broken') =>
    between((from, to) => call('POST', '/_x/chat-forgeries', { from, to, kind }))
  const group = between((from, to) => {
    const other = from === '1482000000000000003' ? 'demo_customer' : 'demo_neighbour'
    return call('POST', '/_x/chat-messages', { from, to, text: 'Hello group', group: [other] })
  })
  return (
    <section class="card" aria-labelledby="keys-title">
      <h3 id="keys-title">Encrypted messages</h3>
      <p class="muted small">
        {keys
          ? `@${username} has keys of version ${keys.version}. Their PIN is ${keys.pin}.`
          : `@${username} has no keys yet. It gets some, with the PIN 1234, when somebody writes to it encrypted.`}
      </p>
      <div class="row">
        <label for="pin">PIN</label>
        <input
          id="pin"
          value={pin}
          autoComplete="off"
          required
          onInput={({ currentTarget }) => setPin(currentTarget.value)}
        />
        <Action act={() => run(() => call('POST', '/_x/chat-keys', { user: shop.id, pin }))}>Make new keys</Action>
      </div>
      <div class="actions">
        <Action act={between((by, other) => call('POST', '/_x/chat-conversation-keys', { by, other }))}>
          Change the conversation’s key
        </Action>
        <Action act={forge('signature')}>Send a forged message</Action>
        <Action act={forge('broken')}>Send a broken message</Action>
        <Action act={group}>Write to a group</Action>
      </div>
    </section>
  )
}

function Clock({ view: { now, aheadMs, consoleUrl }, run }: { readonly view: View; readonly run: Run }) {
  const [field, setField] = useState(() => localTime(now))
  const set = (time: Date | null) => run(() => call('POST', '/_x/clock', { now: time?.toISOString() ?? null }))
  const later = (ms: number) => set(new Date(Date.parse(now) + ms))
  const url = `${consoleUrl ?? 'http://localhost:3000'}/_local/schedules/inactivity`
  const body = `{"now":"${now.slice(0, 16)}:00Z"}`
  return (
    <section class="card" aria-labelledby="clock-title">
      <h3 id="clock-title">
        X’s clock <Chip colour={aheadMs === 0 ? 'good' : 'plain'}>{offset(aheadMs)}</Chip>
      </h3>
      <p class="clock">{`${day(now)}, ${timeWithSeconds(now)}`}</p>
      <div class="actions">
        <Action act={() => later(hourMs)}>+1 h</Action>
        <Action act={() => later(24 * hourMs)}>+24 h</Action>
        <Action isOff={aheadMs === 0} act={() => set(null)}>
          Reset
        </Action>
      </div>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault()
          const time = new Date(field)
          if (Number.isNaN(time.getTime())) run(() => Promise.reject(new Error('Choose a date and a time.')))
          else set(time)
        }}
      >
        <label for="clock-field">Set to</label>
        <input
          type="datetime-local"
          id="clock-field"
          required
          value={field}
          onInput={({ currentTarget }) => setField(currentTarget.value)}
        />
        <button type="submit" class="button">
          Set
        </button>
      </form>
      <p class="muted small">
        This clock sets the times of new messages and posts and the rate limits of X. The helpdesk keeps its own clock.
        To run one of its schedules (<code>inactivity</code>, <code>requeue</code>, <code>reconcile</code>) at X’s time:
      </p>
      <pre class="code">{`curl -H 'content-type: application/json' ${url} -d '${body}'`}</pre>
    </section>
  )
}

/** The value of a `datetime-local` field: to the minute, in the time zone of the browser. */
function localTime(iso: string): string {
  const time = new Date(iso)
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function offset(aheadMs: number): string {
  if (Math.abs(aheadMs) < 1_000) return 'real time'
  const minutes = Math.round(Math.abs(aheadMs) / 60_000)
  const hours = Math.floor(minutes / 60)
  const time = hours === 0 ? `${minutes} min` : minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${time} ${aheadMs > 0 ? 'ahead' : 'behind'}`
}

const eventNames: Readonly<Record<string, string>> = {
  direct_message_events: 'Direct message',
  tweet_create_events: 'Post',
  tweet_delete_events: 'Post deleted',
  user_event: 'Access revoked',
  replay_job_status: 'End of a replay',
  'dm.sent': 'Direct message sent',
  'dm.received': 'Direct message received',
  'post.create': 'Post',
  'post.mention.create': 'Mention',
  'post.reply.create': 'Reply',
  'post.quote.create': 'Quote',
  'post.delete': 'Post deleted',
  'chat.received': 'Encrypted message',
  'chat.sent': 'Encrypted message sent',
}

function Deliveries(props: { readonly deliveries: readonly ShownDelivery[]; readonly users: readonly ShownUser[] }) {
  const { deliveries, users } = props
  return (
    <section class="card" aria-labelledby="deliveries-title">
      <h3 id="deliveries-title">Last deliveries</h3>
      <p class="muted small">
        {deliveries.length === 0
          ? 'No deliveries yet. When the shop is connected, X delivers every message and post to the webhook.'
          : 'The events that X delivers to the webhook, and the status of each answer.'}
      </p>
      <ol class="deliveries">
        {deliveries.map((delivery) => (
          <Delivery
            key={delivery.id}
            delivery={delivery}
            to={users.find(({ id }) => id === delivery.userId)?.username}
          />
        ))}
      </ol>
    </section>
  )
}

function Delivery({ delivery, to }: { readonly delivery: ShownDelivery; readonly to: string | undefined }) {
  const { event, createdAt, status, attempts, replayed } = delivery
  const name = eventNames[event] ?? event
  const state = {
    held: 'held',
    waiting: 'in progress',
    delivered: null,
    failed: attempts.length > 1 ? 'failed' : null,
    missed: 'missed',
  }[status]
  return (
    <li>
      <time class="muted" dateTime={createdAt}>
        {timeWithSeconds(createdAt)}
      </time>
      <span class="event" title={event}>
        {replayed ? `${name}, replayed` : name}
        {to !== undefined && <span class="muted"> @{to}</span>}
      </span>
      <span class="answers">
        {attempts.map(({ at, status: code, error }) => (
          <Chip key={at} colour={code === 200 ? 'good' : 'bad'}>
            {code === null ? `no answer: ${error}` : code}
          </Chip>
        ))}
        {state && <Chip colour={status === 'missed' || status === 'failed' ? 'bad' : 'plain'}>{state}</Chip>}
      </span>
    </li>
  )
}
