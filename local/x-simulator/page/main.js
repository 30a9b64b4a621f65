/** @import { ShownPost, ShownUser, View } from '../page.ts' */
import { connectBackstage, drawBackstage, drawClock } from './backstage.js'
import { call, look } from './calls.js'
import { composer } from './composer.js'
import { byId, fill, make, say, timeOfDay } from './dom.js'
import { drawMessages, toEnd } from './messages.js'
import { drawPosts } from './posts.js'

const everyMs = 1_000
const roles = /** @type {const} */ (['person', 'shop'])
const selects = { person: byId('person', HTMLSelectElement), shop: byId('shop', HTMLSelectElement) }
const fallbacks = { person: 'demo_customer', shop: 'demo_shop' }

/** What was last seen of X. @type {View | undefined} */
let view
/** Whom the address names, so that a window stays who it is when it is loaded again. */
const chosen = Object.fromEntries(new URLSearchParams(location.search))
/** What a post is to be: an answer or a quote of another one, or of its own. @type {{ how: 'post' | 'reply' | 'quote', post: ShownPost | null }} */
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
  toEnd()
}

// Looking

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
  drawReach(person, shop)
  drawMessages(view, person, shop)
  drawPosts(view, person, shop, {
    reply: (post) => beginPost('reply', post),
    quote: (post) => beginPost('quote', post),
    remove,
  })
  drawBackstage(view, shop)
  drawUnseen(shop)
  advise(posts.text.value)
}

/**
 * One look after the other, each with what was chosen last; again when that changed meanwhile.
 * @returns {Promise<void>}
 */
function refresh() {
  looking = looking.then(async () => {
    try {
      // The first look tells who there is.
      view ??= await look('', '')
      view = await look(userAs('person')?.id ?? '', userAs('shop')?.id ?? '')
      say(offline, null)
      draw()
    } catch (error) {
      say(offline, `${error instanceof Error ? error.message : String(error)} Trying again every second.`)
    }
  })
  return looking
}
let looking = Promise.resolve()
const offline = byId('offline', HTMLElement)

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer
async function live() {
  clearTimeout(timer)
  if (document.visibilityState === 'hidden') return
  await refresh()
  clearTimeout(timer)
  timer = setTimeout(live, everyMs)
}
document.addEventListener('visibilitychange', live)

// Who is who

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
    fill(
      selects[role],
      options,
      ({ value }) => value,
      ({ value, label }) => make('option', { value }, label),
    )
    selects[role].value = current.username
  }
  byId('phone-me', HTMLElement).textContent = `@${person.username}`
}

/**
 * Whether what is written here comes to the helpdesk, before somebody wonders.
 * @param {ShownUser} person
 * @param {ShownUser} shop
 */
function drawReach(person, shop) {
  const reach = byId('reach', HTMLElement)
  const { words, colour } = reachOf(person, shop)
  if (reach.textContent !== words) reach.textContent = words
  reach.className = `reach ${colour}`
  const link = byId('console', HTMLAnchorElement)
  if (view?.consoleUrl) link.href = view.consoleUrl
  link.hidden = !view?.consoleUrl
}

/**
 * @param {ShownUser} person
 * @param {ShownUser} shop
 */
function reachOf(person, shop) {
  if (person.id === shop.id)
    return { words: 'You are the shop itself. Choose somebody else to be its customer.', colour: 'plain' }
  if (!shop.connected)
    return { words: `@${shop.username} is not connected yet: connect it in the console, then write.`, colour: 'bad' }
  if (view?.webhooks.some(({ valid }) => !valid))
    return { words: 'The webhook is broken: the helpdesk misses what you write.', colour: 'bad' }
  if (!shop.subscribed)
    return { words: `@${shop.username} is connected, but X tells the helpdesk nothing of it.`, colour: 'bad' }
  return { words: `Connected: what you write to @${shop.username} becomes a ticket in the helpdesk.`, colour: 'good' }
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
  const fault = byId('add-fault', HTMLElement)
  try {
    await call('POST', '/_x/users', { username, name })
    say(fault, null)
    adding.reset()
    byId('add', HTMLDetailsElement).open = false
    await choose('person', username)
    selects.person.focus()
  } catch (error) {
    say(fault, error instanceof Error ? error.message : String(error))
  }
})

