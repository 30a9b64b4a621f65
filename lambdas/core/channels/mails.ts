import { encode } from 'html-entities'
import type { Channel } from './channel.ts'
import type { Fault } from './health.ts'
import type { Inactivity } from './inactivity.ts'

/** A mail to the administrators, as text and as HTML with the same content. */
export type Mail = { readonly subject: string; readonly text: string; readonly html: string }

/** What was checked while a channel was silent, and what came of it: null when all is well. */
export type Check = { readonly what: string; readonly fault: string | null }

/** «No messages (h)»: which channel, since when, and whether it is only quiet or broken. */
export function inactivityMail(
  channel: Channel,
  { since, hours }: Inactivity,
  checks: readonly Check[],
  consoleUrl: string,
): Mail {
  const broken = checks.some((check) => check.fault !== null)
  const name = oneLine(channel.name)
  return mailOf(`No messages for ${hours} h: ${name}`, [
    `The channel «${name}» (@${channel.username} on X) has had no new message since ${readable(since)}.`,
    broken
      ? 'Something is broken, so messages may be missing:'
      : 'Everything that can be checked is in order, so it may just be quiet:',
    ...checks.map(({ what, fault }) => `- ${what}: ${fault ?? 'in order'}`),
    `The channel: ${consoleUrl}/channels/${channel.id}`,
    'You are told once per silence. The next mail comes after a new message and another silence.',
  ])
}

/** X no longer lets us in. */
export function revokedMail(channel: Channel, consoleUrl: string): Mail {
  const name = oneLine(channel.name)
  return mailOf(`Connect again: ${name}`, [
    `X no longer accepts our access to @${channel.username}, the account of the channel «${name}».`,
    'New messages may be missing, and nothing can be answered, until an administrator connects the channel again. Its settings and tickets stay.',
    `Connect it here: ${consoleUrl}/channels/${channel.id}`,
  ])
}

/** Our webhook is broken, and upkeep cannot mend it: no channel hears anything. */
export function webhookFaultMail({ advice, since }: Fault, consoleUrl: string): Mail {
  return mailOf('X does not deliver to the helpdesk', [
    `Our webhook at X was found broken at ${readable(since)} and cannot be mended from here. No channel gets new messages.`,
    advice,
    'It is tried again every 15 minutes. You get another mail when it works; what was missed is then asked for, as far as X lets.',
    `The channels: ${consoleUrl}/channels`,
  ])
}

/** X does not deliver for one account, and upkeep cannot mend it. */
export function channelFaultMail(channel: Channel, { advice, since }: Fault, consoleUrl: string): Mail {
  const name = oneLine(channel.name)
  return mailOf(`X does not deliver for ${name}`, [
    `The channel «${name}» (@${channel.username} on X) was found without its subscription at ${readable(since)}, and it cannot be made again from here. New messages may be missing.`,
    advice,
    'It is tried again every 15 minutes. You get another mail when it works; what was missed is then asked for, as far as X lets.',
    `The channel: ${consoleUrl}/channels/${channel.id}`,
  ])
}

/** What administrators were told of works again. @param what its name @param since ISO time at which it was found broken */
export function repairedMail(what: string, since: string, consoleUrl: string): Mail {
  const name = oneLine(what)
  return mailOf(`Works again: ${name}`, [
    `${name}, found broken at ${readable(since)}, is in order. What was missed is being asked for, as far as X lets.`,
    `The channels: ${consoleUrl}/channels`,
  ])
}

/** A name is what somebody typed: a line break in it must not become one of a mail's header. */
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
