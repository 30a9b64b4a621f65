import { encode } from 'html-entities'
import type { Channel } from './channel.ts'
import type { Silence } from './silence.ts'

/** A mail to the administrators, as text and as HTML with the same content. */
export type Mail = { readonly subject: string; readonly text: string; readonly html: string }

/** What was checked while a channel was silent, and what came of it: null when all is well. */
export type Check = { readonly what: string; readonly fault: string | null }

/** «No messages (h)»: which channel, since when, and whether it is only quiet or broken. */
export function silenceMail(
  channel: Channel,
  { since, hours }: Silence,
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
  return html.replace(/https?:\/\/[^\s<>&]+\/channels\/[\w-]+$/, (url) => `<a href="${url}">${url}</a>`)
}

function readable(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`
}
