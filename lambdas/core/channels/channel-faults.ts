import { isBudgetUsedUp } from './budget.ts'
import type { Channel } from './channel.ts'
import type { ChannelHealth, WebhookHealth } from './health.ts'
import type { Extension } from './inactivity.ts'

/** Something that keeps a channel from working wholly, for people. */
export type ChannelFault = {
  /** What is wrong and what it means, in sentences. */
  readonly what: string
  /** What to do, in sentences. */
  readonly todo: string
}

/** What is stored of a channel and of what all channels share. Nothing of it is asked of X. */
export type StoredState = {
  readonly channel: Channel
  readonly extension: Extension
  readonly webhook: WebhookHealth
  /** Undefined before the first check. */
  readonly health: ChannelHealth | undefined
  /** ISO time up to which mentions were polled; null before the first poll. */
  readonly polledTo: string | null
}

/** Webhook and subscriptions are checked every 15 minutes, and mentions polled at least every hour. */
const CHECKED_WITHIN_MS = 3600_000
const POLLED_WITHIN_MS = 2 * 3600_000

const ASK_OPERATOR = 'Tell whoever runs the helpdesk: the alarms and the runbook say why.'

/** What keeps a channel from working wholly, the worst first; none if it works. */
export function faultsOf({ channel, extension, webhook, health, polledTo }: StoredState, now: Date): ChannelFault[] {
  if (channel.status === 'disconnected') {
    return [
      {
        what: 'This channel is disconnected: it receives and sends no messages. Its tickets and settings stay.',
        todo: 'Reconnect the account to use the channel again.',
      },
    ]
  }
  const faults: ChannelFault[] = []
  const add = (what: string, todo: string) => faults.push({ what, todo })
  if (!extension.enabled)
    add('The extension is off: new messages do not become tickets.', 'Turn it on under «Extensions».')
  if (channel.status === 'needs_reconnection') {
    add(
      'X no longer accepts our access to the account: new messages may be missing, and replies cannot be sent.',
      'Reconnect the account. Tickets and settings stay.',
    )
    return faults
  }
  if (webhook.fault) add('X does not deliver to this helpdesk, to no channel.', webhook.fault.advice)
  if (health?.fault) add('X does not deliver the messages of this account.', health.fault.advice)
  if (faults.length === 0 && isOlder(webhook.healthyAt, channel.connectedAt, CHECKED_WITHIN_MS, now))
    add('For more than an hour we could not check whether X delivers.', ASK_OPERATOR)
  if (!channel.directMessages && !channel.mentions) {
    add('Direct messages and mentions are both off: nothing becomes a ticket.', 'Turn on what is to become tickets.')
  }
  const isBudgetUsed = isBudgetUsedUp(channel, now)
  if (isBudgetUsed) {
    add(
      "Today's budget is used up: replies wait, and mentions are not polled, until 00:00 UTC.",
      'Raise the budget if that is too long.',
    )
  }
  const isPolled = channel.mentions && extension.enabled && !isBudgetUsed
  const pollsSince = latest(channel.connectedAt, channel.mentionsEnabledAt, extension.enabledAt)
  if (isPolled && isOlder(polledTo, pollsSince, POLLED_WITHIN_MS, now))
    add('For more than two hours the mentions were not polled: some answers of customers may be missing.', ASK_OPERATOR)
  const { state, reason } = channel.chat ?? {}
  if (state === 'replaced_on_x' || state === 'refused_by_x')
    add('Encrypted messages cannot be read.', reason ?? 'See «Encrypted messages» below.')
  return faults
}

/** True if something that began at a time, or was last done later, lies further back than it may. */
function isOlder(doneAt: string | null, begunAt: string, withinMs: number, now: Date): boolean {
  return Date.parse(latest(begunAt, doneAt)) < now.getTime() - withinMs
}

function latest(first: string, ...others: readonly (string | null)[]): string {
  return others.reduce<string>((last, at) => (at !== null && at > last ? at : last), first)
}
