/** Called by the schedules that find something an administrator must know. A failed mail is logged and not thrown. */
import type { Mail } from '../core/channels/mails.ts'
import { errorFields } from '../core/log.ts'
import type { Log, Mailer } from '../core/ports/platform.ts'

/**
 * Mails the administrators.
 * @param about the topic, for the log
 * @param channelId null when it concerns every channel
 * @param mail called only if there is an administrator to mail
 * @returns true if the mail was sent; otherwise the next run tries again
 */
export type Notify = (about: string, channelId: string | null, mail: () => Mail | Promise<Mail>) => Promise<boolean>

export function createNotifier(mailer: Mailer, log: Log): Notify {
  return async (about, channelId, mail) => {
    if (mailer.recipients === 0) {
      log({ event: 'no_administrators', about, channelId })
      return false
    }
    const content = await mail()
    try {
      await mailer.send(content)
      log({ event: 'administrators_notified', about, channelId })
      return true
    } catch (error) {
      log({ event: 'mail_failed', about, channelId, ...errorFields(error) })
      return false
    }
  }
}
