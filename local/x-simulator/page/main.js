/** @import { ShownPost, ShownUser, View } from '../page.ts' */

import { call, fetchView } from './api.js'
import { composer } from './composer.js'
import { connectControls, drawClock, drawControls } from './controls.js'
import { byId, make, showMessage, timeOfDay, updateChildren } from './dom.js'
import { sendWritten } from './encrypted.js'
import { drawMessages, scrollToEnd } from './messages.js'
import { drawPosts } from './posts.js'
import { drawReach } from './reach.js'

const pollMs = 1_000
const roles = /** @type {const} */ (['person', 'shop'])
const selects = { person: byId('person', HTMLSelectElement), shop: byId('shop', HTMLSelectElement) }
const fallbacks = { person: 'demo_customer', shop: 'demo_shop' }

/** The latest data from the simulator. @type {View | undefined} */
let view
/** The usernames in the address, so that a reload keeps them. */
const chosen = Object.fromEntries(new URLSearchParams(location.search))
/** What the post form writes: a new post, or a reply to a post, or a quote of it. @type {{ how: 'post' | 'reply' | 'quote', post: ShownPost | null }} */
let draft = { how: 'post', post: null }

/** @param {'person' | 'shop'} role */
const userAs = (role) => {
  const users = view?.users ?? []
  const named = (/** @type {string | undefined} */ name) => users.find(({ username }) => username === name)
  return named(chosen[role]) ?? named(fallbacks[role]) ?? users[role === 'shop' ? 0 : 1]
}

/**
 * @param {'person' | 'shop'} role
 * @param {string} username
 */
async function choose(role, username) {
  chosen[role] = username
  history.replaceState(null, '', `?${new URLSearchParams(chosen)}`)
  beginPost()
  await refresh()
  scrollToEnd()
}

// Refreshing

let drawn = ''
async function draw() {
  if (!view) return
  const [person, shop] = [userAs('person'), userAs('shop')]
  if (!person || !shop) return
  drawClock(view)
  byId('phone-time', HTMLElement).textContent = timeOfDay(view.now)
  const state = JSON.stringify({ ...view, now: null, person, shop })
  if (state === drawn) return
  drawn = state
  drawChoices(person, shop)
  drawReach(view, person, shop)
  drawMessages(view, person, shop)
  drawPosts(view, person, shop, {
    reply: (post) => beginPost('reply', post),
    quote: (post) => beginPost('quote', post),
    remove,
  })
  drawControls(view, shop)
  drawUnseen(shop)
  drawHint(posts.text.value)
}

/**
 * Fetches the data and draws the page. Refreshes run one after the other, each with the latest choice.
 * @returns {Promise<void>}
 */
function refresh() {
  refreshing = refreshing.then(async () => {
    try {
      // The first request gets the list of users.
      view ??= await fetchView('', '')
      view = await fetchView(userAs('person')?.id ?? '', userAs('shop')?.id ?? '')
      showMessage(offline, null)
      draw()
    } catch (error) {
      showMessage(
        offline,
        `${error instanceof Error ? error.message : String(error)} The page tries again every second.`,
      )
    }
  })
  return refreshing
}
let refreshing = Promise.resolve()
const offline = byId('offline', HTMLElement)

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer
async function poll() {
  clearTimeout(timer)
  if (document.visibilityState === 'hidden') return
  await refresh()
  clearTimeout(timer)
  timer = setTimeout(poll, pollMs)
}
document.addEventListener('visibilitychange', poll)

// People

/**
 * @param {ShownUser} person
 * @param {ShownUser} shop
 */
function drawChoices(person, shop) {
  const options = (/** @type {(user: ShownUser) => string} */ label) =>
    (view?.users ?? []).map((user) => ({ value: user.username, label: label(user) }))
  const lists = {
    person: { current: person, options: options(({ username }) => `@${username}`) },
    shop: {
      current: shop,
      options: options(({ username, connected }) => `@${username}${connected ? '' : ' · not connected'}`),
    },
  }
  for (const role of roles) {
    const { current, options } = lists[role]
    updateChildren(
      selects[role],
      options,
      ({ value }) => value,
      ({ value, label }) => make('option', { value }, label),
    )
    selects[role].value = current.username
  }
  byId('phone-me', HTMLElement).textContent = `@${person.username}`
}

for (const role of roles) {
  selects[role].addEventListener('change', () => choose(role, selects[role].value))
}

const adding = byId('add-form', HTMLFormElement)
adding.addEventListener('submit', async (event) => {
  event.preventDefault()
  const fields = { username: byId('add-username', HTMLInputElement), name: byId('add-name', HTMLInputElement) }
  const username = fields.username.value.trim().replace(/^@/, '')
  const name = fields.name.value.trim() || username
  const errorPlace = byId('add-error', HTMLElement)
  try {
    await call('POST', '/_x/users', { username, name })
    showMessage(errorPlace, null)
    adding.reset()
    byId('add', HTMLDetailsElement).open = false
    await choose('person', username)
    selects.person.focus()
  } catch (error) {
    showMessage(errorPlace, error instanceof Error ? error.message : String(error))
  }
})

