import { PREVIOUS_SECRET_NOTE, replayNote } from '../../core/channels/outage.ts'
import type { OutageNotes } from '../../core/ports/channels.ts'
import { type AwsAccess, callAws } from './json-call.ts'

/** X replays at most a day, so the end of a job matters no longer than that. */
const REPLAY_KEPT_SECONDS = 3 * 24 * 3600

/** Notes in the webhook's partition of the table. Without the SDK, which would slow the webhook's cold start. */
export function createOutageNotes(
  access: AwsAccess,
  tableName: string,
  key: { readonly pk: string; readonly sk: string },
): OutageNotes {
  const update = (sk: string, input: object) =>
    callAws(access, 'DynamoDB_20120810.UpdateItem', '1.0', {
      TableName: tableName,
      Key: { pk: { S: key.pk }, sk: { S: sk } },
      ...input,
    })

  return {
    async notePreviousSecret(at) {
      await update(PREVIOUS_SECRET_NOTE, {
        UpdateExpression: 'SET neededAt = :at',
        ExpressionAttributeValues: { ':at': { S: at } },
      })
    },

    async note(from, to) {
      await update(key.sk, {
        UpdateExpression: 'SET #from = if_not_exists(#from, :from), #to = :to',
        ExpressionAttributeNames: { '#from': 'from', '#to': 'to' },
        ExpressionAttributeValues: { ':from': { S: from }, ':to': { S: to } },
      })
    },

    async noteReplay(jobId, end, at) {
      const expiresAt = Math.floor(Date.parse(at) / 1000) + REPLAY_KEPT_SECONDS
      await update(replayNote(jobId), {
        UpdateExpression: 'SET #end = :end, expiresAt = :expiresAt',
        ExpressionAttributeNames: { '#end': 'end' },
        ExpressionAttributeValues: { ':end': { S: end }, ':expiresAt': { N: String(expiresAt) } },
      })
    },
  }
}
