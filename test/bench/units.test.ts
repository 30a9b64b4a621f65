import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { countUnits } from '../../bench/units.ts'
import { databaseClient, tableName as TableName } from '../../local/aws/table.ts'
import { startStores, type TestStores } from '../support/stores.ts'

let stores: TestStores
let client: ReturnType<typeof databaseClient>
let documents: DynamoDBDocumentClient
let unitsOf: ReturnType<typeof countUnits>

beforeAll(async () => {
  stores = await startStores()
  client = databaseClient(stores.endpoint)
  documents = DynamoDBDocumentClient.from(client)
  unitsOf = countUnits(client)
})
afterAll(async () => {
  client.destroy()
  await stores.stop()
})

const key = (pk: string) => ({ pk, sk: 'X' })
const text = (bytes: number) => 'x'.repeat(bytes)
const write = (units: number, inIndexes = 0) => ({ write: units, read: 0, inIndexes })
const read = (units: number) => ({ write: 0, read: units, inIndexes: 0 })
const put = (item: object) => unitsOf(() => documents.send(new PutCommand({ TableName, Item: item as { pk: string } })))
const listed = { inList: '1', activity: '1', status: 'new' }

describe('the units of a write', () => {
  test('are 1 for each KB begun, of the larger of the old and the new item', async () => {
    expect(await put(key('small'))).toEqual(write(1))
    expect(await put({ ...key('large'), text: text(1_500) })).toEqual(write(2))
    expect(await put(key('large'))).toEqual(write(2))
  })

  test('are 1 more for each index entry put or deleted, so 2 for one that moves', async () => {
    expect(await put({ ...key('listed'), ...listed })).toEqual(write(2, 1))
    expect(await put({ ...key('listed'), ...listed, status: 'open' })).toEqual(write(2, 1))
    expect(await put({ ...key('listed'), ...listed, status: 'open', notProjected: 1 })).toEqual(write(1))
    expect(await put({ ...key('listed'), ...listed, activity: '2' })).toEqual(write(3, 2))
    expect(await put(key('listed'))).toEqual(write(2, 1))
  })

  test('are doubled in a transaction, conditions included, indexes not', async () => {
    const transaction = new TransactWriteCommand({
      TransactItems: [
        { Put: { TableName, Item: { ...key('in transaction'), ...listed } } },
        {
          Update: {
            TableName,
            Key: key('updated'),
            UpdateExpression: 'SET a = :a',
            ExpressionAttributeValues: { ':a': 1 },
          },
        },
        { ConditionCheck: { TableName, Key: key('small'), ConditionExpression: 'attribute_exists(pk)' } },
      ],
    })
    expect(await unitsOf(() => documents.send(transaction))).toEqual(write(7, 1))
  })

  test('are 1 where its condition refuses it', async () => {
    const refused = new UpdateCommand({
      TableName,
      Key: key('small'),
      UpdateExpression: 'SET a = :a',
      ConditionExpression: 'attribute_not_exists(pk)',
      ExpressionAttributeValues: { ':a': 1 },
    })
    expect(await unitsOf(() => documents.send(refused).catch(() => {}))).toEqual(write(1))
  })
})

describe('the units of a read', () => {
  test('are 1 for each 4 KB begun of an item, half if eventually consistent, and the same for a missing one', async () => {
    await put({ ...key('6 KB'), text: text(6_000) })
    const get = (pk: string, ConsistentRead: boolean) =>
      unitsOf(() => documents.send(new GetCommand({ TableName, Key: key(pk), ConsistentRead })))
    expect(await get('6 KB', true)).toEqual(read(2))
    expect(await get('6 KB', false)).toEqual(read(1))
    expect(await get('missing', true)).toEqual(read(1))
    expect(await get('missing', false)).toEqual(read(0.5))
    const Keys = [key('6 KB'), key('small'), key('missing')]
    const batch = new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } })
    expect(await unitsOf(() => documents.send(batch))).toEqual(read(4))
  })

  test('are those of all items of a query together, also of those that a filter rejects, and 1 for none', async () => {
    for (const sk of ['1', '2', '3', '4', '5', '6']) await put({ pk: 'list', sk, text: text(900) })
    const query = (pk: string, more: object = {}) =>
      unitsOf(() =>
        documents.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': pk },
            ConsistentRead: true,
            ...more,
          }),
        ),
      )
    expect(await query('list')).toEqual(read(2))
    expect(await query('list', { FilterExpression: 'attribute_exists(nothing)' })).toEqual(read(2))
    expect(await query('list', { ConsistentRead: false })).toEqual(read(1))
    expect(await query('nothing')).toEqual(read(1))
  })
})

test('a call whose units the embedded database understates is refused', async () => {
  const get = new GetCommand({ TableName, Key: key('6 KB'), ProjectionExpression: 'pk', ConsistentRead: true })
  await expect(documents.send(get)).rejects.toThrow('GetItem has a ProjectionExpression')
})

test('a call that fails is not left out', async () => {
  const transaction = new TransactWriteCommand({
    TransactItems: [
      { ConditionCheck: { TableName, Key: key('small'), ConditionExpression: 'attribute_not_exists(pk)' } },
    ],
  })
  await expect(documents.send(transaction)).rejects.toThrow('TransactWriteItems failed')
})
