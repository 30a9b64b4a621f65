import { crc32, deflateSync } from 'node:zlib'
import type { Ticket } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import type { Product } from '../support/product.ts'
import { customer, neighbour, shop } from './support.ts'

/** More people on the simulated X, named by what they do. */
const people = [
  { id: '1483000000000000001', username: 'demo_runner', name: 'Demo Runner' },
  { id: '1483000000000000002', username: 'demo_hiker', name: 'Demo Hiker' },
  { id: '1483000000000000003', username: 'demo_cyclist', name: 'Demo Cyclist' },
  { id: '1483000000000000004', username: 'demo_reader', name: 'Demo Reader' },
  { id: '1483000000000000005', username: 'demo_gardener', name: 'Demo Gardener' },
  { id: '1483000000000000006', username: 'demo_swimmer', name: 'Demo Long-Distance Swimmer' },
]

type Said = {
  readonly by: string
  readonly how: 'direct' | 'mention'
  readonly text: string
  readonly hoursAgo: number
}

/** What customers wrote, oldest first. */
const said: readonly Said[] = [
  { by: 'demo_gardener', how: 'mention', text: 'is the shop in Graz open on Monday?', hoursAgo: 74 },
  { by: 'demo_reader', how: 'direct', text: 'I would like a receipt for order 4688, please.', hoursAgo: 51 },
  { by: 'demo_hiker', how: 'mention', text: 'how long does a refund take? It has been nine days', hoursAgo: 49 },
  { by: neighbour, how: 'direct', text: 'Can I change the address of order 4708?', hoursAgo: 28 },
  {
    by: 'demo_cyclist',
    how: 'mention',
    text: 'my voucher does not work, the page says «try again later»',
    hoursAgo: 26,
  },
  { by: customer, how: 'mention', text: 'love the new boots! They arrived a day early', hoursAgo: 5 },
  { by: 'demo_runner', how: 'mention', text: 'do you ship to Norway?', hoursAgo: 3 },
  { by: 'demo_swimmer', how: 'direct', text: 'The parcel is «delivered», but nothing is at my door.', hoursAgo: 2.4 },
  { by: 'demo_hiker', how: 'direct', text: 'Do the trail shoes come in half sizes?', hoursAgo: 2 },
  { by: neighbour, how: 'mention', text: 'are you open on Sunday? I would like to try on the boots', hoursAgo: 1.2 },
  { by: customer, how: 'direct', text: 'Hi! My order 4711 came today, but the box is the wrong one.', hoursAgo: 0.7 },
]

/** What was answered, by words of the ticket, and the status that it got. */
const answers: readonly (readonly [words: string, reply: string | null, status: Ticket['status'] | null])[] = [
  ['Graz', 'We are, from ten to six.', 'closed'],
  ['receipt', 'It is in your mail.', 'solved'],
  ['love the new boots', 'Thank you!', 'solved'],
  ['refund', null, 'pending'],
  ['voucher', null, 'on_hold'],
  ['Norway', 'We do, within a week.', null],
  ['open on Sunday', 'We are, from ten to six, and the car park is behind the shop.', null],
]

/**
 * Fills a product whose shop is connected with a shop's day: private and public tickets of every status, a picture,
 * replies that were sent and one that failed.
 */
export async function liveAShopDay(product: Product): Promise<{ direct: Ticket; mention: Ticket }> {
  await product.addToX(...people)
  for (const { by, how, text, hoursAgo } of said) {
    await product.onX('POST', 'clock', { now: new Date(Date.now() - hoursAgo * 3_600_000).toISOString() })
    if (how === 'direct') await write(product, by, text)
    else await product.onX('POST', 'posts', { by, text: `@${shop.username} ${text}` })
  }
  await product.onX('POST', 'clock', { now: null })
  const ticketOf = (words: string) =>
    eventually(`the ticket «${words}»`, async () =>
      (await product.tickets({ limit: 50 })).find(({ subject }) => subject.includes(words)),
    )
  for (const { text } of said) await ticketOf(text)
  for (const [words, reply, status] of answers) {
    const { id } = await ticketOf(words)
    if (reply) await product.reply(id, { text: reply })
    if (status) await product.helpdesk.call('PATCH /api/tickets/{id}', { params: { id }, body: { status } })
  }
  await failOnce(product, await ticketOf('half sizes'))
  const direct = await ticketOf('wrong one')
  await write(product, customer, 'It says 4171, see the picture.', parcel())
  await product.reply(direct.id, { text: 'That is our mistake, sorry. The right one leaves the shop today.' })
  await eventually('the reply on X', async () =>
    (await product.messages(direct.id)).some(({ delivery }) => delivery?.status === 'sent'),
  )
  await write(product, customer, 'Thank you! Shall I send the wrong one back?')
  await eventually('all messages', async () => (await product.messages(direct.id)).length === 4)
  return { direct, mention: await ticketOf('open on Sunday') }
}

async function write(product: Product, from: string, text: string, picture?: Buffer): Promise<void> {
  const media = picture && { contentType: 'image/png', base64: picture.toString('base64') }
  await product.onX('POST', 'direct-messages', { from, to: shop.username, text, ...(media && { media }) })
}

/** Sends a direct message that X refuses. */
async function failOnce(product: Product, { id, customer: { id: recipient } }: Ticket): Promise<void> {
  const detail = 'You do not have permission to DM one or more participants.'
  const refusal = { title: 'Forbidden', status: 403, detail }
  // Not for earlier replies, which X may not have yet.
  const path = `/2/dm_conversations/with/${recipient}/messages`
  await product.onX('POST', 'answers', { method: 'POST', path, status: 403, body: refusal })
  await product.reply(id, { text: 'They do, from 38 to 46.' })
  await eventually('the failure', async () =>
    (await product.messages(id)).some(({ delivery }) => delivery?.status === 'failed'),
  )
}

const WIDTH = 360
const HEIGHT = 240

/** A picture of a box with tape and a label, as PNG. */
function parcel(): Buffer {
  const within = (x: number, y: number, [left, top, right, bottom]: readonly [number, number, number, number]) =>
    x >= left && x < right && y >= top && y < bottom
  const colourAt = (x: number, y: number) => {
    if (within(x, y, [225, 130, 275, 165])) return within(x, y, [232, 140, 268, 144]) ? [90, 90, 90] : [245, 245, 240]
    if (within(x, y, [165, 50, 195, 205])) return [214, 190, 150]
    if (within(x, y, [70, 50, 290, 80])) return [188, 148, 104]
    if (within(x, y, [70, 80, 290, 205])) return [170, 128, 86]
    return y < 190 ? [226, 229, 235] : [196, 200, 208]
  }
  const rows = Buffer.alloc(HEIGHT * (1 + 3 * WIDTH))
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) rows.set(colourAt(x, y), y * (1 + 3 * WIDTH) + 1 + 3 * x)
  const header = Buffer.from([...uint32(WIDTH), ...uint32(HEIGHT), 8, 2, 0, 0, 0])
  const head = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([head, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))])
}
