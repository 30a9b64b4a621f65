import type { Mail } from '../core/channels/mails.ts'
import { errorFields } from '../core/log.ts'
import type { Log, Mailer } from '../core/ports/platform.ts'

/** Mails the administrators; tells whether the mail has left. What could not be sent is logged, and counted there. */
export type Notify = (about: string, channelId: string | null, mail: () => Mail | Promise<Mail>) => Promise<boolean>

/** Where nobody is to be told, nothing is written, nothing leaves, and nothing is taken for told. */
export function createNotifier(mailer: Mailer, log: Log): Notify {
  return async (about, channelId, mail) => {
    if (mailer.recipients === 0) {
      log({ event: 'no_administrators', about, channelId })
      return false
    }
    const written = await mail()
    try {
      await mailer.send(written)
      log({ event: 'administrators_notified', about, channelId })
      return true
    } catch (error) {
      log({ event: 'mail_failed', about, channelId, ...errorFields(error) })
      return false
    }
  }
}
