import { describe, expect, test } from '@jest/globals'
import { newChannel } from '../../../lambdas/core/channels/channel.ts'
import { faultsOf, type StoredState } from '../../../lambdas/core/channels/channel-faults.ts'
import { unknownChannelHealth, unknownWebhookHealth } from '../../../lambdas/core/channels/health.ts'

const at = (hour: number, minute = 0) => new Date(Date.UTC(2026, 2, 12, hour, minute)).toISOString()
const channel = newChannel({ id: 'twitter-1', twitterUserId: '1', username: 'shop', at: at(0) })
const now = new Date(at(12))
/** A channel that was connected at midnight and works at noon. */
const working: StoredState = {
  channel,
  extension: { enabled: true, enabledAt: null },
  webhook: { ...unknownWebhookHealth, healthyAt: at(11, 50) },
  health: { ...unknownChannelHealth, healthyAt: at(11, 50) },
  polledTo: at(11, 50),
}
const fault = { advice: 'Buy more credits.', since: at(9), notified: true }
const told = (some: Partial<StoredState>, time = now) =>
  faultsOf({ ...working, ...some }, time).map(({ what, todo }) => `${what} ${todo}`)

describe('a channel', () => {
  test('works when everything was in order within the hour', () => {
    expect(told({})).toEqual([])
  })

  test('works when it was connected just now, and nothing was checked or polled yet', () => {
    const fresh = { webhook: unknownWebhookHealth, health: undefined, polledTo: null }
    expect(told({ ...fresh, channel: { ...channel, connectedAt: at(11, 55) } })).toEqual([])
    expect(told(fresh)).toHaveLength(2)
  })

  test.each<[string, Partial<StoredState>, RegExp]>([
    ['is disconnected', { channel: { ...channel, status: 'disconnected' } }, /disconnected.*Reconnect/],
    ['lost its access', { channel: { ...channel, status: 'needs_reconnection' } }, /no longer accepts our access/],
    ['waits for the extension', { extension: { enabled: false, enabledAt: null } }, /extension is off.*Extensions/],
    ['has no webhook', { webhook: { ...working.webhook, fault } }, /to no channel\. Buy more credits\.$/],
    ['has no subscription', { health: { ...unknownChannelHealth, fault } }, /of this account\. Buy more credits\.$/],
    ['was not checked', { webhook: { ...working.webhook, healthyAt: at(10, 59) } }, /more than an hour .*runbook/],
    ['takes nothing', { channel: { ...channel, directMessages: false, mentions: false } }, /both off/],
    [
      'used its budget up',
      { channel: { ...channel, dailyBudgetUsd: 1, budgetUsedUpOn: '2026-03-12' }, polledTo: at(1) },
      /^Today's budget is used up/,
    ],
    ['was not polled', { polledTo: at(9, 59) }, /two hours the mentions were not polled/],
    [
      'cannot read encrypted messages',
      { channel: { ...channel, chat: { state: 'replaced_on_x', reason: 'Enter the new PIN.' } } },
      /^Encrypted messages cannot be read\. Enter the new PIN\.$/,
    ],
  ])('%s', (_, some, sentences) => {
    const found = told(some)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(sentences)
  })

  test('of which polls are off is not said to be polled late', () => {
    expect(told({ polledTo: at(1), channel: { ...channel, mentions: false } })).toEqual([])
    expect(told({ polledTo: at(1), channel: { ...channel, mentionsEnabledAt: at(11) } })).toEqual([])
    expect(told({ polledTo: at(1), extension: { enabled: true, enabledAt: at(11) } })).toEqual([])
  })

  test('with several faults tells the worst first', () => {
    const some = {
      extension: { enabled: false, enabledAt: null },
      webhook: { ...working.webhook, fault },
      polledTo: null,
    }
    expect(told(some).map((one) => one.slice(0, 20))).toEqual(['The extension is off', 'X does not deliver t'])
  })
})
