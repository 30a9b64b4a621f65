import { describe, expect, test } from '@jest/globals'
import { createChatCipher } from '../../../lambdas/adapters/chat/cipher.ts'
import { chatBetween, chatPerson } from '../../support/chat.ts'

const shop = chatPerson('1500000001', '1000')
const customer = chatPerson('2700000001', '2000')
const chat = chatBetween(customer, shop)
const account = { userId: shop.id, version: shop.version, bytes: shop.key }
const signers = [shop.publicKeys, customer.publicKeys]
const cipher = createChatCipher()
const change = chat.current().event

describe('an encrypted message', () => {
  test('is read by the key that came with it; then that key reads the next, whatever comes with it', async () => {
    const first = await cipher.read(account, {}, chat.write(customer, 'first').event, [change], signers)
    expect(first).toMatchObject({ fault: null, changeFailed: false, event: { content: { text: 'first' } } })
    const other = chatBetween(chatPerson(customer.id, '3000'), shop).current().event
    const next = await cipher.read(account, first.keys, chat.write(customer, 'next').event, [other], signers)
    expect(next).toEqual({
      fault: null,
      changeFailed: false,
      keys: first.keys,
      event: expect.objectContaining({ content: expect.objectContaining({ text: 'next' }) }),
    })
  })

  test('after the key was changed is read by the new one, and both are known', async () => {
    const first = await cipher.read(account, {}, chat.write(customer, 'before').event, [change], signers)
    chat.changeKey(customer, [customer, shop])
    const after = chat.write(customer, 'after').event
    const read = await cipher.read(account, first.keys, after, [chat.current().event], signers)
    expect(read).toMatchObject({ fault: null, event: { content: { text: 'after' } } })
    expect(Object.keys(read.keys)).toHaveLength(2)
  })

  test.each([
    ['the customer’s own', customer],
    ['the account’s', shop],
  ])('shows a quotation of %s message if its signature proves it', async (_name, by) => {
    const quoted = chat.write(by, 'what was said')
    const reply = chat.reply(customer, 'to that', quoted.event).event
    const read = async (by: typeof signers) =>
      (await cipher.read(account, {}, reply, [chat.current().event], by)).event?.content
    expect(await read(signers)).toMatchObject({
      text: 'to that',
      quoted: { text: 'what was said', author: { id: by.id } },
    })
    // Of somebody else under the same id.
    const stranger = { ...chatPerson(by.id, by.version).publicKeys }
    const others = [...signers.filter(({ userId }) => userId !== by.id), stranger]
    if (by === shop) expect(await read(others)).toMatchObject({ text: 'to that', quoted: null })
    else expect(await read(others)).toBeUndefined()
  })
})
