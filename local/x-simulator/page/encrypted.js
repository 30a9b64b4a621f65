/** @import { ShownMessage, ShownUser } from '../page.ts' */
import { call } from './api.js'
import { byId, make } from './dom.js'

const field = byId('encrypted', HTMLInputElement)
const setAside = byId('encrypted-context', HTMLElement)

/** What the next encrypted message does: quotes a message, or changes one. @type {{ how: 'reply' | 'edit', message: ShownMessage } | null} */
let draft = null

/**
 * @param {'reply' | 'edit' | null} how
 * @param {ShownMessage} [message]
 */
function begin(how, message) {
  draft = how && message ? { how, message } : null
  setAside.hidden = draft === null
  if (!draft) return
  field.checked = true
  setAside.replaceChildren(
    make('span', {}, make('strong', {}, draft.how === 'edit' ? 'Edit' : 'Reply to'), ` ${draft.message.text}`),
    make('button', { type: 'button', 'aria-label': 'Cancel', click: () => begin(null) }, '×'),
  )
  byId('message-form-text', HTMLTextAreaElement).focus()
}

/**
 * Sends a message the way that the checkbox says.
 * @param {ShownUser} person
 * @param {ShownUser} shop
 * @param {{ text: string, files: { contentType: string, base64: string }[] }} written
 */
export async function sendWritten(person, shop, { text, files }) {
  const message = { from: person.id, to: shop.id, text, media: files[0] }
  if (!field.checked) return call('POST', '/_x/direct-messages', message)
  if (draft?.how === 'edit') await call('POST', `/_x/chat-messages/${draft.message.id}/edit`, { text })
  else await call('POST', '/_x/chat-messages', { ...message, replyTo: draft?.message.id })
  begin(null)
}

/**
 * What a person can do with an encrypted message.
 * @param {ShownMessage} message
 * @param {boolean} isMine
 * @param {string} personId
 */
export function actions(message, isMine, personId) {
  if (!message.chat || message.chat.unreadable) return null
  const react = () => {
    const remove = message.chat?.reactions.includes('❤️')
    call('POST', `/_x/chat-messages/${message.id}/react`, { by: personId, emoji: '❤️', remove }).catch(() => {})
  }
  return make(
    'span',
    { class: 'acts' },
    make('button', { type: 'button', click: () => begin('reply', message) }, 'Reply'),
    isMine
      ? make('button', { type: 'button', click: () => begin('edit', message) }, 'Edit')
      : make('button', { type: 'button', 'aria-label': 'Like', click: react }, '❤️'),
  )
}

/**
 * The buttons that change keys and forge messages.
 * @param {(id: string, act: () => Promise<unknown> | undefined) => void} on
 * @param {{ person: () => ShownUser | undefined, shop: () => ShownUser | undefined }} chosen
 */
export function connectEncrypted(on, { person, shop }) {
  /** @param {(from: string, to: string) => Promise<unknown>} act */
  const between = (act) => () => {
    const [from, to] = [person(), shop()]
    if (!from || !to || from.id === to.id) throw new Error('You are the shop. Choose another person.')
    return act(from.id, to.id)
  }
  const pin = byId('pin', HTMLInputElement)
  on('replace-keys', () => {
    const account = shop()
    return account && call('POST', '/_x/chat-keys', { user: account.id, pin: pin.value })
  })
  on(
    'change-key',
    between((by, other) => call('POST', '/_x/chat-conversation-keys', { by, other })),
  )
  for (const kind of ['signature', 'broken']) {
    on(
      `forge-${kind}`,
      between((from, to) => call('POST', '/_x/chat-forgeries', { from, to, kind })),
    )
  }
  on(
    'group',
    between((from, to) => {
      const others = from === '1482000000000000003' ? 'demo_customer' : 'demo_neighbour'
      return call('POST', '/_x/chat-messages', { from, to, text: 'Hello group', group: [others] })
    }),
  )
}

/** @param {ShownUser} shop */
export function drawEncrypted({ username, keys }) {
  byId('keys-note', HTMLElement).textContent = keys
    ? `@${username} has keys of version ${keys.version}. Their PIN is ${keys.pin}.`
    : `@${username} has no keys yet. It gets some, with the PIN 1234, when somebody writes to it encrypted.`
}
