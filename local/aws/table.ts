import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  type GlobalSecondaryIndexDescription,
  type KeySchemaElement,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { table } from '../../lambdas/runtime/resources.ts'
import { credentials, Refusal, region } from '../settings.ts'

/** The table's name on one machine. */
export const tableName = 'helpdesk-twitter'

/** A client of the DynamoDB at `endpoint`. */
export const databaseClient = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({ endpoint, region, credentials })

/**
 * Creates the manifest's table where it is not there yet.
 * @throws Refusal when a table of that name has other keys or indexes, as data of an earlier version may
 */
export async function ensureTable(endpoint: string): Promise<void> {
  const client = databaseClient(endpoint)
  try {
    const existing = await describe(client)
    if (!existing) await create(client)
    else if (shapeOf(existing) !== wantedShape()) {
      throw new Refusal(
        `The table «${tableName}» at ${endpoint} is of another version (${shapeOf(existing)}): ` +
          'remove DATA_DIR, or that table, and start again.',
      )
    }
    const { TimeToLiveDescription: current } = await client.send(
      new DescribeTimeToLiveCommand({ TableName: tableName }),
    )
    if (current?.TimeToLiveStatus === 'ENABLED') return
    const specification = { Enabled: true, AttributeName: table.timeToLive }
    await client.send(new UpdateTimeToLiveCommand({ TableName: tableName, TimeToLiveSpecification: specification }))
  } finally {
    client.destroy()
  }
}

async function describe(client: DynamoDBClient): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: tableName }))).Table
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

type Keys = { readonly partitionKey: string; readonly sortKey: string }

const keySchema = ({ partitionKey, sortKey }: Keys) => [
  { AttributeName: partitionKey, KeyType: 'HASH' as const },
  { AttributeName: sortKey, KeyType: 'RANGE' as const },
]

const wantedIndexes = (): GlobalSecondaryIndex[] =>
  Object.entries(table.indexes).map(([name, keys]) => ({
    IndexName: name,
    KeySchema: keySchema(keys),
    Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...table.projected] },
  }))

async function create(client: DynamoDBClient): Promise<void> {
  const keyNames = [table, ...Object.values(table.indexes)].flatMap(({ partitionKey, sortKey }) => [
    partitionKey,
    sortKey,
  ])
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keySchema(table),
      AttributeDefinitions: [...new Set(keyNames)].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      GlobalSecondaryIndexes: wantedIndexes(),
    }),
  )
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: tableName })
}

/** Keys and indexes in one line, the same for the same shape. */
function shape(keys: KeySchemaElement[], indexes: readonly GlobalSecondaryIndexDescription[]): string {
  const names = (list: KeySchemaElement[] | undefined) => list?.map((key) => key.AttributeName).join('+')
  const perIndex = indexes.map(
    ({ IndexName, KeySchema, Projection }) =>
      `${IndexName}:${names(KeySchema)}(${[...(Projection?.NonKeyAttributes ?? [])].sort().join(' ')})`,
  )
  return [names(keys), ...perIndex.sort()].join(', ')
}

const shapeOf = ({ KeySchema, GlobalSecondaryIndexes }: TableDescription) =>
  shape(KeySchema ?? [], GlobalSecondaryIndexes ?? [])

const wantedShape = () => shape(keySchema(table), wantedIndexes())
