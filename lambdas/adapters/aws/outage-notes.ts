import type { OutageNotes } from '../../core/ports/channels.ts'
import { type AwsAccess, callAws } from './json-call.ts'

/** Notes an outage in one item of the table. Without the SDK, which would slow the webhook's cold start. */
export function createOutageNotes(
  access: AwsAccess,
  tableName: string,
  key: { readonly pk: string; readonly sk: string },
): OutageNotes {
  return {
    async note(from, to) {
      await callAws(access, 'DynamoDB_20120810.UpdateItem', '1.0', {
        TableName: tableName,
        Key: { pk: { S: key.pk }, sk: { S: key.sk } },
        UpdateExpression: 'SET #from = if_not_exists(#from, :from), #to = :to',
        ExpressionAttributeNames: { '#from': 'from', '#to': 'to' },
        ExpressionAttributeValues: { ':from': { S: from }, ':to': { S: to } },
      })
    },
  }
}
