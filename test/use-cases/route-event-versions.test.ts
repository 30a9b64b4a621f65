import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Message, Ticket } from '../../lambdas/core/tickets/ticket.ts'
import type { Links } from '../../lambdas/use-cases/api/messages.ts'
import { toApiMessage } from '../../lambdas/use-cases/api/messages.ts'
import { cases } from '../support/properties.ts'
import { routerOver } from '../support/router.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { untouched } from '../support/untouched.ts'
import { idAt, posts, shop, type User, v2Post, xActivity } from '../support/x-payloads.ts'

const now = () => new Date('2026-01-01T12:00:00.000Z')
let stores: TestStores
let ids = 0

beforeAll(async () => {
  stores = await startStores(now)
  await stores.connect()
})
afterAll(() => stores.stop())

const newId = () => idAt(now(), ++ids)
const newCustomer = (): User => ({ id: String(5_000_000 + ++ids), username: `customer${ids}` })
const deliver = (...deliveries: object[]) => routerOver(stores, now).deliver(...deliveries)

/** A version of a post, as the Account Activity API tells it; `history` is known to X at that time. */
const version = (by: User, id: string, history: string[], text = `@shop ${id}`, answers?: { id: string; by: User }) =>
  posts(shop, {
    id,
    by,
    text,
    mentions: text.includes('@shop') ? [shop] : [],
    at: new Date(now().getTime() + Number(BigInt(id) & 0xffffn) * 1_000).toISOString(),
    more: { edit_history: { initial_tweet_id: history[0], edit_tweet_ids: history } },
    ...(answers ? { answers } : {}),
  })

async function ticketOf(id: string | null | undefined): Promise<Ticket> {
  const ticket = id ? await stores.tickets.ticket(id) : null
  if (!ticket) throw new Error(`no ticket ${id}`)
  return ticket
}
async function messagesOf(ticketId: string | null | undefined): Promise<Message[]> {
  return stores.messagesOf(ticketId)
}
async function set(id: string | null | undefined, status: Ticket['status']) {
  const before = await ticketOf(id)
  const after = { ...before, status, version: before.version + 1 }
  expect(await stores.tickets.commit({ before, after, message: null, follows: null })).toBe('done')
}

const links = untouched<Links>('links')

