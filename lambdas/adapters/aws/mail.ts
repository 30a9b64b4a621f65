import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses'
import type { Mailer } from '../../core/ports/platform.ts'

/**
 * Sends mails with SES.
 * @param from a verified identity of SES
 */
export function createMailer(from: string, to: readonly string[], client = new SESClient({})): Mailer {
  return {
    recipients: to.length,
    async send({ subject, text, html }) {
      const body = { Text: { Data: text, Charset: 'UTF-8' }, Html: { Data: html, Charset: 'UTF-8' } }
      await client.send(
        new SendEmailCommand({
          Source: from,
          Destination: { ToAddresses: [...to] },
          Message: { Subject: { Data: subject, Charset: 'UTF-8' }, Body: body },
        }),
      )
    },
  }
}
