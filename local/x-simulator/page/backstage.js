/** @import { ShownDelivery, ShownUser, View } from '../page.ts' */
import { call } from './calls.js'
import { byId, day, fill, make, mark, say, timeWithSeconds } from './dom.js'

const fault = byId('backstage-fault', HTMLElement)
const [revoke, breaks, mends] = ['revoke', 'break', 'mend'].map((id) => byId(id, HTMLButtonElement))
const right = byId('right', HTMLButtonElement)
const field = byId('clock-field', HTMLInputElement)
const hourMs = 3_600_000

/**
 * Lets the buttons do what they say.
 * @param {{ shop: () => ShownUser | undefined, now: () => Date, refresh: () => Promise<void> }} page
 */
export function connectBackstage({ shop, now, refresh }) {
  /**
   * @param {EventTarget | undefined} target
   * @param {string} event
   * @param {() => Promise<unknown> | undefined} act
   */
  const on = (target, event, act) =>
    target?.addEventListener(event, async (happened) => {
      happened.preventDefault()
      try {
        await act()
        say(fault, null)
      } catch (error) {
        say(fault, error instanceof Error ? error.message : String(error))
      }
      await refresh()
    })
  /** @param {Date | null} time */
  const setClock = (time) => call('POST', '/_x/clock', { now: time?.toISOString() ?? null })

  on(revoke, 'click', () => {
    const account = shop()
    return account && call('POST', '/_x/revoke', { userId: account.id })
  })
  on(breaks, 'click', () => call('POST', '/_x/webhooks/break', {}))
  on(mends, 'click', () => call('POST', '/_x/webhooks/mend', {}))
  on(byId('hour', HTMLElement), 'click', () => setClock(new Date(now().getTime() + hourMs)))
  on(byId('day', HTMLElement), 'click', () => setClock(new Date(now().getTime() + 24 * hourMs)))
  on(right, 'click', () => setClock(null))
  on(byId('clock-form', HTMLFormElement), 'submit', () => {
    const time = new Date(field.value)
    if (Number.isNaN(time.getTime())) throw new Error('Choose a day and a time for X’s clock.')
    return setClock(time)
  })
}

/**
 * Draws what is behind.
 * @param {View} view
 * @param {ShownUser} shop
 */
export function drawBackstage({ webhooks, users, deliveries }, shop) {
  mark(
    byId('shop-state', HTMLElement),
    shop.connected ? 'connected' : 'not connected',
    shop.connected ? 'good' : 'plain',
  )
  byId('shop-note', HTMLElement).textContent = shop.connected
    ? `Revoked, the helpdesk may do nothing more for @${shop.username}, as when its owner takes the permission away on X.`
    : `The helpdesk has no access to @${shop.username}. Connect it in the console, under Channels.`
  able(revoke, shop.connected)

  const valid = webhooks.some((one) => one.valid)
  const broken = webhooks.some((one) => !one.valid)
  const state = webhooks.length === 0 ? 'none' : broken ? 'broken' : 'works'
  mark(byId('webhook-state', HTMLElement), state, state === 'works' ? 'good' : state === 'broken' ? 'bad' : 'plain')
  byId('webhook-url', HTMLElement).textContent = webhooks.map(({ url }) => url).join(', ')
  byId('webhook-note', HTMLElement).textContent = {
    none: 'The helpdesk registers it when the first account is connected.',
    works: 'Broken, X delivers nothing: what happens meanwhile is missed, until the helpdesk asks for it again.',
    broken: 'X delivers nothing. Mend it here, or let the helpdesk notice.',
  }[state]
  able(breaks, valid)
  able(mends, broken)

  const rows = deliveries.map((delivery) => ({
    delivery,
    to: users.find(({ id }) => id === delivery.userId)?.username ?? null,
  }))
  byId('deliveries-note', HTMLElement).textContent =
    rows.length === 0
      ? 'None yet: once the shop is connected, X tells the webhook of every message and post.'
      : 'What X told the webhook, and what it answered: 200 means taken.'
  fill(byId('deliveries', HTMLElement), rows, ({ delivery }) => delivery.id, deliveryRow)
}

/**
 * Draws the clock, which goes on every second.
 * @param {View} view
 */
export function drawClock({ now, aheadMs, consoleUrl }) {
  byId('clock', HTMLElement).textContent = `${day(now)}, ${timeWithSeconds(now)}`
  mark(byId('clock-state', HTMLElement), aheadWords(aheadMs), aheadMs === 0 ? 'good' : 'plain')
  able(right, aheadMs !== 0)
  if (field.value === '') field.value = localTime(now)
  const at = `${now.slice(0, 16)}:00Z`
  const command = `curl -X POST ${consoleUrl ?? 'http://localhost:3000'}/_local/schedules/inactivity -d '{"now":"${at}"}'`
  const code = byId('clock-code', HTMLElement)
  if (code.textContent !== command) code.textContent = command
}

/**
 * As a field for a time has it: to the minute, where the browser is.
 * @param {string} iso
 */
function localTime(iso) {
  const time = new Date(iso)
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** @param {number} aheadMs */
function aheadWords(aheadMs) {
  if (Math.abs(aheadMs) < 1_000) return 'real time'
  const minutes = Math.round(Math.abs(aheadMs) / 60_000)
  const hours = Math.floor(minutes / 60)
  const words = hours === 0 ? `${minutes} min` : minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${words} ${aheadMs > 0 ? 'ahead' : 'behind'}`
}

/**
 * A button that cannot be used stays in reach of the keyboard, so that the focus is not lost when it is pressed.
 * @param {HTMLButtonElement | undefined} button
 * @param {boolean} is
 */
function able(button, is) {
  if (!button) return
  button.disabled = !is && document.activeElement !== button
  if (is) button.removeAttribute('aria-disabled')
  else button.setAttribute('aria-disabled', 'true')
}

/** @type {Record<string, string>} */
const events = {
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
}

/** @param {{ delivery: ShownDelivery, to: string | null }} row */
function deliveryRow({ delivery: { event, createdAt, status, attempts, replayed }, to }) {
  const words = replayed ? `${events[event] ?? event}, replayed` : (events[event] ?? event)
  const answers = attempts.map(({ status: code, error }) =>
    make(
      'span',
      { class: `chip ${code === 200 ? 'good' : 'bad'}` },
      code === null ? `no answer: ${error}` : String(code),
    ),
  )
  const waits = {
    held: 'held',
    waiting: 'under way',
    delivered: null,
    failed: attempts.length > 1 ? 'given up' : null,
    missed: 'missed',
  }[status]
  return make(
    'li',
    {},
    make('time', { class: 'muted', datetime: createdAt }, timeWithSeconds(createdAt)),
    make(
      'span',
      { class: 'event', title: event },
      words,
      to === null ? null : make('span', { class: 'muted' }, ` @${to}`),
    ),
    make(
      'span',
      { class: 'answers' },
      ...answers,
      waits && make('span', { class: `chip ${status === 'missed' || status === 'failed' ? 'bad' : 'plain'}` }, waits),
    ),
  )
}