describe('an edited post', () => {
  test('changes its message, keeps what it said before, and opens no ticket', async () => {
    const [ann, first, second] = [newCustomer(), newId(), newId()]
    const [opened] = await deliver(version(ann, first, [first], '@shop helo'))
    const [edited] = await deliver(version(ann, second, [first, second], '@shop hello'))
    expect(edited).toMatchObject({ outcome: 'edited', reason: 'the post was edited', ticketId: opened?.ticketId })
    const [message, ...more] = await messagesOf(opened?.ticketId)
    if (!message) throw new Error('a message was meant')
    expect(more).toEqual([])
    expect(await toApiMessage(message, links)).toMatchObject({
      id: `post-${first}`,
      externalId: second,
      text: '@shop hello',
      versions: [{ externalId: first, text: '@shop helo', entities: [{ type: 'mention', userId: shop.id }] }],
    })
    expect(await ticketOf(opened?.ticketId)).toMatchObject({
      messageCount: 1,
      subject: '@shop hello',
      firstEntryId: first,
    })
  })

  test('of the X Activity API is the same message, and names its versions in its own way', async () => {
    const [ann, first, second] = [newCustomer(), newId(), newId()]
    const [opened] = await deliver(version(ann, first, [first], '@shop helo'))
    const post = v2Post({ id: second, by: ann, text: '@shop hello', mentions: [shop] })
    const payload = { ...post, edit_history_tweet_ids: [first, second] }
    expect(await deliver(xActivity(shop, 'post.mention.create', payload, {}))).toMatchObject([{ outcome: 'edited' }])
    expect((await messagesOf(opened?.ticketId)).map((one) => one.text)).toEqual(['@shop hello'])
  })

  test('turns a waiting ticket into an open one, as any message of a customer does; a closed one stays closed', async () => {
    const outcomes = []
    for (const status of ['pending', 'solved', 'closed', 'spam'] as const) {
      const [ann, first, second] = [newCustomer(), newId(), newId()]
      const [opened] = await deliver(version(ann, first, [first]))
      await set(opened?.ticketId, status)
      await deliver(version(ann, second, [first, second]))
      outcomes.push((await ticketOf(opened?.ticketId)).status)
    }
    expect(outcomes).toEqual(['open', 'open', 'closed', 'spam'])
  })

  test('whose earlier version comes late says nothing new: the ticket waits on', async () => {
    const [ann, first, second] = [newCustomer(), newId(), newId()]
    const [opened] = await deliver(version(ann, second, [first, second]))
    await set(opened?.ticketId, 'pending')
    const before = await ticketOf(opened?.ticketId)
    const later = () => new Date(now().getTime() + 60_000)
    const [late] = await routerOver(stores, later).deliver(version(ann, first, [first]))
    expect(late).toMatchObject({ outcome: 'edited', reason: 'it is an earlier version of an edited post' })
    expect(await ticketOf(opened?.ticketId)).toEqual({ ...before, firstEntryId: first, version: before.version + 1 })
  })

  test('that mentions the account only now opens a ticket as any mention; coming again it changes nothing', async () => {
    const [ann, first, second] = [newCustomer(), newId(), newId()]
    const early = version(ann, first, [first], 'no word of you')
    const late = version(ann, second, [first, second], '@shop hello')
    expect(await deliver(early)).toMatchObject([{ outcome: 'ignored' }])
    const [opened] = await deliver(late)
    expect(opened?.outcome).toBe('opened')
    expect(await ticketOf(opened?.ticketId)).toMatchObject({ firstEntryId: second })
    expect((await deliver(late, early, late)).map((one) => one.outcome)).toEqual(['repeated', 'ignored', 'repeated'])
    const [message] = await messagesOf(opened?.ticketId)
    expect(message && (await toApiMessage(message, links))).toMatchObject({ text: '@shop hello', versions: [] })
  })

  test('that no longer mentions the account still says what it says now', async () => {
    const [ann, first, second] = [newCustomer(), newId(), newId()]
    const [opened] = await deliver(version(ann, first, [first]))
    expect(await deliver(version(ann, second, [first, second], 'never mind'))).toMatchObject([{ outcome: 'edited' }])
    expect(await messagesOf(opened?.ticketId)).toMatchObject([{ text: 'never mind', mentionsAccount: false }])
  })

  test('is known by the id of each version: an answer under any of them by its author joins the ticket', async () => {
    const [ann, first, second, third] = [newCustomer(), newId(), newId(), newId()]
    const [opened] = await deliver(version(ann, second, [first, second]))
    await deliver(version(ann, third, [first, second, third]))
    for (const under of [first, second, third]) {
      const answer = version(ann, newId(), [], '@shop and?', { id: under, by: ann })
      expect(await deliver(answer)).toMatchObject([{ outcome: 'joined', ticketId: opened?.ticketId }])
    }
    const reply = { id: newId(), by: shop, text: 'sure', answers: { id: first, by: ann } }
    expect(await deliver(posts(shop, reply))).toMatchObject([{ outcome: 'outgoing', ticketId: opened?.ticketId }])
  })

  test('that is not the first entry opens nothing when it is answered under another version', async () => {
    const [ann, entry, first, second] = [newCustomer(), newId(), newId(), newId()]
    const [opened] = await deliver(version(ann, entry, [entry]))
    await deliver(version(ann, first, [first], '@shop more', { id: entry, by: ann }))
    await deliver(version(ann, second, [first, second], '@shop even more', { id: entry, by: ann }))
    const [answer] = await deliver(version(ann, newId(), [], '@shop and?', { id: second, by: ann }))
    expect(answer?.outcome).toBe('opened')
    expect((await ticketOf(answer?.ticketId)).previousTicketId).toBe(opened?.ticketId)
  })

  test('of which two versions come at the same moment is one message with both', async () => {
    for (let n = 0; n < 5; n++) {
      const [ann, first, second] = [newCustomer(), newId(), newId()]
      const both = [version(ann, first, [first]), version(ann, second, [first, second])]
      const outcomes = (await Promise.all(both.map((one) => deliver(one)))).flat()
      expect(outcomes.map((one) => one.outcome).sort()).toEqual(['edited', 'opened'])
      const [message, ...more] = await messagesOf(outcomes[0]?.ticketId)
      expect(more).toEqual([])
      expect(message).toMatchObject({
        text: `@shop ${second}`,
        versions: [{ externalId: first }, { externalId: second }],
      })
    }
  })

  test('of which two versions come at once is counted once, also when an agent changes its ticket meanwhile', async () => {
    let [isOvertaken, isChanged] = [true, true]
    for (let n = 1; isOvertaken; n++)
      for (let m = 1; m === 1 || isChanged; m++) {
        const [ann, entry, first, second] = [newCustomer(), newId(), newId(), newId()]
        const [opened] = await deliver(version(ann, entry, [entry]))
        const answer = (id: string, history: string[]) =>
          version(ann, id, history, `@shop ${id}`, { id: entry, by: ann })
        const overtake = () => deliver(answer(second, [first, second]))
        isOvertaken = false
        stores.calls.interrupt(n, async () => {
          isOvertaken = true
          await overtake()
          stores.calls.interrupt(m, () => set(opened?.ticketId, 'on_hold'))
        })
        await deliver(answer(first, [first]))
        isChanged = stores.calls.recover() && isOvertaken
        if (!isOvertaken) await overtake()
        const { messageCount } = await ticketOf(opened?.ticketId)
        const texts = (await messagesOf(opened?.ticketId)).map(({ text }) => text)
        expect({ n, m, messageCount, texts }).toEqual({
          n,
          m,
          messageCount: 2,
          texts: [`@shop ${entry}`, `@shop ${second}`],
        })
      }
  })

  test('in whatever order and however often its versions come, is the same message in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 8 }), async (repeated) => {
        const seen = []
        for (const inOrder of [true, false]) {
          const customer = newCustomer()
          const chain = [newId(), newId(), newId(), newId()]
          const tellings = chain.map((id, index) => version(customer, id, chain.slice(0, index + 1), `@shop ${index}`))
          const order = inOrder ? [0, 1, 2, 3] : [...repeated, 3, 1, 0, 2, ...repeated]
          const outcomes = await deliver(...order.flatMap((index) => tellings[index] ?? []))
          const ticketId = outcomes.find((one) => one.outcome === 'opened')?.ticketId
          const messages = await messagesOf(ticketId)
          seen.push({
            opened: outcomes.filter((one) => one.outcome === 'opened').length,
            count: (await ticketOf(ticketId)).messageCount,
            messages: messages.map(({ text, versions, versionIds, createdAt, position, externalId }) => ({
              text,
              texts: versions.map((one) => one.text),
              known: versionIds.map((id) => chain.indexOf(id)),
              isNewest: externalId === chain[3],
              stands: position.endsWith(chain[0] ?? ''),
              since: versions[0]?.createdAt === createdAt,
            })),
          })
        }
        expect(seen[1]).toEqual(seen[0])
        expect(seen[0]).toMatchObject({
          opened: 1,
          count: 1,
          messages: [{ text: '@shop 3', stands: true, since: true }],
        })
      }),
      { numRuns: cases(15), interruptAfterTimeLimit: 50_000 },
    )
  })

  test('of the account itself changes the message that it is, in any status', async () => {
    const [ann, entry, first, second] = [newCustomer(), newId(), newId(), newId()]
    const [opened] = await deliver(version(ann, entry, [entry]))
    await deliver(version(shop, first, [first], 'sure', { id: entry, by: ann }))
    await set(opened?.ticketId, 'solved')
    const edited = await deliver(version(shop, second, [first, second], 'sure thing', { id: entry, by: ann }))
    expect(edited).toMatchObject([{ outcome: 'edited' }])
    expect(await ticketOf(opened?.ticketId)).toMatchObject({ status: 'solved', messageCount: 2 })
    expect((await messagesOf(opened?.ticketId)).map((one) => one.text)).toEqual([`@shop ${entry}`, 'sure thing'])
  })

  test('is not looked at while mentions are switched off', async () => {
    const [ann, first, second] = [newCustomer(), newId(), newId()]
    const [opened] = await deliver(version(ann, first, [first]))
    await stores.changeChannel(`twitter-${shop.id}`, { mentions: false }, now().toISOString())
    expect(await deliver(version(ann, second, [first, second]))).toMatchObject([{ outcome: 'ignored' }])
    await stores.changeChannel(`twitter-${shop.id}`, { mentions: true }, now().toISOString())
    expect((await messagesOf(opened?.ticketId))[0]?.externalId).toBe(first)
  })

  test('that is deleted by any of its ids is deleted', async () => {
    const [ann, entry, first, second] = [newCustomer(), newId(), newId(), newId()]
    const [opened] = await deliver(version(ann, entry, [entry]))
    await deliver(version(shop, first, [first], 'sure', { id: entry, by: ann }))
    await deliver(version(shop, second, [first, second], 'sure thing', { id: entry, by: ann }))
    const deletion = { for_user_id: shop.id, tweet_delete_events: [{ status: { id: second, user_id: shop.id } }] }
    expect(await deliver(deletion)).toMatchObject([{ outcome: 'deleted' }])
    expect((await messagesOf(opened?.ticketId)).map((one) => one.deletedAt !== null)).toEqual([false, true])
  })
})
