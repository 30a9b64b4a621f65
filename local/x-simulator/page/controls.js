/** @import { ShownDelivery, ShownUser, View } from '../page.ts' */
import { call } from './api.js'
import { byId, day, make, setChip, showMessage, timeWithSeconds, updateChildren } from './dom.js'
import { connectEncrypted, drawEncrypted } from './encrypted.js'

const errorPlace = byId('controls-error', HTMLElement)
const [revokeButton, breakButton, repairButton] = ['revoke', 'break', 'repair'].map((id) => byId(id, HTMLButtonElement))
const resetButton = byId('reset', HTMLButtonElement)
const clockField = byId('clock-field', HTMLInputElement)
const hourMs = 3_600_000

/**
 * Attaches the actions to the buttons.
 * @param {{ person: () => ShownUser | undefined, shop: () => ShownUser | undefined, now: () => Date, refresh: () => Promise<void> }} page
 */
export function connectControls({ person, shop, now, refresh }) {
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
        showMessage(errorPlace, null)
      } catch (error) {
        showMessage(errorPlace, error instanceof Error ? error.message : String(error))
      }
      await refresh()
    })
  /** @param {Date | null} time */
  const setClock = (time) => call('POST', '/_x/clock', { now: time?.toISOString() ?? null })

  on(revokeButton, 'click', () => {
    const account = shop()
    return account && call('POST', '/_x/revoke', { userId: account.id })
  })
  on(breakButton, 'click', () => call('POST', '/_x/webhooks/break', {}))
  on(repairButton, 'click', () => call('POST', '/_x/webhooks/repair', {}))
  connectEncrypted((id, act) => on(byId(id, HTMLButtonElement), 'click', act), { person, shop })
  on(byId('hour', HTMLElement), 'click', () => setClock(new Date(now().getTime() + hourMs)))
  on(byId('day', HTMLElement), 'click', () => setClock(new Date(now().getTime() + 24 * hourMs)))
  on(resetButton, 'click', () => setClock(null))
  on(byId('clock-form', HTMLFormElement), 'submit', () => {
    const time = new Date(clockField.value)
    if (Number.isNaN(time.getTime())) throw new Error('Choose a date and a time.')
    return setClock(time)
  })
}

/**
 * Draws the state of the shop, the webhook and the deliveries.
 * @param {View} view
 * @param {ShownUser} shop
 */
export function drawControls({ webhooks, users, deliveries }, shop) {
  setChip(
    byId('shop-state', HTMLElement),
    shop.connected ? 'connected' : 'not connected',
    shop.connected ? 'good' : 'plain',
  )
  byId('shop-note', HTMLElement).textContent = shop.connected
    ? `After «Revoke», the helpdesk has no access to @${shop.username}, as when its owner revokes it on X.`
    : `The helpdesk has no access to @${shop.username}. Connect it in the console, under Channels.`
  setEnabled(revokeButton, shop.connected)

  drawEncrypted(shop)
  const valid = webhooks.some((one) => one.valid)
  const broken = webhooks.some((one) => !one.valid)
  const state = webhooks.length === 0 ? 'none' : broken ? 'broken' : 'works'
  setChip(byId('webhook-state', HTMLElement), state, state === 'works' ? 'good' : state === 'broken' ? 'bad' : 'plain')
  byId('webhook-url', HTMLElement).textContent = webhooks.map(({ url }) => url).join(', ')
  byId('webhook-note', HTMLElement).textContent = {
    none: 'The helpdesk registers a webhook when it connects the first account.',
    works: 'After «Break», X delivers no events. The helpdesk can request the missed events later.',
    broken: 'X delivers no events. Repair the webhook here, or wait until the helpdesk repairs it.',
  }[state]
  setEnabled(breakButton, valid)
  setEnabled(repairButton, broken)

  const rows = deliveries.map((delivery) => ({
    delivery,
    to: users.find(({ id }) => id === delivery.userId)?.username ?? null,
  }))
  byId('deliveries-note', HTMLElement).textContent =
    rows.length === 0
      ? 'No deliveries yet. When the shop is connected, X delivers every message and post to the webhook.'
      : 'The events that X delivers to the webhook, and the status of each answer.'
  updateChildren(byId('deliveries', HTMLElement), rows, ({ delivery }) => delivery.id, deliveryRow)
}

/**
 * Draws the clock. Call this every second.
 * @param {View} view
 */
export function drawClock({ now, aheadMs, consoleUrl }) {
  byId('clock', HTMLElement).textContent = `${day(now)}, ${timeWithSeconds(now)}`
  setChip(byId('clock-state', HTMLElement), formatOffset(aheadMs), aheadMs === 0 ? 'good' : 'plain')
  setEnabled(resetButton, aheadMs !== 0)
  if (clockField.value === '') clockField.value = localTime(now)
  const at = `${now.slice(0, 16)}:00Z`
  const url = `${consoleUrl ?? 'http://localhost:3000'}/_local/schedules/inactivity`
  const command = `curl -H 'content-type: application/json' ${url} -d '{"now":"${at}"}'`
  const code = byId('clock-code', HTMLElement)
  if (code.textContent !== command) code.textContent = command
}

/**
 * The value of a `datetime-local` field: to the minute, in the time zone of the browser.
 * @param {string} iso
 */
function localTime(iso) {
  const time = new Date(iso)
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** @param {number} aheadMs */
function formatOffset(aheadMs) {
  if (Math.abs(aheadMs) < 1_000) return 'real time'
  const minutes = Math.round(Math.abs(aheadMs) / 60_000)
  const hours = Math.floor(minutes / 60)
  const time = hours === 0 ? `${minutes} min` : minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${time} ${aheadMs > 0 ? 'ahead' : 'behind'}`
}

/**
 * Enables or disables a button. A button with the focus gets only `aria-disabled`, because disabling it would lose the focus.
 * @param {HTMLButtonElement | undefined} button
 * @param {boolean} isEnabled
 */
function setEnabled(button, isEnabled) {
  if (!button) return
  button.disabled = !isEnabled && document.activeElement !== button
  if (isEnabled) button.removeAttribute('aria-disabled')
  else button.setAttribute('aria-disabled', 'true')
}

/** @type {Record<string, string>} */
const eventNames = {
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

/** @param {{ delivery: ShownDelivery, to: string | null }} row */
function deliveryRow({ delivery: { event, createdAt, status, attempts, replayed }, to }) {
  const name = replayed ? `${eventNames[event] ?? event}, replayed` : (eventNames[event] ?? event)
  const answers = attempts.map(({ status: code, error }) =>
    make(
      'span',
      { class: `chip ${code === 200 ? 'good' : 'bad'}` },
      code === null ? `no answer: ${error}` : String(code),
    ),
  )
  const state = {
    held: 'held',
    waiting: 'in progress',
    delivered: null,
    failed: attempts.length > 1 ? 'failed' : null,
    missed: 'missed',
  }[status]
  return make(
    'li',
    {},
    make('time', { class: 'muted', datetime: createdAt }, timeWithSeconds(createdAt)),
    make(
      'span',
      { class: 'event', title: event },
      name,
      to === null ? null : make('span', { class: 'muted' }, ` @${to}`),
    ),
    make(
      'span',
      { class: 'answers' },
      ...answers,
      state && make('span', { class: `chip ${status === 'missed' || status === 'failed' ? 'bad' : 'plain'}` }, state),
    ),
  )
}
