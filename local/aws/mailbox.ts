import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import sesLocal from 'aws-ses-v2-local'
import { clearStore, getStoreReadonly } from '../../node_modules/aws-ses-v2-local/dist/store.js'
import sendEmail from '../../node_modules/aws-ses-v2-local/dist/v1/sendEmail.js'
import { portError } from '../settings.ts'
import type { Part } from './database.ts'

const host = '127.0.0.1'

// The embedded SES keeps the first address of each kind only. What it drops is put back before anybody can look.
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

/** A list as the protocol of SES has it: `LIST.member.1`, `LIST.member.2` and so on. */
const membersOf = (form: Readonly<Record<string, string>>, list: string): string[] =>
  Object.keys(form).flatMap((key) => (key.startsWith(`${list}.member.`) ? (form[key] ?? []) : []))

/**
 * Starts the embedded SES on 127.0.0.1: a mailbox that takes every mail and sends none on, with a page to look at `/`
 * and JSON at `/store`. It is empty at first and kept in memory: a process has one, however often it is started.
 * @param port 0 takes any free one
 * @throws Refusal when the port is taken
 */
export async function startMailbox(port: number): Promise<Part> {
  clearStore()
  // Meant for another program: with it, the embedded SES would send every mail into the world.
  delete process.env.SMTP_TRANSPORT
  const server = await sesLocal.default({ host, port })
  // Whether it listens or not, the embedded SES says nothing: a second attempt tells why it cannot.
  if (!server.listening) await listen(server, port)
  return {
    endpoint: `http://localhost:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(portError('MAIL_PORT', port, error)))
    server.listen(port, host, resolve)
  })
}
