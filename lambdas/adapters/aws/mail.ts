import type { SESClient } from '@aws-sdk/client-ses'
import type { Mailer } from '../../core/ports/platform.ts'

/**
 * Sends mails with SES. Its client is loaded with the first mail: most runs send none.
 * @param from a verified identity of SES
 */
export function createMailer(from: string, to: readonly string[]): Mailer {
  let ses: SESClient | undefined
  return {
    recipients: to.length,
    async send({ subject, text, html }) {
      const { SESClient, SendEmailCommand } = await import('@aws-sdk/client-ses')
      ses ??= new SESClient({})
      const body = { Text: { Data: text, Charset: 'UTF-8' }, Html: { Data: html, Charset: 'UTF-8' } }
      await ses.send(
        new SendEmailCommand({
          Source: from,
          Destination: { ToAddresses: [...to] },
          Message: { Subject: { Data: subject, Charset: 'UTF-8' }, Body: body },
        }),
      )
    },
  }
}
