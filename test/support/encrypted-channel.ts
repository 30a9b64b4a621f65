import { createChatCipher } from '../../lambdas/adapters/chat/cipher.ts'
import type { XChat } from '../../lambdas/core/ports/chat.ts'
import { contextOf } from '../../lambdas/use-cases/chat/account-key.ts'
import { createChatReader } from '../../lambdas/use-cases/chat/read-chat.ts'
import { type ChatPerson, chatAtX, chatBetween, chatPayload, chatPerson } from './chat.ts'
import { routerOver } from './router.ts'
import type { TestStores } from './stores.ts'
import { xActivity } from './x-payloads.ts'

let accounts = 0

/** Encryption that only binds a text to its context. */
export const boundEncryption = {
  encrypt: async (text: string, context: string) => `${context}|${text}`,
  decrypt: async (sealed: string, context: string) => {
    const [belongsTo, text = ''] = sealed.split('|')
    if (belongsTo !== context) throw new Error('encrypted for another context')
    return text
  },
}

/** A connected account with keys on X, and a customer who writes encrypted; the channel has no key yet. */
export async function encryptedChannel(stores: TestStores, now: () => Date, more: Partial<XChat> = {}) {
  const id = `15${String(++accounts).padStart(6, '0')}`
  const channel = await stores.channels.connect({
    twitterUserId: id,
    username: `shop${accounts}`,
    at: '2026-08-01T00:00:00.000Z',
    encryptedTokens: `twitter-${id}|{"token":"t","secret":"s"}`,
  })
  const shop = chatPerson(id, '1000')
  const customer = chatPerson(`27${String(accounts).padStart(6, '0')}`, '2000')
  const atX = chatAtX([shop, customer], more)
  const logged: object[] = []
  const cipher = createChatCipher()
  const readChat = createChatReader({
    ...stores,
    encryption: boundEncryption,
    cipher,
    xChat: atX.xChat,
    now,
    log: (entry) => logged.push(entry),
  })
  const router = routerOver(stores, now, undefined, readChat)
  const chat = chatBetween(customer, shop)
  return {
    channel,
    shop,
    customer,
    chat,
    cipher,
    atX,
    logged,
    router,
    deliver(by: ChatPerson, event: string, hasKeyChange = true) {
      const kind = by.id === id ? 'chat.sent' : 'chat.received'
      const payload = chatPayload(by.id, chat.id, event, hasKeyChange ? chat.current().event : undefined)
      return router.deliver(xActivity({ id, username: channel.username }, kind, payload))
    },
    /** Stores the key of the account, as an administrator would have entered it. */
    async enterKey({ key, version, publicKeys } = shop) {
      const sealed = await boundEncryption.encrypt(Buffer.from(key).toString('base64'), contextOf(channel.id, version))
      const about = { fingerprint: 'f', since: now().toISOString() }
      const state = { state: 'readable', keyVersion: version, ...about } as const
      await stores.chatKeys.saveAccountKey(channel.id, { sealed, version, publicKeys: [publicKeys], ...about }, state)
    },
  }
}
