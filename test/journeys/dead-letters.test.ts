import { SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import { describe, expect, test } from '@jest/globals'
import { type QueueName, queues } from '../../lambdas/runtime/resources.ts'
import { readFileIfAny } from '../../local/files.ts'
import { rehearsedTexts } from '../../operate/rehearse.ts'
import { eventually } from '../local/support.ts'
import { deadLettersOf } from '../support/dead-letters.ts'
import { productForTests, runScript } from '../support/product.ts'

const product = productForTests(async () => {
  await product.connectByOAuth(shop)
  queuesOf = deadLettersOf(product)
})
let queuesOf: ReturnType<typeof deadLettersOf>

const shop = { id: '1480000000000000001', username: 'demo_shop' }
const redrive = (...args: string[]) => runScript('operate/redrive.ts', args, { DATA_DIR: product.dataDir })
const at = '2026-01-01T12:00:00.000Z'

/** As the runbook says. */
const poison = () => runScript('operate/rehearse.ts', [], { DATA_DIR: product.dataDir })

const deadLetters = (name: QueueName) => queuesOf.count(name)
const idsIn = (output: string) => [...output.matchAll(/^([\w-]+) {2}in the queue/gm)].map(([, id = '']) => id)

describe('an event that fails for good', () => {
  let shown = ''

  test('is a dead letter with those behind it, and the alarm says what that means and where to read on', async () => {
    expect(await poison()).toMatchObject({ code: 0, output: expect.stringContaining('npm run redrive -- events') })
    await eventually('the dead letters', async () => (await deadLetters('events')) === 3)
    await eventually('the alarm', () => product.output.includes('docs/runbook.md#events-dead-letters'))
    expect(product.output).toContain("Customers' messages are not becoming tickets: messages failed repeatedly")
    expect(await product.tickets()).toEqual([])
  })

  test('is shown without anybody’s text, and is still there afterwards', async () => {
    const { code, output } = await redrive('events')
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('1 of 3 dead letters.') })
    expect(output).toContain('kind: reaction')
    for (const text of rehearsedTexts) expect(output).not.toContain(text)
    shown = output
    const again = (await redrive('events', '--text')).output
    expect(again).toContain(rehearsedTexts[0])
  })

  test('is left as it is by a wrong id or field', async () => {
    const [id] = idsIn(shown)
    for (const [args, sentence] of [
      [['send', '--drop', 'nobody'], 'No dead letter nobody. Nothing was sent or dropped.'],
      [['send', '--set', `${id}:itme.text="x"`], 'has no field «itme»'],
    ] as const) {
      const refused = await redrive('events', ...args)
      expect(refused).toMatchObject({ code: 1, output: expect.stringContaining(sentence) })
    }
    expect(await deadLetters('events')).toBe(3)
  })

  test('goes back mended, in order, and becomes a ticket', async () => {
    const sent = await redrive('events', 'send', '--set', 'all:kind="direct_message"')
    expect(sent).toMatchObject({ code: 0, output: expect.stringContaining('Sent back: 3. Left here: 0.') })
    const messages = await eventually('the ticket', async () => {
      const [ticket] = await product.tickets()
      const found = ticket ? await product.messages(ticket.id) : []
      return found.length === 3 ? found : undefined
    })
    expect(messages.map(({ text }) => text)).toEqual(rehearsedTexts)
    expect((await redrive('events')).output).toContain('There are no dead letters.')
  })
})

describe('dead letters of every queue', () => {
  test('hold no token and no key', async () => {
    const [ticket] = await product.tickets()
    if (!ticket) throw new Error('no ticket')
    for (const name of ['replies', 'media', 'outgoing'] as const) await queuesOf.giveUpAtOnce(name)
    await poison()
    // A message that is not there counts as erased, and is left alone; what names no ticket can only be wrong.
    const due = { ticketId: 'no ticket', channelId: ticket.channel.id, messageId: 'nobody', position: 'nowhere' }
    const bodies = {
      replies: JSON.stringify({ ...due, at }),
      media: JSON.stringify({ ...due, at }),
      outgoing: 'no JSON',
    }
    for (const [name, MessageBody] of Object.entries(bodies) as [keyof typeof bodies, string][]) {
      const entry = {
        Id: '0',
        MessageBody,
        MessageGroupId: 'a',
        MessageDeduplicationId: at,
      }
      const QueueUrl = queuesOf.addresses.queueUrls[name]
      await queuesOf.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [entry] }))
    }
    const secrets = await knownSecrets()
    for (const name of Object.keys(queues) as QueueName[]) {
      await eventually(`a dead letter of ${name}`, async () => (await deadLetters(name)) > 0)
      const letters = await queuesOf.receive(name)
      expect(letters).not.toEqual([])
      for (const secret of secrets) expect(JSON.stringify(letters)).not.toContain(secret)
    }
  })

  test('one is dropped by its id, and the rest stays', async () => {
    await eventually('all three', async () => (await deadLetters('events')) === 3)
    const { output } = await redrive('events')
    const [id = ''] = idsIn(output)
    const dropped = await redrive('events', 'drop', '--drop', id)
    expect(dropped).toMatchObject({ code: 0, output: expect.stringContaining(`Dropped for good: ${id}`) })
    expect(await deadLetters('events')).toBe(2)
  })
})

/** The consumer secret, the key that encrypts tokens, and the tokens of the account. */
async function knownSecrets(): Promise<string[]> {
  const [keys, tokensKey, x] = ['x-secrets.json', 'tokens.key', 'x.json'].map(
    (file) => readFileIfAny(`${product.dataDir}/${file}`) ?? '',
  )
  const fields = /"\w*(?:oken|ecret|Key)\w*":\s*"([^"]{8,})"/g
  const all = [tokensKey ?? '', ...[...`${keys}${x}`.matchAll(fields)].map(([, secret = '']) => secret)]
  expect(all.length).toBeGreaterThan(3)
  return all
}
