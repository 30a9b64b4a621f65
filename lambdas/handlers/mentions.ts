/** Called by the schedule every few minutes. */
import { rememberDecrypted } from '../adapters/aws/encryption.ts'
import { createEventQueue } from '../adapters/aws/event-queue.ts'
import { createXReading } from '../adapters/x/reading.ts'
import { awsAccess } from '../runtime/aws.ts'
import { now } from '../runtime/clock.ts'
import { readEnvironment, tableIn } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { openStores } from '../runtime/stores.ts'
import { xAccess } from '../runtime/x-access.ts'
import { createMentionsPoll } from '../use-cases/poll-mentions.ts'

const environment = readEnvironment('mentions')
const { access, encryption } = xAccess(environment)
const { channels, health } = openStores(tableIn(environment), now)

export const handler = createMentionsPoll({
  channels,
  health,
  events: createEventQueue(awsAccess('sqs'), environment.EVENTS_QUEUE_URL),
  reading: createXReading(access),
  // The tokens of every channel are needed every few minutes: the key is asked once for each, not each time.
  encryption: rememberDecrypted(encryption),
  log,
})
