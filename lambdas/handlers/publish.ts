/** Called with the changes of the table, in order: makes events of them for the endpoints of administrators. */
import { createOutgoingQueue } from '../adapters/aws/outgoing-queue.ts'
import { awsAccess } from '../runtime/aws.ts'
import { now } from '../runtime/clock.ts'
import { readEnvironment, tableIn } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { openStores } from '../runtime/stores.ts'
import { streamHandler } from '../runtime/stream.ts'
import { createPublisher } from '../use-cases/publish-changes.ts'

const environment = readEnvironment('publish')

const publish = createPublisher({
  ...openStores(tableIn(environment), now),
  queue: createOutgoingQueue(awsAccess('sqs'), environment.OUTGOING_QUEUE_URL),
  usedeskUrl: environment.USEDESK_API_URL || null,
  now,
})

export const handler = streamHandler(publish, log)
