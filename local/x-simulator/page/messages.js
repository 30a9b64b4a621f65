/** @import { ShownMessage, ShownUser, View } from '../page.ts' */
import { avatar, byId, day, figure, fill, make, marked, timeOfDay } from './dom.js'

const scroll = byId('messages-scroll', HTMLElement)
const partner = byId('partner', HTMLElement)

/** Messages within this time are one group, with the time below the last. */
const groupMs = 5 * 60_000

/**
 * Draws the conversation.
 * @param {View} view
 * @param {ShownUser} person
 * @param {ShownUser} shop
 */
export function drawMessages({ messages }, person, shop) {
  fill(
    partner,
    [shop],
    ({ id }) => id,
    () =>
      make(
        'div',
        { class: 'person' },
        avatar(shop),
        make('div', {}, make('strong', {}, shop.name), make('span', { class: 'muted' }, `@${shop.username}`)),
      ),
  )
  scroll.setAttribute('aria-label', `Conversation with @${shop.username}`)
  const wasAtEnd = isAtEnd(80)
  const latest = messages.at(-1)
  const isNew = latest !== undefined && !scroll.querySelector(`[data-key="${latest.id}"]`)

  const rows = messages.flatMap((message, index) => {
    const before = messages[index - 1]
    const next = messages[index + 1]
    const isLast = next?.from !== message.from || Date.parse(next.createdAt) - Date.parse(message.createdAt) > groupMs
    const name = message.from === person.id ? 'You' : shop.name
    const row = { message, name, isMine: message.from === person.id, isLast }
    const date = day(message.createdAt)
    return before && day(before.createdAt) === date ? [row] : [{ date, id: message.id }, row]
  })
  if (rows.length === 0) {
    const words = `Write to @${shop.username}: it becomes a ticket in the helpdesk. The answer comes here.`
    fill(
      scroll,
      [words],
      () => 'empty',
      () => make('div', { class: 'empty' }, avatar(shop), make('strong', {}, 'No messages yet'), words),
    )
    return
  }
  fill(
    scroll,
    rows,
    (row) => ('date' in row ? `day-${row.id}` : row.message.id),
    (row) => ('date' in row ? make('p', { class: 'day' }, row.date) : bubble(row)),
  )
  if (isNew && (wasAtEnd || latest.from === person.id)) toEnd()
}

/** @param {number} within pixels */
const isAtEnd = (within) => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < within

/** Shows the latest message, also after the panel was hidden. */
export function toEnd() {
  scroll.scrollTop = scroll.scrollHeight
}

/** @param {{ message: ShownMessage, name: string, isMine: boolean, isLast: boolean }} row */
function bubble({ message: { media, text, createdAt }, name, isMine, isLast }) {
  const picture = media && figure(media, name === 'You' ? 'you' : name)
  // A picture has its height only when it is there, and would push what is below it out of sight.
  const keepEnd = () => isAtEnd(80 + (picture?.offsetHeight ?? 0)) && toEnd()
  for (const event of ['load', 'loadedmetadata']) picture?.addEventListener(event, keepEnd, { once: true })
  return make(
    'div',
    { class: `message ${isMine ? 'mine' : 'theirs'}${isLast ? ' last' : ''}` },
    make('span', { class: 'unseen' }, `${name}: `),
    picture,
    text === '' ? null : make('p', { class: 'bubble' }, ...marked(text)),
    isLast ? make('time', { class: 'muted', datetime: createdAt }, timeOfDay(createdAt)) : null,
  )
}
