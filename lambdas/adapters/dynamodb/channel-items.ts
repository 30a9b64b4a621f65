import { type Channel, newChannel } from '../../core/channels/channel.ts'
import type { ConnectedAccount } from '../../core/ports/channels.ts'
import { channelIdOf } from '../../core/x/ids.ts'
import type { Item } from './table.ts'

type Fields = Readonly<Record<string, unknown>>

/** The channel in its item. */
export function channelFrom({ pk: _pk, sk: _sk, ...channel }: Item): Channel {
  // Every write sets fields of these types. Items of before a field was introduced lack it.
  const stored = channel as unknown as Channel
  const { countsFrom = stored.connectedAt, quietHours = null, retentionDays = null, version = 0 } = stored
  const { rules = [], dailyBudgetUsd = null, budgetUsedUpOn = null, budgetNotified = null } = stored
  const budget = { dailyBudgetUsd, budgetUsedUpOn, budgetNotified }
  return { ...stored, countsFrom, quietHours, rules, retentionDays, ...budget, version }
}

/** An update that sets fields. */
export function setting(fields: Fields) {
  const entries = Object.entries(fields)
  return {
    UpdateExpression: `SET ${entries.map((_, n) => `#n${n} = :v${n}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(entries.map(([name], n) => [`#n${n}`, name])),
    ExpressionAttributeValues: Object.fromEntries(entries.map(([, value], n) => [`:v${n}`, value])),
  }
}

/** The update that changes settings, on condition that nobody else has changed them since they were read. */
export function changing(before: Channel, after: Channel) {
  const changed = Object.entries(after).filter(([name, value]) => value !== before[name as keyof Channel])
  const set = setting(Object.fromEntries(changed))
  return {
    ...set,
    ConditionExpression: `attribute_exists(pk) AND ${isOfVersion(before)}`,
    ExpressionAttributeValues: { ...set.ExpressionAttributeValues, ...versionOf(before) },
  }
}

/**
 * The update that connects an account. It sets only what a connection changes, so that settings and messages that come
 * meanwhile stay, on condition that the channel still is in the state in which it was read.
 * @param known null if the account never was connected
 */
export function connecting(known: Channel | null, { twitterUserId, username, name, at }: ConnectedAccount) {
  if (!known) {
    const channel = newChannel({ id: channelIdOf(twitterUserId), twitterUserId, username, name, at })
    return { ...setting(channel), ConditionExpression: 'attribute_not_exists(pk)' }
  }
  const set = setting({
    username,
    status: 'connected',
    connectedAt: at,
    countsFrom: known.status === 'disconnected' ? at : known.countsFrom,
    revocationNotified: false,
    ...(name !== undefined && { name, version: known.version + 1 }),
  })
  return {
    ...set,
    ConditionExpression: `#known = :known AND ${isOfVersion(known)}`,
    ExpressionAttributeNames: { ...set.ExpressionAttributeNames, '#known': 'status' },
    ExpressionAttributeValues: { ...set.ExpressionAttributeValues, ':known': known.status, ...versionOf(known) },
  }
}

/** The condition that settings are of a version. Items of before settings had versions have none. */
function isOfVersion({ version }: Channel): string {
  return version === 0 ? 'attribute_not_exists(version)' : 'version = :version'
}

function versionOf({ version }: Channel): Fields {
  return version === 0 ? {} : { ':version': version }
}