// Tabs

const tabs = [byId('tab-messages', HTMLButtonElement), byId('tab-posts', HTMLButtonElement)]
const panelOf = (/** @type {Element} */ tab) => byId(tab.getAttribute('aria-controls') ?? '', HTMLElement)

/** @param {HTMLButtonElement} tab */
function selectTab(tab) {
  for (const one of tabs) {
    one.setAttribute('aria-selected', String(one === tab))
    one.tabIndex = one === tab ? 0 : -1
    panelOf(one).hidden = one !== tab
  }
  const shop = userAs('shop')
  if (shop) drawUnseen(shop)
  if (tab.id === 'tab-messages') scrollToEnd()
}
for (const [index, tab] of tabs.entries()) {
  tab.addEventListener('click', () => selectTab(tab))
  tab.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
    const other = tabs[1 - index] ?? tab
    selectTab(other)
    other.focus()
  })
}

/** The id of the shop's latest message or post that was shown, by tab, person and shop. @type {Map<string, string | undefined>} */
const seen = new Map()

/** @param {ShownUser} shop */
function drawUnseen(shop) {
  const latest = [
    view?.messages.findLast(({ from }) => from === shop.id),
    view?.posts.findLast(({ authorId }) => authorId === shop.id),
  ]
  for (const [index, tab] of tabs.entries()) {
    const key = `${tab.id} ${userAs('person')?.id} ${shop.id}`
    const id = latest[index]?.id
    if (tab.getAttribute('aria-selected') === 'true' || !seen.has(key)) seen.set(key, id)
    const dot = tab.querySelector('.dot')
    if (dot instanceof HTMLElement) dot.hidden = seen.get(key) === id
  }
}

// Writing

const messages = composer(byId('message-form', HTMLFormElement), {
  label: 'Write a message',
  action: 'Send message',
  maxFiles: 1,
  async send({ text, files }) {
    const [person, shop] = [userAs('person'), userAs('shop')]
    if (!person || !shop || person.id === shop.id) throw new Error('You are the shop. Choose another person.')
    await sendWritten(person, shop, { text, files })
    messages.begin('')
    await refresh()
    scrollToEnd()
  },
})

const posts = composer(byId('post-form', HTMLFormElement), {
  label: 'Write a post',
  action: 'Post',
  maxFiles: 4,
  changed: (text) => drawHint(text),
  async send({ text, files }) {
    const { how, post } = draft
    const body = {
      by: userAs('person')?.id,
      text,
      ...(how === 'reply' && { inReplyTo: post?.id }),
      ...(how === 'quote' && { quotes: post?.id }),
      ...(files.length > 0 && { media: files }),
    }
    await call('POST', '/_x/posts', body)
    beginPost()
    await refresh()
    if (how !== 'reply') byId('posts-scroll', HTMLElement).scrollTop = 0
  },
})

/**
 * Begins a new post with a mention of the shop, or a reply to a post, or a quote of it.
 * @param {'post' | 'reply' | 'quote'} how
 * @param {ShownPost | null} post
 */
function beginPost(how = 'post', post = null) {
  draft = { how, post }
  const author = view?.users.find(({ id }) => id === post?.authorId)?.username
  const label = { post: 'Write a post', reply: `Reply to @${author}`, quote: `Quote @${author}` }[how]
  posts.setLabel(label)
  posts.context.hidden = post === null
  posts.context.replaceChildren(
    make('span', {}, make('strong', {}, label), ` ${post?.text ?? ''}`),
    make('button', { type: 'button', 'aria-label': 'Cancel', click: () => beginPost() }, '×'),
  )
  posts.begin(how === 'reply' ? '' : `@${userAs('shop')?.username ?? fallbacks.shop} `)
  if (post !== null) posts.text.focus()
}

/**
 * Warns when a post does not mention the shop. A reply needs no mention, because X adds it.
 * @param {string} text
 */
function drawHint(text) {
  const username = userAs('shop')?.username ?? ''
  const mentions = new RegExp(`@${username}(?!\\w)`, 'i').test(text)
  const reachesShop = draft.how === 'reply' || mentions || text.trim() === ''
  posts.showHint(reachesShop ? null : `The helpdesk gets only posts that mention @${username}.`)
}

/** @param {ShownPost} post */
async function remove(post) {
  await call('DELETE', `/_x/posts/${post.id}`).catch((error) => posts.showHint(error.message))
  await refresh()
}

connectControls({
  person: () => userAs('person'),
  shop: () => userAs('shop'),
  now: () => new Date(view?.now ?? Date.now()),
  refresh,
})
await refresh()
beginPost()
poll()
