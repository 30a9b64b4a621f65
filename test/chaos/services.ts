/**
 * A process of the harness: the embedded services of `npm start`, each behind a faulty proxy. It is killed with the
 * stack, as they are killed with `npm start`, and started again on the same data.
 */
import { startDatabase } from '../../local/aws/database.ts'
import { startMailbox } from '../../local/aws/mailbox.ts'
import { startQueues } from '../../local/aws/queues.ts'
import { startStorage } from '../../local/aws/storage.ts'
import { type Fault, type FaultKind, type Service, startFaultyProxy } from './faults.ts'
import { randomFrom } from './random.ts'

/** The addresses of the services: behind the proxies, and their own. */
export type ServiceAddresses = Readonly<Record<'proxied' | 'direct', Readonly<Record<Service, string>>>>

/** What the process tells the harness. */
export type ServiceReport =
  | { readonly ready: ServiceAddresses }
  | { readonly fault: `${Service} ${FaultKind}` }
  /** The faults that it was told hold from now on. */
  | { readonly set: true }

if (import.meta.main) {
  const [dataDir = '', seed = ''] = process.argv.slice(2)
  const report = (one: ServiceReport) => process.connected && process.send?.(one)
  const fail = (sentence: string) => {
    throw new Error(sentence)
  }
  const database = await startDatabase(dataDir, fail)
  const [queues, storage, mailbox] = [
    await startQueues(dataDir, fail),
    await startStorage(dataDir, []),
    await startMailbox(0),
  ]
  const direct = {
    dynamodb: database.endpoint,
    sqs: queues.endpoint,
    s3: storage.endpoint,
    ses: mailbox.endpoint,
  }
  let faults: readonly Fault[] = []
  const random = randomFrom(Number(seed))
  const proxies = await Promise.all(
    (Object.keys(direct) as Service[]).map(async (service) => {
      const onFault = (kind: FaultKind) => report({ fault: `${service} ${kind}` })
      const { url } = await startFaultyProxy(service, direct[service], () => faults, random, onFault)
      return [service, url] as const
    }),
  )
  process.on('message', (told: readonly Fault[]) => {
    faults = told
    report({ set: true })
  })
  // The harness is gone.
  process.on('disconnect', () => process.exit())
  report({ ready: { proxied: Object.fromEntries(proxies) as ServiceAddresses['proxied'], direct } })
}
