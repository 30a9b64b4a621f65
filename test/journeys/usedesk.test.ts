import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import type { Comment, Ticket } from '../../local/usedesk/state.ts'
import { startUsedesk, type Usedesk } from '../../local/usedesk/usedesk.ts'
import { eventually } from '../local/support.ts'
import { customer, encryptedJourney, neighbour, shop } from '../support/encrypted-journey.ts'
import { dataFolder, freePort, Product } from '../support/product.ts'

const folder = dataFolder()
const usedeskFolder = dataFolder()
const secret = 'a-secret-of-the-journey'
let product: Product
let usedesk: Usedesk
let port = 0

/** Usedesk, with what it had before. */
async function open(): Promise<void> {
  usedesk = await startUsedesk({ port, dataFile: join(usedeskFolder.path, 'usedesk.json') })
  usedesk.control.settings({ redirectUrl: `${product.url}/webhooks/usedesk?secret=${secret}` })
}

beforeAll(async () => {
  port = Number(await freePort())
  product = new Product(folder.path, {
    // Its address is in Usedesk's settings, so it stays.
    PORT: await freePort(),
    USEDESK_API_URL: `http://localhost:${port}`,
    USEDESK_API_TOKEN: 'local-usedesk-token',
    USEDESK_WEBHOOK_SECRET: secret,
  })
  await product.start()
  await open()
  await product.connectByOAuth(shop)
})
afterAll(async () => {
  await product?.end()
  await usedesk?.stop()
  folder.remove()
  usedeskFolder.remove()
})
afterEach(() => {
  expect(usedesk.control.violations()).toEqual([])
  expect(usedesk.control.calls().filter(({ outcome }) => outcome === 'limited')).toEqual([])
})

const write = (text: string, from = customer) =>
  product.onX('POST', 'direct-messages', { from, to: shop.username, text })
const tickets = () => usedesk.control.tickets()
const answer = (ticket: Ticket, text: string) => usedesk.control.comment({ ticketId: ticket.id, text, type: 'public' })

/** Waits for a comment, and lets what was put off come again meanwhile. */
const comment = (what: string, fits: (one: Comment, of: Ticket) => boolean) =>
  eventually(what, async () => {
    const found = tickets().flatMap((of) => of.comments.filter((one) => fits(one, of)).map((one) => ({ one, of })))
    if (found[0]) return found[0]
    await product.schedule('requeue', new Date(Date.now() + 120_000).toISOString())
    return undefined
  })
const message = (what: string, fits: (text: string) => boolean) =>
  eventually(what, async () => {
    const all = await Promise.all((await product.tickets()).map(({ id }) => product.messages(id)))
    return all.flat().find((one) => fits(one.text) && one.delivery?.status === 'sent')
  })

test('a direct message and a mention become tickets in Usedesk, and answers there reach X', async () => {
  await write('Where is my order?')
  const direct = await comment('the direct message', ({ message: text }) => text === 'Where is my order?')
  expect(direct.of.tags).toEqual(['Twitter:Direct'])
  answer(direct.of, 'It is on its way.')
  await message('the answer on X', (text) => text === 'It is on its way.')

  await product.onX('POST', 'posts', { by: neighbour, text: `@${shop.username} do you ship to Norway?` })
  const mention = await comment('the mention', ({ message: text }) => text.includes('Norway'))
  expect(mention.of.tags).toEqual(['Twitter: Mention'])
  answer(mention.of, 'We do!')
  expect((await message('the public reply', (text) => text === 'We do!')).visibility).toBe('public')
})

test('an encrypted message comes as its text once it can be read, and its answer goes encrypted', async () => {
  const chat = encryptedJourney(product)
  await chat.makeKeys(shop.id, '73194')
  await chat.write('Nobody else reads this', { from: neighbour })
  await comment('the notice', ({ message: text }) => text.includes('ncrypted'))
  await chat.enter({ pin: '73194' })
  const { of } = await comment('the text', ({ message: text }) => text.includes('Nobody else reads this'))
  answer(of, 'Nor this')
  const sent = await message('the encrypted answer', (text) => text === 'Nor this')
  expect(sent.encrypted).toBe(true)
})

