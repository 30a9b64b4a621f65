/** @import { ShownMedia, ShownUser } from '../page.ts' */

/**
 * Returns the element with this id.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function byId(id, kind) {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`The page has no ${kind.name} #${id}.`)
  return found
}

/**
 * Creates an element. Strings become text nodes, so nothing that people write is parsed as HTML.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | boolean | ((event: Event) => void)>} attributes functions listen to the event of that name
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value !== false) element.setAttribute(name, value === true ? '' : value)
  }
  element.append(...children.filter((child) => child !== null))
  return element
}

/**
 * Updates the children of an element to match the items, by key. An unchanged item keeps its element, with its focus,
 * its scroll position and its loaded pictures.
 * @template T
 * @param {Element} parent
 * @param {readonly T[]} items
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => HTMLElement} draw
 */
export function updateChildren(parent, items, keyOf, draw) {
  const before = new Map([...parent.children].map((child) => [child.getAttribute('data-key'), child]))
  const children = items.map((item) => {
    const key = keyOf(item)
    const version = JSON.stringify(item)
    const known = before.get(key)
    if (known?.getAttribute('data-version') === version) return known
    const drawn = draw(item)
    drawn.setAttribute('data-key', key)
    drawn.setAttribute('data-version', version)
    return drawn
  })
  for (const child of before.values()) if (!children.includes(child)) child.remove()
  for (const [index, child] of children.entries()) {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null)
  }
}

/**
 * Fills a list that has no items yet.
 * @param {Element} list
 * @param {ShownUser} user
 * @param {string} title
 * @param {string} hint
 */
export function drawEmpty(list, user, title, hint) {
  updateChildren(
    list,
    [hint],
    () => 'empty',
    () => make('div', { class: 'empty' }, avatar(user), make('strong', {}, title), hint),
  )
}

/**
 * Shows a message in an element, or hides the element.
 * @param {HTMLElement} place
 * @param {string | null} sentence
 */
export function showMessage(place, sentence) {
  if (place.textContent !== (sentence ?? '')) place.textContent = sentence ?? ''
  place.hidden = sentence === null
}

/**
 * Sets the text and the colour of a chip.
 * @param {HTMLElement} chip
 * @param {string} text
 * @param {'good' | 'bad' | 'plain'} colour
 */
export function setChip(chip, text, colour) {
  if (chip.textContent !== text) chip.textContent = text
  chip.className = `chip ${colour}`
}

/**
 * A person's avatar: the initial in the person's colour.
 * @param {ShownUser} user
 */
export function avatar({ name, username, colour }) {
  const initial = [...(name.trim() || username)][0] ?? '?'
  return make('span', { class: `avatar ${colour}`, 'aria-hidden': 'true' }, initial.toUpperCase())
}

/**
 * Splits a text into nodes, with mentions and hashtags highlighted.
 * @param {string} text
 */
export function highlightTags(text) {
  const parts = text.split(/((?<![\w@#])[@#]\w+)/)
  return parts.map((part, index) => (index % 2 === 1 ? make('span', { class: 'tag' }, part) : part))
}

/**
 * A picture, or a video with controls.
 * @param {ShownMedia} media
 * @param {string} by the name of its author
 */
export function figure({ src, kind }, by) {
  if (kind === 'video') {
    return make('video', { class: 'media', src, controls: true, preload: 'metadata', 'aria-label': `Video from ${by}` })
  }
  return make('img', { class: 'media', src, alt: `${kind === 'photo' ? 'Picture' : 'GIF'} from ${by}` })
}

/**
 * @param {string | Date} time
 * @param {Intl.DateTimeFormatOptions} options
 */
const format = (time, options) => new Intl.DateTimeFormat('en-GB', options).format(new Date(time))

/** @param {string} time */
export const timeOfDay = (time) => format(time, { hour: '2-digit', minute: '2-digit' })

/** @param {string} time */
export const timeWithSeconds = (time) => format(time, { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** @param {string} time */
export const day = (time) => format(time, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
