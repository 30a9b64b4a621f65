import type { MessageVisibility } from '../../core/ports/queues.ts'
import { type AwsAccess, callAws } from './json-call.ts'

/** Changes the visibility of messages in SQS. The queue's URL follows from its ARN, so no function needs a variable. */
export function createMessageVisibility(access: AwsAccess): MessageVisibility {
  return {
    async change(queueArn, messages) {
      const answer = await callAws(access, 'AmazonSQS.ChangeMessageVisibilityBatch', '1.0', {
        QueueUrl: queueUrlOf(queueArn, access.endpoint),
        Entries: messages.map(({ receiptHandle, seconds }, index) => ({
          Id: String(index),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: seconds,
        })),
      })
      const refused = (answer as { Failed?: { Code?: string }[] }).Failed ?? []
      if (refused.length > 0) {
        const first = refused[0]?.Code
        throw new Error(
          `AmazonSQS.ChangeMessageVisibilityBatch: ${refused.length} of ${messages.length} refused: ${first}`,
        )
      }
    },
  }
}

/** `arn:aws:sqs:REGION:ACCOUNT:NAME` is `ENDPOINT/ACCOUNT/NAME`. */
function queueUrlOf(arn: string, endpoint: string): string {
  const [account, name] = arn.split(':').slice(-2)
  return new URL(`/${account}/${name}`, endpoint).href
}
