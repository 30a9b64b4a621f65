/**
 * Called every 5 minutes by the clock. Promises that administrators hear once of each silence longer than a channel's
 * «No messages (h)», and once of each account that took our access away. A mail that cannot be sent is tried again by
 * the next run.
 */
import type { EventBridgeEvent } from 'aws-lambda'
import type { Channel } from './core/channel.ts'
import { type CheckDependencies, checkChannel } from './core/checks.ts'
import { type Mail, revokedMail, silenceMail } from './core/mail.ts'
import type { Log, Mailer } from './core/ports.ts'
import { silenceToTell } from './core/silence.ts'
import { errorFields } from './runtime/log.ts'
import { silenceDependencies } from './runtime/silence.ts'

export type SilenceDependencies = CheckDependencies & { mailer: Mailer; publicUrl: string; log: Log }

export function createSilence({ mailer, publicUrl, log, ...dependencies }: SilenceDependencies) {
  const { channels } = dependencies

  /** Whether the mail has left. */
  async function tell(channel: Channel, about: string, mail: Mail): Promise<boolean> {
    try {
      await mailer.send(mail)
      log({ did: 'told', about, channelId: channel.id })
      return true
    } catch (error) {
      log({ did: 'mail_failed', about, channelId: channel.id, ...errorFields(error) })
      return false
    }
  }

  return async ({ time }: Pick<EventBridgeEvent<string, unknown>, 'time'>): Promise<void> => {
    const now = new Date(time)
    const extension = await channels.extension()
    for (const channel of await channels.list()) {
      const isRevoked = channel.status === 'needs_reconnection' && !channel.revocationTold
      const silence = silenceToTell(channel, extension, now)
      if (!isRevoked && !silence) continue
      if (mailer.recipients === 0) {
        log({ did: 'nobody_to_tell', channelId: channel.id })
        continue
      }
      if (isRevoked && (await tell(channel, 'revocation', revokedMail(channel, publicUrl)))) {
        await channels.revocationWasTold(channel.id)
      }
      if (!silence) continue
      const mail = silenceMail(channel, silence, await checkChannel(channel, dependencies), publicUrl)
      if (await tell(channel, 'silence', mail)) await channels.silenceWasTold(channel.id, silence.since)
    }
  }
}

export const handler = createSilence(silenceDependencies())
