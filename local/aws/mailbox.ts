import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import sesLocal from 'aws-ses-v2-local'
import { clearStore, getStoreReadonly } from '../../node_modules/aws-ses-v2-local/dist/store.js'
import sendEmail from '../../node_modules/aws-ses-v2-local/dist/v1/sendEmail.js'
import { guarded } from '../guard.ts'
import { close, listen } from '../server.ts'
import type { EmbeddedService } from './embedded-service.ts'

const host = '127.0.0.1'

// The embedded SES keeps only the first address of each list. This wrapper adds the others before anybody reads the mail.
const keepMail = sendEmail.default
const keepWholeMail: typeof keepMail = (request, response, next) => {
  const { emails } = getStoreReadonly()
  const before = emails.length
  const kept = keepMail(request, response, next)
  const mail = emails[before]
  if (mail) {
    mail.destination = {
      to: membersOf(request.body, 'Destination.ToAddresses'),
      cc: membersOf(request.body, 'Destination.CcAddresses'),
      bcc: membersOf(request.body, 'Destination.BccAddresses'),
    }
    mail.replyTo = membersOf(request.body, 'ReplyToAddresses')
  }
  return kept
}
Object.assign(sendEmail, { default: keepWholeMail })

/**
 * The call by which SES says that it may send from an address, which the embedded SES lacks: the mailbox takes every mail.
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetEmailIdentity.html
 */
const withIdentities =
  (answer: RequestListener): RequestListener =>
  (request, response) => {
    if (request.method !== 'GET' || !request.url?.startsWith('/v2/email/identities/')) return answer(request, response)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ VerificationStatus: 'SUCCESS', VerifiedForSendingStatus: true }))
  }

/** A list in the query protocol of SES: `LIST.member.1`, `LIST.member.2` and so on. */
const membersOf = (form: Readonly<Record<string, string>>, list: string): string[] =>
  Object.keys(form).flatMap((key) => (key.startsWith(`${list}.member.`) ? (form[key] ?? []) : []))

/**
 * Starts the embedded SES on 127.0.0.1: a mailbox that keeps every mail and forwards none, with a web page at `/` and
 * JSON at `/store`. The mails are in memory and belong to the process: each start empties the mailbox.
 * @param port 0 means any free port
 * @throws UserError when the port is in use
 */
export async function startMailbox(port: number): Promise<EmbeddedService> {
  clearStore()
  // With this variable set, the embedded SES would forward every mail to that server.
  delete process.env.SMTP_TRANSPORT
  const server = await sesLocal.default({ host, port })
  // The embedded SES swallows the error of a failed listen. A second attempt shows it.
  if (!server.listening) await listen(server, port, 'MAIL_PORT')
  const [answer] = server.listeners('request') as [RequestListener]
  server.removeAllListeners('request').on('request', guarded(withIdentities(answer)))
  return {
    endpoint: `http://localhost:${(server.address() as AddressInfo).port}`,
    stop: () => close(server),
  }
}
