import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'

/** A message that failed for good. `sentAt` is the ISO time at which it first came into its queue. */
export type DeadLetter = {
  readonly id: string
  readonly group: string
  readonly sentAt: string
  readonly body: string
  readonly receipt: string
}

/** The addresses of a queue and of its dead letters. */
export type QueuePair = { readonly url: string; readonly deadLettersUrl: string }

/** So long what is taken is hidden from everybody else. It must suffice for what one command does with it. */
const HOLD_SECONDS = 300

/** More are taken in further rounds. SQS gives only the first messages of a group, until these are gone. */
const MAX_TAKEN = 500

/** SQS may answer without a message although there are some, unless it waits; and what was put back is hidden for a second. */
const WAIT_SECONDS = 2

/** The dead letters of a queue. */
export function deadLettersOf(client: SQSClient, { url, deadLettersUrl }: QueuePair) {
  return {
    /** Takes what is there, oldest first in each group; hidden from others until it is put back, removed or 5 minutes old. */
    async take(): Promise<DeadLetter[]> {
      const taken: DeadLetter[] = []
      while (taken.length < MAX_TAKEN) {
        const received = await client.send(
          new ReceiveMessageCommand({
            QueueUrl: deadLettersUrl,
            MaxNumberOfMessages: 10,
            WaitTimeSeconds: WAIT_SECONDS,
            VisibilityTimeout: HOLD_SECONDS,
            MessageSystemAttributeNames: ['All'],
          }),
        )
        if (!received.Messages?.length) break
        taken.push(...received.Messages.map(deadLetterOf))
      }
      return taken
    },

    /** Puts it back where it was taken; others see it a second later. */
    async putBack({ receipt }: DeadLetter): Promise<void> {
      await client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: deadLettersUrl, ReceiptHandle: receipt, VisibilityTimeout: 1 }),
      )
    },

    /** Sends it back to its queue, with another body where it was mended, and removes it here. @returns its new id */
    async sendBack(letter: DeadLetter, body: string): Promise<string> {
      const { MessageId = '' } = await client.send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: body,
          MessageGroupId: letter.group,
          // The same after a crash between the two calls, so the queue ignores the second.
          MessageDeduplicationId: `redrive.${letter.id}`,
        }),
      )
      await this.remove(letter)
      return MessageId
    },

    async remove({ receipt }: DeadLetter): Promise<void> {
      await client.send(new DeleteMessageCommand({ QueueUrl: deadLettersUrl, ReceiptHandle: receipt }))
    },

    /** How many are there, also those that somebody has taken. */
    async count(): Promise<number> {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl: deadLettersUrl,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      )
      return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0)
    },
  }
}

export type DeadLetters = ReturnType<typeof deadLettersOf>

function deadLetterOf({ MessageId = '', Attributes = {}, Body = '', ReceiptHandle = '' }: Message): DeadLetter {
  const sentAt = new Date(Number(Attributes.SentTimestamp ?? 0)).toISOString()
  return { id: MessageId, group: Attributes.MessageGroupId ?? '', sentAt, body: Body, receipt: ReceiptHandle }
}