test('closed in Usedesk: the next message is a new ticket, here and there', async () => {
  const [first] = tickets()
  usedesk.control.change(Number(first?.id), { status: 3 })
  await eventually('closed here', async () =>
    (await product.tickets({ customerId: customer })).some(({ status }) => status === 'closed'),
  )
  await write('One more question')
  const { of } = await comment('the new ticket', ({ message: text }) => text === 'One more question')
  expect(of.id).not.toBe(first?.id)
  expect(of.clientId).toBe(first?.clientId)
})

test('what X refuses comes back to the agent as a private comment with the reason', async () => {
  await product.onX('POST', 'answers', {
    path: '/2/dm_conversations/*',
    method: 'POST',
    status: 403,
    body: { title: 'Forbidden', detail: 'You are not permitted to do this.', status: 403, type: 'about:blank' },
  })
  const ticket = tickets().at(-1)
  if (ticket) answer(ticket, 'This one is refused')
  const { one } = await comment(
    'the note',
    ({ type, message: text }) => type === 'private' && text.startsWith('Not sent'),
  )
  expect(one.message).toContain('This one is refused')
})

test('what X would refuse is not sent, and comes back at once', async () => {
  const mention = tickets().find(({ tags }) => tags.includes('Twitter: Mention'))
  if (mention) answer(mention, `${'long '.repeat(60)}enough`)
  const { one } = await comment(
    'the note',
    ({ message: text }) => text.includes('Not sent to X') && text.includes('enough'),
  )
  expect(one.message).toContain('306 characters; X allows 280')
})

test('an error inside a 200 of Usedesk is shown with its words, and what it did not take comes again', async () => {
  usedesk.control.fault({ call: 'create/comment', kind: 'error' })
  await write('Not taken at first')
  await comment('the message', ({ message: text }) => text === 'Not taken at first')
  const { deliveries } = await product.admin.call('GET /api/webhook-endpoints/{id}/deliveries', {
    params: { id: 'usedesk' },
  })
  const failures = deliveries.filter(({ outcome }) => outcome === 'failed')
  expect(failures.map(({ error }) => error)).toEqual([expect.stringContaining('create/comment: an error')])
})

test('with both sides killed in between, each message is there once, and each answer on X once', async () => {
  const texts: string[] = []
  const answers: string[] = []
  await write('Let us begin')
  const { of } = await comment('the ticket', ({ message: text }) => text === 'Let us begin')
  for (let life = 0; life < 2; life++) {
    for (let n = 0; n < 4; n++) {
      texts.push(`message ${life}.${n}`)
      await write(`message ${life}.${n}`)
    }
    answers.push(`answer ${life}`)
    answer(of, `answer ${life}`)
    await product.end('SIGKILL')
    // Nobody hears this one: Usedesk repeats no webhook.
    answers.push(`unheard answer ${life}`)
    answer(of, `unheard answer ${life}`)
    await usedesk.stop()
    await product.start()
    texts.push(`nobody there ${life}`)
    await write(`nobody there ${life}`)
    await open()
  }
  const inUsedesk = () => {
    const found = tickets().find(({ id }) => id === of.id)?.comments ?? []
    return found.filter(({ from }) => from === 'client').map((one) => one.message)
  }
  const onX = async () => {
    const [ticket] = await product.tickets({ customerId: customer })
    const all = await product.messages(String(ticket?.id))
    return all.flatMap((one) => (one.delivery?.status === 'sent' ? [one.text] : []))
  }
  // The schedule on a clock that goes ahead five minutes a run: what was put off comes again, and each run looks at Usedesk.
  let clock = Math.ceil(Date.now() / 300_000) * 300_000
  const runs = async (holds: () => Promise<boolean> | boolean) => {
    clock += 300_000
    await product.schedule('requeue', new Date(clock).toISOString())
    return holds()
  }
  await eventually('all messages in Usedesk', () => runs(() => texts.every((one) => inUsedesk().includes(one))))
  await eventually('all answers on X', () =>
    runs(async () => {
      const sent = await onX()
      return answers.every((one) => sent.includes(one))
    }),
  )
  // X delivers what a kill cut off after what came later, so only that each is there once can be said.
  expect(
    inUsedesk()
      .filter((one) => texts.includes(one))
      .sort(),
  ).toEqual([...texts].sort())
  const sent = (await onX()).filter((one) => answers.includes(one))
  expect([...sent].sort()).toEqual([...answers].sort())
})
