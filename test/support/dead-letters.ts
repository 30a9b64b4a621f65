import {
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs'
import type { QueueName } from '../../lambdas/runtime/resources.ts'
import { readAddresses } from '../../local/addresses.ts'
import { queueClient, queueDepth } from '../../local/aws/queues.ts'
import type { Product } from './product.ts'

/** The dead-letter queues of a product that runs. */
export function deadLettersOf(product: Product) {
  const addresses = readAddresses(product.dataDir)
  const sqs = queueClient(addresses.endpoints.sqs)
  return {
    addresses,
    sqs,
    /** What fails once is a dead letter, not only after 22 minutes. */
    async giveUpAtOnce(name: QueueName): Promise<void> {
      const QueueUrl = addresses.queueUrls[name]
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }),
      )
      const RedrivePolicy = JSON.stringify({ ...JSON.parse(Attributes?.RedrivePolicy ?? ''), maxReceiveCount: 1 })
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }))
    },
    async count(name: QueueName): Promise<number> {
      const { visible, inFlight } = await queueDepth(sqs, addresses.deadLetterUrls[name])
      return visible + inFlight
    },
    /** They are there again after a second. */
    async receive(name: QueueName): Promise<Message[]> {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: addresses.deadLetterUrls[name],
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 1,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      )
      return Messages
    },
  }
}
