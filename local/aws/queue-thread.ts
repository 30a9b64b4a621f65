import { once } from 'node:events'
import { fdatasync, openSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { parentPort, workerData } from 'node:worker_threads'
import { buildApp } from 'fauxqs'
import { PersistenceManager } from '../../node_modules/fauxqs/dist/persistence.js'
import { S3Store } from '../../node_modules/fauxqs/dist/s3/s3Store.js'
import { SnsStore } from '../../node_modules/fauxqs/dist/sns/snsStore.js'
import { SqsStore } from '../../node_modules/fauxqs/dist/sqs/sqsStore.js'
import { INVALID_MESSAGE_BODY_CHAR } from '../../node_modules/fauxqs/dist/sqs/sqsTypes.js'
import { region } from '../settings.ts'
import { isOwnHost } from './embedded-service.ts'

/** What the thread of the embedded SQS starts with. It reports its port; any message then stops it. */
export type QueueThreadData = { readonly dataDir: string }

// The embedded SQS checks UTF-16 code units one by one, so it rejects every emoji. SQS checks whole characters:
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const outsideSqsCharacters = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u
INVALID_MESSAGE_BODY_CHAR.test = (text) => outsideSqsCharacters.test(text)

if (parentPort) {
  const { dataDir } = workerData as QueueThreadData
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() }
  const file = new PersistenceManager(dataDir)
  file.loadSqsAndSns(stores.sqsStore, stores.snsStore)
  for (const queue of stores.sqsStore.allQueues()) releaseInFlight(queue)
  stores.sqsStore.persistence = file
  for (const queue of stores.sqsStore.allQueues()) queue.persistence = file
  const app = buildApp({ logger: false, defaultRegion: region, stores })
  refuseWebPages(app)
  // Its types hide the database.
  commitTogether(app, (file as unknown as { db: DatabaseSync }).db, join(dataDir, 'fauxqs.db'))
  await app.listen({ port: 0, host: '127.0.0.1' })
  parentPort.postMessage((app.server.address() as AddressInfo).port)
  await once(parentPort, 'message')
  await app.close()
  file.close()
  parentPort.close()
}

/**
 * Refuses what a web page can send: the embedded SQS asks for no token. A page of another origin can send forms and plain
 * text, one whose name was made to lead here anything, but under its own name. SDKs send another type, and no origin.
 */
function refuseWebPages(app: ReturnType<typeof buildApp>): void {
  app.addHook('onRequest', async ({ raw }, reply) => {
    const isOfSdk = raw.headers['content-type'] === 'application/x-amz-json-1.0' && raw.headers.origin === undefined
    if (isOwnHost(raw) && isOfSdk) return
    await reply.code(403).send({ __type: 'com.amazonaws.sqs#AccessDenied', message: 'only SDKs may call this' })
  })
}

/**
 * Makes messages visible again that a killed process had received, or that wait for their next try. Otherwise they stay
 * in flight for minutes, and their message groups wait.
 */
function releaseInFlight(queue: ReturnType<SqsStore['createQueue']>): void {
  for (const handle of [...queue.inflightMessages.keys()]) queue.changeVisibility(handle, 0)
}

/**
 * Puts the writes of all requests that arrive together into one transaction, and waits for the disk only before it
 * answers that messages are sent: a receive or a delete that is lost only makes a message come again. When a commit
 * fails, all requests in it are answered 500.
 */
function commitTogether(app: ReturnType<typeof buildApp>, database: DatabaseSync, file: string): void {
  // Without it, each commit would wait for the disk. `sync` does what SQLite then leaves out.
  // https://www.sqlite.org/pragma.html#pragma_synchronous
  database.exec('PRAGMA synchronous = NORMAL')
  const sync = syncTogether(openSync(`${file}-wal`, 'r'))
  let commit: Promise<void> | undefined
  const begin = () => {
    database.exec('BEGIN')
    const committed = Promise.withResolvers<void>()
    committed.promise.catch(() => {})
    // After all requests that have arrived by now.
    setImmediate(() => {
      commit = undefined
      try {
        database.exec('COMMIT')
        committed.resolve()
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK')
        committed.reject(error)
      }
    })
    return committed.promise
  }
  app.addHook('preHandler', async () => {
    commit ??= begin()
  })
  app.addHook('onSend', async ({ headers }) => {
    await commit
    if (String(headers['x-amz-target']).includes('SendMessage')) await sync()
  })
}

/** Returns a function that resolves when all that was written before its call is on the disk. */
function syncTogether(file: number): () => Promise<void> {
  const datasync = promisify(fdatasync)
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  return () => {
    // One that is running may have begun before the write.
    next ??= running
      .catch(() => {})
      .then(() => {
        running = datasync(file)
        next = undefined
        return running
      })
    return next
  }
}
