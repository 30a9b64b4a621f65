import { encode } from 'html-entities'
import type { Endpoint } from '../outgoing/endpoint.ts'
import type { Channel } from './channel.ts'
import type { Fault } from './health.ts'
import type { Inactivity } from './inactivity.ts'

/** A mail to the administrators, as text and as HTML with the same content. */
export type Mail = { readonly subject: string; readonly text: string; readonly html: string }

/** A check of an inactive channel. `not_made`: X could not be asked, which says nothing of the channel. */
export type Check = { readonly what: string } & (
  | { readonly is: 'passed' }
  | { readonly is: 'failed' | 'not_made'; readonly because: string }
)

/** The mail of the setting «No messages (h)»: which channel, since when, and whether a check failed. */
export function inactivityMail(
  channel: Channel,
  { since, hours, leavesOut }: Inactivity,
  checks: readonly Check[],
  consoleUrl: string,
): Mail {
  const name = oneLine(channel.name)
  return mailOf(`No messages for ${hours} h: ${name}`, [
    `The channel «${name}» (@${channel.username} on X) has had no new message since ${readable(since)}.`,
    ...(leavesOut ? ['The hours in which you expect silence are not counted.'] : []),
    summaryOf(checks),
    ...checks.map(lineOf),
    `The channel: ${consoleUrl}/channels/${channel.id}`,
    'You get one mail per period without messages.',
  ])
}

function summaryOf(checks: readonly Check[]): string {
  if (checks.some((check) => check.is === 'failed')) return 'A check failed, so messages may be missing:'
  return checks.every((check) => check.is === 'passed')
    ? 'All checks passed, so perhaps nobody wrote:'
    : 'No check failed, but not all could be made:'
}

function lineOf(check: Check): string {
  if (check.is === 'passed') return `- ${check.what}: OK`
  return `- ${check.what}: ${check.is === 'not_made' ? 'not checked, because ' : ''}${check.because}`
}

/** A channel has used a part of its budget of the day, or all of it. */
export function budgetMail(channel: Channel, percent: number, spentUsd: number, consoleUrl: string): Mail {
  const name = oneLine(channel.name)
  const budget = `$${(channel.dailyBudgetUsd ?? 0).toFixed(2)}`
  return mailOf(`${percent} % of the budget of the day is used: ${name}`, [
    `The channel «${name}» (@${channel.username} on X) has cost about $${spentUsd.toFixed(2)} at X today. Its budget of a day is ${budget}.`,
    percent < 100
      ? 'At 100 % replies wait, and we no longer poll mentions or look up what X leaves out, until 00:00 UTC.'
      : 'Replies wait now, and we no longer poll mentions or look up what X leaves out, until 00:00 UTC or until an administrator raises the budget. X still delivers messages, and charges for them: that cannot be stopped here, except by disconnecting the channel.',
    `Its settings: ${consoleUrl}/channels/${channel.id}`,
  ])
}

/** X no longer accepts our access to an account. */
export function revokedMail(channel: Channel, consoleUrl: string): Mail {
  const name = oneLine(channel.name)
  return mailOf(`Connect again: ${name}`, [
    `X no longer accepts our access to @${channel.username}, the account of the channel «${name}».`,
    'Until an administrator connects the channel again, new messages may be missing and replies cannot be sent. Its settings and tickets stay.',
    `Connect it here: ${consoleUrl}/channels/${channel.id}`,
  ])
}

