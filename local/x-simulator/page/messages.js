/** @import { ShownMessage, ShownUser, View } from '../page.ts' */

import { avatar, byId, day, drawEmpty, figure, highlightTags, make, timeOfDay, updateChildren } from './dom.js'
import { actions } from './encrypted.js'

const scroll = byId('messages-scroll', HTMLElement)
const partner = byId('partner', HTMLElement)

/** Messages of one person within this time form a group. The time stands below the last one. */
const groupMs = 5 * 60_000

/**
 * Draws the conversation.
 * @param {View} view
 * @param {ShownUser} person
 * @param {ShownUser} shop
 */
export function drawMessages({ messages }, person, shop) {
  updateChildren(
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
  const wasAtEnd = isAtEnd(nearEndPixels)
  const latest = messages.at(-1)
  const isNew = latest !== undefined && !scroll.querySelector(`[data-key="${latest.id}"]`)

  const rows = messages.flatMap((message, index) => {
    const before = messages[index - 1]
    const next = messages[index + 1]
    const isLast = next?.from !== message.from || Date.parse(next.createdAt) - Date.parse(message.createdAt) > groupMs
    const name = message.from === person.id ? 'You' : shop.name
    const row = { message, name, isMine: message.from === person.id, isLast, personId: person.id }
    const date = day(message.createdAt)
    return before && day(before.createdAt) === date ? [row] : [{ date, id: message.id }, row]
  })
  if (rows.length === 0) {
    const hint = `Write to @${shop.username}. Your message becomes a ticket in the helpdesk. You see the reply here.`
    drawEmpty(scroll, shop, 'No messages yet', hint)
    return
  }
  updateChildren(
    scroll,
    rows,
    (row) => ('date' in row ? `day-${row.id}` : row.message.id),
    (row) => ('date' in row ? make('p', { class: 'day' }, row.date) : bubble(row)),
  )
  if (isNew && (wasAtEnd || latest.from === person.id)) scrollToEnd()
}

const nearEndPixels = 80

/** @param {number} pixels */
const isAtEnd = (pixels) => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < pixels

/** Scrolls to the latest message. Also needed after the panel was hidden. */
export function scrollToEnd() {
  scroll.scrollTop = scroll.scrollHeight
}

/** @param {{ message: ShownMessage, name: string, isMine: boolean, isLast: boolean, personId: string }} row */
function bubble({ message, name, isMine, isLast, personId }) {
  const { media, text, createdAt, chat } = message
  const picture = media && figure(media, name === 'You' ? 'you' : name)
  // A picture has no height until it is loaded. Then it would move the latest message out of view.
  const keepEnd = () => isAtEnd(nearEndPixels + (picture?.offsetHeight ?? 0)) && scrollToEnd()
  for (const event of ['load', 'loadedmetadata']) picture?.addEventListener(event, keepEnd, { once: true })
  return make(
    'div',
    { class: `message ${isMine ? 'mine' : 'theirs'}${isLast ? ' last' : ''}` },
    make('span', { class: 'unseen' }, `${name}: `),
    chat &&
      make(
        'span',
        { class: 'lock muted' },
        make('span', { class: 'unseen' }, 'Encrypted'),
        chat.edited ? ' edited' : null,
      ),
    chat?.quote ? make('p', { class: 'quote muted' }, chat.quote) : null,
    picture,
    chat?.unreadable ? make('p', { class: 'bubble' }, 'This message cannot be read.') : null,
    text === '' ? null : make('p', { class: 'bubble' }, ...highlightTags(text)),
    chat && chat.reactions.length > 0 ? make('span', { class: 'reactions' }, ...chat.reactions) : null,
    actions(message, isMine, personId),
    isLast ? make('time', { class: 'muted', datetime: createdAt }, timeOfDay(createdAt)) : null,
  )
}
