/**
 * Called with the changes of the table, in order: makes events of them for the endpoints of administrators, and keeps the
 * index of words.
 */
import { createOutgoingQueue } from '../adapters/aws/outgoing-queue.ts'
import { awsAccess } from '../runtime/aws.ts'
import { now } from '../runtime/clock.ts'
import { readEnvironment, searchIn, tableIn } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { openStores } from '../runtime/stores.ts'
import { streamHandler } from '../runtime/stream.ts'
import { createIndexing } from '../use-cases/index-words.ts'
import { createPublisher } from '../use-cases/publish-changes.ts'

const environment = readEnvironment('publish')

const stores = openStores(tableIn(environment), now)
const publish = createPublisher({
  ...stores,
  queue: createOutgoingQueue(awsAccess('sqs'), environment.OUTGOING_QUEUE_URL),
  usedeskUrl: environment.USEDESK_API_URL || null,
  now,
})
const index = searchIn(environment.SEARCH) ? createIndexing(stores) : null

export const handler = streamHandler(async (changes) => {
  await publish(changes)
  await index?.(changes)
}, log)
