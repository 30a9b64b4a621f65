import { BatchWriteItemCommand, DescribeTableCommand, paginateScan } from '@aws-sdk/client-dynamodb'
import { afterAll, expect, test } from '@jest/globals'
import { readAddresses } from '../../local/addresses.ts'
import { databaseClient, ensureTable } from '../../local/aws/table.ts'
import { eventually } from '../local/support.ts'
import { dataFolder, Product } from '../support/product.ts'
import { ann, directMessages, idAt, shop } from '../support/x-payloads.ts'

const folder = dataFolder()
const original = new Product(folder.path, {})
const restored = new Product(folder.path, { TABLE_NAME: 'restored' })
afterAll(async () => {
  await original.end()
  await restored.end()
  folder.remove()
})

/** What a restore does: a table of a new name with the same keys, indexes and items. */
async function restore(): Promise<void> {
  const { endpoints, tableName } = readAddresses(folder.path)
  await ensureTable(endpoints.dynamodb, 'restored')
  const client = databaseClient(endpoints.dynamodb)
  for await (const { Items = [] } of paginateScan({ client, pageSize: 25 }, { TableName: tableName })) {
    const puts = Items.map((Item) => ({ PutRequest: { Item } }))
    await client.send(new BatchWriteItemCommand({ RequestItems: { restored: puts } }))
  }
  client.destroy()
}

const write = (product: Product, n: number, text: string) => {
  const at = '2026-01-01T12:00:00.000Z'
  return product.deliver(directMessages(shop, { id: idAt(at, n), from: ann, to: shop, text, at }))
}
const textsOf = async (product: Product, count: number) =>
  eventually(`${count} messages`, async () => {
    const [ticket] = await product.tickets()
    const messages = ticket ? await product.messages(ticket.id) : []
    return messages.length === count ? messages.map(({ text }) => text) : undefined
  })

test('a restored table is adopted by its name: tickets go on in it, and the old one stays as it was', async () => {
  await original.start()
  await original.addToX(shop, ann)
  await original.connectByOAuth(shop)
  await write(original, 1, 'before')
  await textsOf(original, 1)
  await restore()
  await write(original, 2, 'after the backup')
  await textsOf(original, 2)
  await original.end()

  await restored.start()
  expect(await textsOf(restored, 1)).toEqual(['before'])
  await write(restored, 3, 'and on')
  expect(await textsOf(restored, 2)).toEqual(['before', 'and on'])
  const [ticket] = await restored.tickets()
  const { id } = await restored.reply(ticket?.id ?? '', { text: 'Sent with the token of before' })
  await eventually('the reply', async () => {
    const messages = await restored.messages(ticket?.id ?? '')
    return messages.find((one) => one.id === id)?.delivery?.status === 'sent'
  })
  const { endpoints } = readAddresses(folder.path)
  const client = databaseClient(endpoints.dynamodb)
  const { Table } = await client.send(new DescribeTableCommand({ TableName: 'helpdesk-twitter' }))
  client.destroy()
  expect(Table?.TableStatus).toBe('ACTIVE')
  await restored.end()

  await original.start()
  expect(await textsOf(original, 2)).toEqual(['before', 'after the backup'])
})
