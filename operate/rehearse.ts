import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { readAddresses } from '../local/addresses.ts'
import { queueClient } from '../local/aws/queues.ts'
import { readSettings } from '../local/settings.ts'
import { UserError } from '../local/user-error.ts'

/** The shop and the customer that the simulated X knows from the beginning. */
const shop = '1480000000000000001'
const customer = '1480000000000000002'

/** What the customer writes, in order. */
export const rehearsedTexts = ['Where is my order?', 'It was for Friday', 'Can you help?'] as const

/**
 * Makes dead letters in the product on this machine: three messages of a customer of a kind that the router does not
 * know, as a queue might hold them after a version was taken back. Until the next start, its queue of events gives up
 * after the first failure instead of the twelfth.
 * @param run tells this run from others
 */
export async function rehearse(client: SQSClient, queueUrl: string, run: string): Promise<void> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['RedrivePolicy'] }),
  )
  const RedrivePolicy = JSON.stringify({ ...JSON.parse(Attributes?.RedrivePolicy ?? '{}'), maxReceiveCount: 1 })
  await client.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { RedrivePolicy } }))
  const Entries = rehearsedTexts.map((text, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify(poison(text, index)),
    MessageGroupId: `${shop}.${customer}`,
    MessageDeduplicationId: `rehearsal.${run}.${index}`,
  }))
  await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
}

function poison(text: string, index: number) {
  const id = `158000000000000000${index + 1}`
  const createdAt = `2026-01-01T12:00:0${index}.000Z`
  return {
    kind: 'reaction',
    event: 'dm.received',
    channelUserId: shop,
    externalId: id,
    customerId: customer,
    receivedAt: createdAt,
    reason: null,
    includes: {},
    item: {
      id,
      event_type: 'MessageCreate',
      text,
      sender_id: customer,
      dm_conversation_id: `${shop}-${customer}`,
      created_at: createdAt,
    },
  }
}

if (import.meta.main) {
  try {
    const { endpoints, queueUrls } = readAddresses(readSettings(process.env).dataDir)
    await rehearse(queueClient(endpoints.sqs), queueUrls.events, String(Date.now()))
    console.log(
      'Queued three messages that will fail. Within seconds npm start prints the sentence of the alarm. Then:',
    )
    console.log('  npm run redrive -- events')
  } catch (error) {
    console.error(error instanceof UserError ? error.message : error)
    process.exitCode = 1
  }
}
