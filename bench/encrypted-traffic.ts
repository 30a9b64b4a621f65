import type { SQSRecord } from 'aws-lambda'
import type { Encryption } from '../lambdas/core/ports/platform.ts'
import { contextOf } from '../lambdas/use-cases/chat/account-key.ts'
import { chatBetween, chatPayload, chatPerson } from '../test/support/chat.ts'
import { recordsOf } from '../test/support/router.ts'
import type { TestStores } from '../test/support/stores.ts'
import { directMessages, idAt, type User, xActivity } from '../test/support/x-payloads.ts'

/** The first message of a customer, and batches of ten; the second half of them is measured. */
const BATCHES = 24
const BATCH = 10
const MESSAGES = 1 + BATCHES * BATCH
/** Messages that the engine reads alone. */
const ALONE = 100

const text = 'Where is my order 4711? It should have been here on Monday and I have not heard anything since then.'

/**
 * Messages of ever new customers to a channel that has the key of its account. X's list of their public keys is stored,
 * so X is asked nothing.
 */
export async function encryptedTraffic(stores: TestStores, encryption: Encryption) {
  const account: User = { id: '1500000001', username: 'shop' }
  const shop = chatPerson(account.id, '1000')
  const channel = await stores.connect(account)
  const about = { fingerprint: 'none', since: new Date().toISOString() }
  const sealed = await encryption.encrypt(Buffer.from(shop.key).toString('base64'), contextOf(channel.id, shop.version))
  const key = { sealed, version: shop.version, publicKeys: [shop.publicKeys], ...about }
  await stores.chatKeys.saveAccountKey(channel.id, key, { state: 'readable', keyVersion: shop.version, ...about })
  let people = 0
  let messages = 0
  const nextPerson = () => String(1_000_000_000 + ++people)
  const at = () => new Date().toISOString()
  const username = 'customer'

  /** Direct messages of a new customer. */
  function direct() {
    const from: User = { id: nextPerson(), username }
    const deliveries = Array.from({ length: MESSAGES }, () =>
      directMessages(account, { id: idAt(at(), ++messages), from, to: account, text, at: at() }),
    )
    return { plain: batchesOf(deliveries.flatMap((one) => recordsOf(one, at()))) }
  }

  /** The same, and encrypted messages of another new customer. */
  async function withEncrypted() {
    const customer = chatPerson(nextPerson(), '2000')
    const chat = chatBetween(customer, shop, Date.now())
    const { event: change } = chat.current()
    const events = Array.from({ length: MESSAGES }, () => chat.write(customer, text).event)
    await stores.chatKeys.saveConversation(channel.id, customer.id, {
      sealed: null,
      publicKeys: [customer.publicKeys],
      asked: [],
    })
    // X names nobody in these events; here it does, because the name is looked up once and known from then on.
    const includes = { users: [{ id: customer.id, username }] }
    const records = events.flatMap((event) => {
      const payload = chatPayload(customer.id, chat.id, event, change)
      return recordsOf(xActivity(account, 'chat.received', payload, includes), at())
    })
    const engine = {
      account: { userId: shop.id, version: shop.version, bytes: Buffer.from(shop.key).toString('base64') },
      change,
      events: events.slice(0, ALONE),
      signers: [shop.publicKeys, customer.publicKeys],
    }
    return { ...direct(), encrypted: batchesOf(records), engine }
  }

  /** @throws Error unless every message is there, with its text */
  async function check() {
    for (const ticket of await stores.allTickets()) {
      const read = (await stores.messagesOf(ticket.id)).filter((one) => one.text === text && one.notice === null)
      if (read.length !== MESSAGES) throw new Error(`${ticket.id} has ${read.length} of ${MESSAGES} messages`)
    }
  }

  return { direct, withEncrypted, check }
}

function batchesOf([first, ...rest]: readonly SQSRecord[]): SQSRecord[][] {
  const batches = Array.from({ length: BATCHES }, (_, n) => rest.slice(n * BATCH, (n + 1) * BATCH))
  return first ? [[first], ...batches] : batches
}
