/** Called by a schedule every 5 minutes: erases customers on request, and tickets that are kept no longer. */
import { openBucketOnFirstUse } from '../runtime/bucket-on-first-use.ts'
import { now } from '../runtime/clock.ts'
import { readEnvironment, tableIn } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { openStores } from '../runtime/stores.ts'
import { createErasure } from '../use-cases/erase.ts'

const environment = readEnvironment('erase')

export const handler = createErasure({
  ...openStores(tableIn(environment), now),
  bucket: openBucketOnFirstUse(environment.MEDIA_BUCKET),
  log,
})
