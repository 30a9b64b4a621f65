import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createEncryption } from '../../lambdas/adapters/aws/encryption.ts'
import { channelIdOf } from '../../lambdas/core/x/ids.ts'
import { eventTypes } from '../../lambdas/core/x/subscriptions.ts'
import { awsAccess } from '../../lambdas/runtime/aws.ts'
import { openStores } from '../../lambdas/runtime/stores.ts'
import { startDatabase } from '../../local/aws/database.ts'
import { databaseClient, sharedTable } from '../../local/aws/table.ts'
import { ensureTokensKey } from '../../local/secrets.ts'
import { eventually } from '../local/support.ts'
import { dataFolder, freePort, Product } from '../support/product.ts'
import { ann, shop, type User } from '../support/x-payloads.ts'

const ours = Array.from({ length: 149 }, (_, n): User => ({ id: String(60_000 + n), username: `shop_${n}` }))
const last = { id: '70000', username: 'the_last' }
const gone = { id: '70001', username: 'long_gone' }
const longAgo = '2025-01-01T00:00:00.000Z'

type Subscription = { userId: string | null; tag: string | null; webhookId: string }
type Call = { method: string; path: string }

const folder = dataFolder()
const environment: Record<string, string> = {}
const product = new Product(folder.path, environment)
const subscriptions = async () =>
  (await product.onX<{ activitySubscriptions: Subscription[] }>('GET', 'webhooks')).activitySubscriptions
const foreign = (all: readonly Subscription[]) => all.filter(({ tag }) => tag === 'crm')

/** The calls of X's API about subscriptions while something is done. */
async function callsDuring(what: () => Promise<unknown>): Promise<string[]> {
  const all = async () => (await product.onX<{ calls: Call[] }>('GET', 'calls')).calls
  const before = (await all()).length
  await what()
  const after = await all()
  // The simulator keeps the last 1,000.
  expect(after.length).toBeLessThan(1_000)
  return after
    .slice(before)
    .filter(({ path }) => path.startsWith('/2/activity/subscriptions'))
    .map(({ method }) => method)
}

beforeAll(async () => {
  environment.PORT = await freePort()
  await product.start()
  await product.addToX(shop, ann, last, gone, ...ours)
  await product.connectByOAuth(shop)
  const tokens = new Map<string, object>()
  for (const { id } of ours) tokens.set(id, await product.onX<object>('POST', 'tokens', { userId: id }))
  await product.onX('POST', 'settings', { activitySubscriptionLimit: 75_000 })
  await product.end()
  await connectInTable(tokens)
  subscribeOnX()
  await product.start()
})
afterAll(async () => {
  await product.end()
  folder.remove()
})

/** 149 more channels, written as connecting writes them. */
async function connectInTable(tokens: ReadonlyMap<string, object>): Promise<void> {
  const encryption = createEncryption(ensureTokensKey(folder.path), awsAccess('kms'))
  const database = await startDatabase(folder.path, (sentence) => {
    throw new Error(sentence)
  })
  const client = databaseClient(database.endpoint)
  const { channels } = openStores(sharedTable, () => new Date(), client)
  for (const { id: twitterUserId, username } of ours) {
    const encryptedTokens = await encryption.encrypt(
      JSON.stringify(tokens.get(twitterUserId)),
      channelIdOf(twitterUserId),
    )
    await channels.connect({ twitterUserId, username, at: new Date().toISOString(), encryptedTokens })
  }
  client.destroy()
  await database.stop()
}

/** What X has besides: 1,200 subscriptions of others, eight of each channel, and eight of an account that is no channel. */
function subscribeOnX(): void {
  const file = join(folder.path, 'x.json')
  const state = JSON.parse(readFileSync(file, 'utf8'))
  const own = state.webhooks[0].id
  let id = 5_000
  const add = (userId: string, eventType: string, webhookId: string, tag = eventType) =>
    state.activitySubscriptions.push({
      id: String(++id),
      eventType,
      userId,
      direction: null,
      tag,
      webhookId,
      createdAt: longAgo,
      updatedAt: longAgo,
    })
  for (let n = 0; n < 1_200; n++) add(String(80_000 + n), 'post.create', '42', 'crm')
  for (const account of [...ours, gone]) for (const eventType of eventTypes) add(account.id, eventType, own)
  // The simulator, like X, lists in the order of its ids.
  state.activitySubscriptions.sort((a: { id: string }, b: { id: string }) => Number(BigInt(a.id) - BigInt(b.id)))
  writeFileSync(file, JSON.stringify(state))
}

test('the 151st channel is connected and receives, among 1,200 subscriptions of others', async () => {
  expect(await product.connectByOAuth(last)).toBe(`/channels/twitter-${last.id}`)
  const own = (await subscriptions()).filter(({ userId }) => userId === last.id)
  expect(own).toHaveLength(8)
  await product.onX('POST', 'direct-messages', { from: ann.id, to: last.id, text: 'Are you new?' })
  await eventually('its ticket', async () => (await product.tickets()).length === 1)
})

test('a run of reconcile lists once for all channels, removes what none needs, and touches nothing of others', async () => {
  const others = foreign(await subscriptions())
  const reconcile = async (minutes: number) =>
    product.schedule('reconcile', new Date(Date.now() + minutes * 60_000).toISOString())
  // Three pages of 1,000, and one deletion of the eight that nobody needs.
  expect(await callsDuring(() => reconcile(0))).toEqual(['GET', 'GET', 'GET', 'DELETE'])
  const left = await subscriptions()
  expect(left.filter(({ userId }) => userId === gone.id)).toEqual([])
  expect(left).toHaveLength(1_200 + 151 * 8 + 1)
  expect(foreign(left)).toEqual(others)
  expect(await callsDuring(() => reconcile(15))).toEqual(['GET', 'GET', 'GET'])
  expect(await product.mails()).toEqual([])
})
