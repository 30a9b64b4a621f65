import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createEventSending } from '../../lambdas/adapters/webhooks/send.ts'
import type { Work } from '../../lambdas/core/outgoing/delivery.ts'
import { createDelivering } from '../../lambdas/use-cases/deliver-events.ts'
import { type Certificate, newAuthority, selfSigned } from '../support/certificates.ts'
import { noEncryption } from '../support/encryption.ts'
import { startReceiver } from '../support/endpoint.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { untouched } from '../support/untouched.ts'

const HOST = 'helpdesk.example.com'
const at = '2026-03-01T12:00:00.000Z'
const now = () => new Date(at)

const trusted = newAuthority()
const before = getCACertificates('default')
let stores: TestStores
let endpoints = 0
beforeAll(async () => {
  // Where a process looks that is given no certificates of its own, such as ours.
  setDefaultCACertificates([...before, trusted.cert])
  stores = await startStores(now)
})
afterAll(async () => {
  setDefaultCACertificates(before)
  await stores.stop()
})

/** Delivers an event to a receiver with a certificate, whose name leads to this machine. */
async function deliveredTo(certificate: Certificate) {
  const receiver = await startReceiver(() => 204, certificate)
  const endpoint = receiver.endpoint(`tls-${++endpoints}`, at)
  await stores.endpoints.add(endpoint)
  const asked: string[] = []
  const sending = createEventSending(true, 100_000, (host, _options, callback) => {
    asked.push(host)
    callback(null, [{ address: '127.0.0.1', family: 4 }])
  })
  const deliver = createDelivering({
    ...stores,
    sending,
    tellUsedesk: null,
    encryption: noEncryption,
    bucket: untouched('bucket'),
    now,
    log: () => {},
  })
  const work: Work = { endpointId: endpoint.id, group: 'twitter-1' }
  const payload = { type: 'endpoint.test', timestamp: at, data: {} } as const
  const tries = { attempts: 0, failingSince: null, triedAt: null }
  await stores.deliveries.add({ ...work, position: '1', eventId: 'evt_1', payload, about: null, ...tries })
  await deliver(work)
  const { items } = await stores.deliveries.recorded(endpoint.id, { limit: 1, after: null })
  await receiver.stop()
  return { delivery: items[0], asked, names: [...receiver.names], taken: receiver.taken, forged: receiver.forged() }
}

test('an event arrives over TLS at the address that was checked, under the name that was asked for', async () => {
  const { delivery, asked, names, taken, forged } = await deliveredTo(trusted.issue(HOST))
  expect(delivery).toMatchObject({ outcome: 'delivered', status: 204, error: null })
  expect(taken).toMatchObject([{ id: 'evt_1', type: 'endpoint.test' }])
  expect([asked, names, forged]).toEqual([[HOST], [HOST], 0])
})

test.each<[string, () => Certificate, string]>([
  ['is self-signed', () => selfSigned(HOST), 'the certificate is self-signed'],
  [
    'is from an authority that nobody knows',
    () => newAuthority().issue(HOST),
    'the certificate is from an unknown authority, or the server does not send the certificates between',
  ],
  ['has expired', () => trusted.issue(HOST, -60_000), 'the certificate has expired'],
  ['is for another name', () => trusted.issue('example.com'), `the certificate is not for ${HOST}`],
  ['is for the address, not the name', () => trusted.issue('127.0.0.1'), `the certificate is not for ${HOST}`],
])('nothing is sent to an endpoint whose certificate %s, and the delivery says so', async (_, issue, error) => {
  const { delivery, taken, names } = await deliveredTo(issue())
  expect(delivery).toMatchObject({ outcome: 'failed', status: null, error })
  expect([taken, names]).toEqual([[], []])
})
