import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { callAws } from '../../lambdas/adapters/aws/json-call.ts'
import { stream, table } from '../../lambdas/runtime/resources.ts'
import { databaseClient, streamArnOf } from '../aws/table.ts'
import { credentials, region } from '../settings.ts'
import type { LocalFunction } from './functions.ts'
import type { Poller } from './poller.ts'

export type StreamPollerOptions = {
  /** The DynamoDB with the table. */
  readonly endpoint: string
  readonly tableName: string
  /** Keeps how far the stream was read, as Lambda does. */
  readonly dataDir: string
  readonly consumer: Pick<LocalFunction, 'invoke'>
  readonly onWarning: (sentence: string) => void
}

/** Lambda polls each shard 4 times a second. */
const POLL_MS = 250
const ERROR_PAUSE_MS = 1_000

/**
 * Does what Lambda's event source mapping of a stream does: reads the records in order, calls the function with those that
 * the manifest names, and goes on when it has succeeded.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb.html
 */
export function startStreamPoller({ endpoint, tableName, dataDir, consumer, onWarning }: StreamPollerOptions): Poller {
  const stopping = new AbortController()
  const file = join(dataDir, 'stream.json')
  const access = { service: 'dynamodb', region, endpoint, ...credentials, sessionToken: null } as const
  let batchesInProgress = 0

  const call = <T>(operation: string, input: object) =>
    callAws(access, `DynamoDBStreams_20120810.${operation}`, '1.0', input) as Promise<T>

  /** The embedded DynamoDB has one shard for a table. */
  const iteratorAfter = async (last: string | null): Promise<string> => {
    const client = databaseClient(endpoint)
    const StreamArn = await streamArnOf(client, tableName).finally(() => client.destroy())
    const { StreamDescription } = await call<{ StreamDescription: { Shards: { ShardId: string }[] } }>(
      'DescribeStream',
      { StreamArn },
    )
    const ShardId = StreamDescription.Shards[0]?.ShardId ?? ''
    const from = last
      ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: last }
      : { ShardIteratorType: 'TRIM_HORIZON' }
    return (await call<{ ShardIterator: string }>('GetShardIterator', { StreamArn, ShardId, ...from })).ShardIterator
  }

  const poll = async () => {
    let iterator: string | null = null
    while (!stopping.signal.aborted) {
      try {
        iterator ??= await iteratorAfter(lastIn(file))
        const answer: { Records: DynamoDBRecord[]; NextShardIterator: string } = await call('GetRecords', {
          ShardIterator: iterator,
          Limit: stream.batchSize,
        })
        await handOver(answer.Records)
        iterator = answer.NextShardIterator
        if (answer.Records.length < stream.batchSize) await rest(POLL_MS)
      } catch (error) {
        if (stopping.signal.aborted) return
        onWarning(`Stream of the table: ${error instanceof Error ? error.message : error}`)
        iterator = null
        await rest(ERROR_PAUSE_MS)
      }
    }
  }

  const handOver = async (records: DynamoDBRecord[]) => {
    const last = records.at(-1)?.dynamodb?.SequenceNumber
    if (last === undefined) return
    const wanted = records.filter(isWanted)
    if (wanted.length > 0) {
      batchesInProgress++
      try {
        await consumer.invoke({ Records: wanted } satisfies DynamoDBStreamEvent)
      } finally {
        batchesInProgress--
      }
    }
    writeFileSync(`${file}.new`, JSON.stringify({ last }))
    renameSync(`${file}.new`, file)
  }

  const rest = (milliseconds: number) => pause(milliseconds, undefined, { signal: stopping.signal }).catch(() => {})

  const polling = poll()
  return {
    get batchesInProgress() {
      return batchesInProgress
    },
    async stop() {
      stopping.abort()
      await polling
    },
  }
}

function isWanted({ dynamodb }: DynamoDBRecord): boolean {
  const sortKey = dynamodb?.Keys?.[table.sortKey]?.S ?? ''
  return stream.sortKeyPrefixes.some((prefix) => sortKey.startsWith(prefix))
}

/** The sequence number of the last record that the function has; null before the first. */
function lastIn(file: string): string | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { last: string }).last : null
}
