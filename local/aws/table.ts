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
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { table, tablePartitions } from '../../lambdas/runtime/resources.ts'
import { credentials, defaults, region } from '../settings.ts'
import { UserError } from '../user-error.ts'

/** The table's name on this machine, unless a setting says otherwise. */
export const tableName = defaults.tableName

/** The table as the stores open it. */
export const sharedTable = { tableName, partitions: tablePartitions.default }

/** A client of the DynamoDB at `endpoint`. */
export const databaseClient = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({ endpoint, region, credentials })

/**
 * Creates the table of the manifest if it does not exist.
 * @throws UserError when the table exists with other keys or indexes, for example from an earlier version
 */
export async function ensureTable(endpoint: string, name: string = tableName): Promise<void> {
  const client = databaseClient(endpoint)
  try {
    const existing = await describe(client, name)
    if (!existing) await create(client, name)
    else if (shapeOf(existing) !== wantedShape()) {
      throw new UserError(
        `The table «${name}» at ${endpoint} is from another version (${shapeOf(existing)}). ` +
          'Delete DATA_DIR, or that table, and start again.',
      )
    }
    if (existing && !existing.StreamSpecification?.StreamEnabled) {
      await client.send(new UpdateTableCommand({ TableName: name, StreamSpecification: streamSpecification }))
    }
    const { TimeToLiveDescription: current } = await client.send(new DescribeTimeToLiveCommand({ TableName: name }))
    if (current?.TimeToLiveStatus === 'ENABLED') return
    const specification = { Enabled: true, AttributeName: table.timeToLive }
    await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification: specification }))
  } finally {
    client.destroy()
  }
}

async function describe(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

/** The ARN of the stream of a table. @throws Error if it has none */
export async function streamArnOf(client: DynamoDBClient, name: string): Promise<string> {
  const arn = (await describe(client, name))?.LatestStreamArn
  if (!arn) throw new Error(`the table ${name} has no stream`)
  return arn
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
    Projection:
      keys.projected.length > 0
        ? { ProjectionType: 'INCLUDE', NonKeyAttributes: [...keys.projected] }
        : { ProjectionType: 'KEYS_ONLY' },
  }))

const streamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const

async function create(client: DynamoDBClient, name: string): Promise<void> {
  const keyNames = [table, ...Object.values(table.indexes)].flatMap(({ partitionKey, sortKey }) => [
    partitionKey,
    sortKey,
  ])
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keySchema(table),
      AttributeDefinitions: [...new Set(keyNames)].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      GlobalSecondaryIndexes: wantedIndexes(),
      StreamSpecification: streamSpecification,
    }),
  )
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: name })
}

/** Describes keys and indexes in one line, to compare two tables. */
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
