/** What is known of our own side: mails, channels, messages. */
import type { Channel } from '../channels/channel.ts'
import type { ChannelHealth } from '../channels/health.ts'
import type { Extension } from '../channels/inactivity.ts'
import { type Asked, done, failedAsking, missing, notKnown, type SetupCheck } from './check.ts'

/** What AWS knows of our mails. */
export type MailFacts = {
  /** The sender. */
  readonly from: string
  /** True if SES may send from it. */
  readonly isVerified: boolean
  readonly administrators: readonly string[]
  /** Those of them who do not get alarms, because they have not confirmed them. */
  readonly unconfirmed: readonly string[]
  /** Those of them to whom SES does not send, because it is in its sandbox; left out where that was not asked. */
  readonly unreached?: readonly string[] | undefined
}

/** Whether administrators get our mails and the alarms. */
export function mailCheck(asked: Asked<MailFacts>): SetupCheck {
  if ('error' in asked) return failedAsking('mail', 'AWS', asked.error)
  const { from, isVerified, administrators, unconfirmed, unreached = [] } = asked.value
  const faults: (readonly [found: string, todo: string])[] = []
  if (administrators.length === 0)
    faults.push([
      'Nobody gets mails or alarms.',
      'Put the addresses of administrators into cdk.json («administrators») and deploy, or into ADMINISTRATORS on one machine.',
    ])
  if (!isVerified)
    faults.push([
      `SES may not send from ${from} yet.`,
      `Open the mail that AWS sent to ${from} and follow its link. If it did not come, verify the address in the console of SES, under «Identities».`,
    ])
  if (unreached.length > 0)
    faults.push([
      `SES is in its sandbox, where it does not send to ${listed(unreached)}.`,
      'Verify these addresses in the console of SES, or ask AWS for «production access» there.',
    ])
  if (unconfirmed.length > 0)
    faults.push([
      `${listed(unconfirmed)} did not confirm the alarms.`,
      'Each opens the mail «AWS Notification - Subscription Confirmation» and follows its link. It is valid for three days; after that, subscribe the address again at the topic that the output AlarmTopicArn names.',
    ])
  if (faults.length > 0) {
    const [found, todo] = [0, 1].map((index) => faults.map((fault) => fault[index]).join(' '))
    return missing('mail', found ?? '', todo ?? '')
  }
  return done('mail', `${listed(administrators)} ${administrators.length > 1 ? 'get' : 'gets'} them, from ${from}.`)
}

/** Whether an account is connected. */
export function channelCheck(channels: Asked<readonly Channel[]>, extension: Asked<Extension>): SetupCheck {
  if ('error' in channels) return failedAsking('channel', 'Our table', channels.error)
  if ('error' in extension) return failedAsking('channel', 'Our table', extension.error)
  if (!extension.value.enabled) {
    return missing(
      'channel',
      'The extension is off: nothing becomes a ticket, and no channel can be added.',
      'Turn it on in the console, under «Extensions».',
    )
  }
  const connected = channels.value.filter(({ status }) => status === 'connected')
  if (connected.length > 0)
    return done('channel', `${namesOf(connected)} ${connected.length > 1 ? 'are' : 'is'} connected.`)
  const lost = channels.value.filter(({ status }) => status === 'needs_reconnection')
  if (lost.length > 0) {
    return missing(
      'channel',
      `X no longer accepts our access to ${namesOf(lost)}.`,
      'Open the channel in the console and press «Reconnect».',
    )
  }
  return missing(
    'channel',
    'No account of X is connected.',
    'In the console, under «Channels», press «Add Channel», and allow the access at X as the account whose messages become tickets.',
  )
}

/**
 * Whether the app may read and write direct messages. Only that permission lets us subscribe to them, so a channel that
 * is connected proves it.
 */
export function permissionsCheck(
  channels: Asked<readonly Channel[]>,
  healths: Asked<ReadonlyMap<string, ChannelHealth>>,
): SetupCheck {
  const set =
    'At console.x.com, in «User authentication settings» of your app, choose «Read, Write and Direct Messages».'
  if ('error' in channels) return failedAsking('permissions', 'Our table', channels.error)
  if ('error' in healths) return failedAsking('permissions', 'Our table', healths.error)
  const connected = channels.value.filter(({ status }) => status === 'connected')
  const refused = connected.find(({ id }) => /permission/i.test(healths.value.get(id)?.fault?.advice ?? ''))
  if (refused) {
    return missing(
      'permissions',
      `X refuses to deliver the direct messages of @${refused.username}, because the app lacks the permission.`,
      `${set} Then reconnect each channel: access that was given before does not change.`,
    )
  }
  if (connected.length > 0)
    return done('permissions', 'X delivers direct messages, so the app has «Read, Write and Direct Messages».')
  return notKnown('permissions', 'X tells the permissions only when an account is connected.', set)
}

/** Whether a message of a customer has come. */
export function messageCheck(channels: Asked<readonly Channel[]>): SetupCheck {
  if ('error' in channels) return failedAsking('message', 'Our table', channels.error)
  const latest = channels.value.reduce<string | null>(
    (last, { lastMessageAt: at }) => (at !== null && (last === null || at > last) ? at : last),
    null,
  )
  if (latest !== null) return done('message', `The last one came on ${latest.slice(0, 16).replace('T', ' at ')} UTC.`)
  return missing(
    'message',
    'No message of a customer has come yet.',
    'From another account on X, write the connected account a direct message, or a post that mentions it. It is a ticket within seconds. If not, the page of the channel says why.',
  )
}

const namesOf = (channels: readonly Channel[]) => listed(channels.map(({ username }) => `@${username}`))

/** Some of a list in words: a helpdesk may have hundreds of channels. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3)
  const rest = names.length - shown.length
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}