// The two tabs

const tabs = [byId('tab-messages', HTMLButtonElement), byId('tab-posts', HTMLButtonElement)]
const panelOf = (/** @type {Element} */ tab) => byId(tab.getAttribute('aria-controls') ?? '', HTMLElement)

/** @param {HTMLButtonElement} tab */
function show(tab) {
  for (const one of tabs) {
    one.setAttribute('aria-selected', String(one === tab))
    one.tabIndex = one === tab ? 0 : -1
    panelOf(one).hidden = one !== tab
  }
  const shop = userAs('shop')
  if (shop) drawUnseen(shop)
  if (tab.id === 'tab-messages') toEnd()
}
for (const [index, tab] of tabs.entries()) {
  tab.addEventListener('click', () => show(tab))
  tab.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
    const other = tabs[1 - index] ?? tab
    show(other)
    other.focus()
  })
}

/** The latest of the shop's that was looked at, by tab, person and shop. @type {Map<string, string | undefined>} */
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
  most: 1,
  async send({ text, files }) {
    const [person, shop] = [userAs('person'), userAs('shop')]
    if (!person || !shop || person.id === shop.id) throw new Error('Choose somebody else than the shop to be.')
    await call('POST', '/_x/direct-messages', { from: person.id, to: shop.id, text, media: files[0] })
    messages.begin('')
    await refresh()
    toEnd()
  },
})

const posts = composer(byId('post-form', HTMLFormElement), {
  label: 'Write a post',
  action: 'Post',
  most: 4,
  changed: (text) => advise(text),
  async send({ text, files }) {
    const { how, post } = draft
    const post_ = {
      by: userAs('person')?.id,
      text,
      ...(how === 'reply' && { inReplyTo: post?.id }),
      ...(how === 'quote' && { quotes: post?.id }),
      ...(files.length > 0 && { media: files }),
    }
    await call('POST', '/_x/posts', post_)
    beginPost()
    await refresh()
    if (how !== 'reply') byId('posts-scroll', HTMLElement).scrollTop = 0
  },
})

/**
 * Begins a post of its own with a mention of the shop, or an answer to another, or a quote of it.
 * @param {'post' | 'reply' | 'quote'} how
 * @param {ShownPost | null} post
 */
function beginPost(how = 'post', post = null) {
  draft = { how, post }
  const author = view?.users.find(({ id }) => id === post?.authorId)?.username
  const words = { post: 'Write a post', reply: `Answer @${author}`, quote: `Quote @${author}` }[how]
  posts.describe(words)
  posts.context.hidden = post === null
  posts.context.replaceChildren(
    make('span', {}, make('strong', {}, words), ` ${post?.text ?? ''}`),
    make('button', { type: 'button', 'aria-label': 'Cancel', click: () => beginPost() }, '×'),
  )
  posts.begin(how === 'reply' ? '' : `@${userAs('shop')?.username ?? fallbacks.shop} `)
  if (post !== null) posts.text.focus()
}

/**
 * An answer mentions by itself whom it answers; any other post must say whom it means.
 * @param {string} text
 */
function advise(text) {
  const username = userAs('shop')?.username ?? ''
  const mentions = new RegExp(`@${username}(?!\\w)`, 'i').test(text)
  const isHeard = draft.how === 'reply' || mentions || text.trim() === ''
  posts.advise(isHeard ? null : `Without @${username} in it, the helpdesk does not hear of it.`)
}

/** @param {ShownPost} post */
async function remove(post) {
  await call('DELETE', `/_x/posts/${post.id}`).catch((error) => posts.advise(error.message))
  await refresh()
}

connectBackstage({ shop: () => userAs('shop'), now: () => new Date(view?.now ?? Date.now()), refresh })
await refresh()
beginPost()
live()
