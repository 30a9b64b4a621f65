import type { DynamoDBStreamEvent } from 'aws-lambda'
import { changeFrom, type StreamRecord } from '../adapters/dynamodb/changes.ts'
import { errorFields } from '../core/log.ts'
import type { Change } from '../core/outgoing/change.ts'
import type { Log } from '../core/ports/platform.ts'

/**
 * The handler of the table's stream. An error of `work` makes Lambda hand in the same records again, and none after them,
 * until they are a day old. A record that cannot be read is logged and left out, because it would hold up all others.
 */
export function streamHandler(work: (changes: readonly Change[]) => Promise<void>, log: Log) {
  return async ({ Records }: DynamoDBStreamEvent): Promise<void> => {
    await work(
      Records.flatMap((record) => {
        try {
          return changeFrom(record as StreamRecord) ?? []
        } catch (error) {
          log({ event: 'change_unreadable', eventId: record.eventID, ...errorFields(error) })
          return []
        }
      }),
    )
  }
}