/** The key of a channel for encrypted messages no longer serves: it was replaced on X, or X refuses our calls. */
export function chatFaultMail(channel: Channel, consoleUrl: string): Mail {
  const name = oneLine(channel.name)
  const { state, reason = '' } = channel.chat ?? {}
  const account = `@${channel.username}, the account of the channel «${name}»`
  const told =
    state === 'replaced_on_x'
      ? [
          `The keys of ${account}, for encrypted messages were replaced on X. That happens when somebody sets a new PIN there.`,
          'Messages for the new keys are notices without their text, and nobody can answer them here. What was read stays.',
          'Enter the new PIN in the settings of the channel: the notices of the last seven days are then read. If nobody of you has replaced the keys, find out who did: they read these messages.',
        ]
      : [
          `X refuses our calls for encrypted messages of ${account}. Other messages are not concerned.`,
          reason,
          "Until X allows it, answer these customers on X. Check in X's developer console what the X app may do; if X wants OAuth 2.0, tell whoever runs the helpdesk. Once a day we ask X again.",
        ]
  return mailOf(`Encrypted messages are not read: ${name}`, [
    ...told,
    `The channel: ${consoleUrl}/channels/${channel.id}`,
    'You get one mail each time this happens.',
  ])
}

/** Our webhook is broken and `reconcile` cannot repair it: no channel receives anything. */
export function webhookFaultMail({ advice, since }: Fault, consoleUrl: string): Mail {
  return mailOf('X does not deliver to the helpdesk', [
    `Our webhook at X has been broken since at least ${readable(since)}, and we cannot repair it. No channel gets new messages.`,
    advice,
    'We retry every 15 minutes. You get another mail when it works. We then fetch the missed messages, as far as X allows.',
    `The channels: ${consoleUrl}/channels`,
  ])
}

/** The subscription of one account is gone and `reconcile` cannot restore it. */
export function channelFaultMail(channel: Channel, { advice, since }: Fault, consoleUrl: string): Mail {
  const name = oneLine(channel.name)
  return mailOf(`X does not deliver for ${name}`, [
    `X has had no subscription for the channel «${name}» (@${channel.username} on X) since at least ${readable(since)}, and we cannot restore it. New messages may be missing.`,
    advice,
    'We retry every 15 minutes. You get another mail when it works. We then fetch the missed messages, as far as X allows.',
    `The channel: ${consoleUrl}/channels/${channel.id}`,
  ])
}

/**
 * A reported failure is repaired.
 * @param what the webhook's or channel's name
 * @param since ISO time at which we found it broken
 */
export function repairedMail(what: string, since: string, consoleUrl: string): Mail {
  const name = oneLine(what)
  return mailOf(`Works again: ${name}`, [
    `${name} works again after a failure that we found at ${readable(since)}. We now fetch the missed messages, as far as X allows.`,
    `The channels: ${consoleUrl}/channels`,
  ])
}

/** X ends the event system of the channels. @param end when it ends, and what to do */
export function eventSourceEndMail(end: string, consoleUrl: string): Mail {
  return mailOf('X ends the Account Activity API', [
    end,
    'The setting is «eventSource» in cdk.json, or EVENT_SOURCE on one machine. The channels then move by themselves within half an hour, and no message is lost.',
    `The channels: ${consoleUrl}/channels`,
    'You get this mail once.',
  ])
}

/** An endpoint took no event for a day, and gets none any more. */
export function endpointDisabledMail({ url, disabledBecause }: Endpoint, consoleUrl: string): Mail {
  return mailOf('An endpoint gets no more events', [
    `We no longer send events to ${oneLine(url)}, because ${disabledBecause}.`,
    'The program there does not hear of messages and tickets. Have it repaired, then press «Enable».',
    'What waited for it for less than 3 days is sent then; what happens while it is disabled is not.',
    `The endpoint: ${consoleUrl}/webhook-endpoints`,
  ])
}

/** A name without line breaks: somebody typed it, and a line break would end the subject header. */
function oneLine(name: string): string {
  return name.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
}

function mailOf(subject: string, lines: readonly string[]): Mail {
  const paragraphs = lines.map((line) => `<p>${linked(encode(line, { level: 'xml' }))}</p>`)
  return {
    subject,
    text: `${lines.join('\n\n')}\n`,
    html: `<!doctype html><html lang="en"><body>${paragraphs.join('')}</body></html>`,
  }
}

function linked(html: string): string {
  return html.replace(/https?:\/\/[^\s<>&]+\/channels(\/[\w-]+)?$/, (url) => `<a href="${url}">${url}</a>`)
}

function readable(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`
}
