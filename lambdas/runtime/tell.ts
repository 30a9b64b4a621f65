import type { Mail } from '../core/mail.ts'
import type { Log, Mailer } from '../core/ports.ts'
import { errorFields } from './log.ts'

/** Mails the administrators; tells whether the mail has left. What could not be sent is logged, and counted there. */
export type Tell = (about: string, channelId: string | null, mail: () => Mail | Promise<Mail>) => Promise<boolean>

/** Where nobody is to be told, nothing is written, nothing leaves, and nothing is taken for told. */
export function createTell(mailer: Mailer, log: Log): Tell {
  return async (about, channelId, mail) => {
    if (mailer.recipients === 0) {
      log({ did: 'nobody_to_tell', about, channelId })
      return false
    }
    const written = await mail()
    try {
      await mailer.send(written)
      log({ did: 'told', about, channelId })
      return true
    } catch (error) {
      log({ did: 'mail_failed', about, channelId, ...errorFields(error) })
      return false
    }
  }
}
