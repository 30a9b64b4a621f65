import type { ChatKey, Message, Ticket } from '../../client/src/calls.ts'
import type { Problem } from '../../client/src/client.ts'
import { eventually } from '../local/support.ts'
import type { Product } from './product.ts'

/** The account of the shop, and people who write to it; the simulated X starts with them. */
export const shop = { id: '1480000000000000001', username: 'demo_shop' }
export const customer = '1481000000000000002'
export const neighbour = '1482000000000000003'

export const channelId = `twitter-${shop.id}`

/** An event of the simulated X with what each phone shows of it. */
type OnPhones = {
  readonly id: string
  readonly messageId: string
  readonly kind: string
  readonly senderId: string
  /** As X delivers it: base64. */
  readonly encoded: string
  readonly phones: Readonly<Record<string, { readonly text: string | null; readonly error: string | null }>>
}

/** What the tests of encrypted messages do on both sides of the product. */
export function encryptedJourney(product: Product) {
  const events = async () => (await product.onX<{ events: OnPhones[] }>('GET', 'chat-messages')).events
  const ticketOf = (customerId: string): Promise<Ticket> =>
    eventually('a ticket', async () => (await product.tickets({ customerId }))[0])
  const enter = (body: ChatKey) =>
    product.admin.call('PUT /api/channels/{id}/chat-key', { params: { id: channelId }, body })
  return {
    /** A person writes to the shop on their phone. */
    write: (text: string, more: object = {}) =>
      product.onX<OnPhones>('POST', 'chat-messages', { from: customer, to: shop.id, text, ...more }),
    /** What nobody can read comes under the name of a person. */
    forge: (kind: 'signature' | 'broken', more: object = {}) =>
      product.onX<OnPhones>('POST', 'chat-forgeries', { from: customer, to: shop.id, kind, ...more }),
    /** Makes keys for an account, the first or others. */
    makeKeys: (user: string, pin: string) => product.onX('POST', 'chat-keys', { user, pin }),
    /** The private keys of an account, the latest first: base64 of 64 bytes, as X's tools export them. */
    keysOf: async (user: string) => {
      const { keys } = await product.onX<{ keys: { privateKeys: string }[] }>('GET', `chat-keys/${user}`)
      return keys.map(({ privateKeys }) => privateKeys)
    },
    events,
    /** Enters a key by its PIN or file. @throws Problem unless it is taken */
    enter,
    /** The same with a key that is not taken: what the administrator reads. */
    refusedKey: (body: ChatKey) =>
      enter(body).then(
        () => {
          throw new Error('the key was taken')
        },
        ({ status, detail }: Problem) => ({ status, detail }),
      ),
    channel: () => product.helpdesk.call('GET /api/channels/{id}', { params: { id: channelId } }),
    ticketOf,
    /** Waits for a message of a person's ticket. */
    messageWith: async (what: string, fits: (message: Message) => boolean, by = customer): Promise<Message> => {
      const ticket = await ticketOf(by)
      return eventually(what, async () => (await product.messages(ticket.id)).find(fits))
    },
    /** What the customer's phone has of the shop's encrypted messages. */
    answers: async () =>
      (await events())
        .filter(({ senderId, kind }) => senderId === shop.id && kind === 'message')
        .map((one) => one.phones[customer]?.text),
  }
}
