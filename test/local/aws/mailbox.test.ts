import { networkInterfaces } from 'node:os'
import { SESClient, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-ses'
import { afterEach, expect, test } from '@jest/globals'
import type { EmbeddedService } from '../../../local/aws/embedded-service.ts'
import { startMailbox } from '../../../local/aws/mailbox.ts'
import { credentials, region } from '../../../local/settings.ts'
import { UserError } from '../../../local/user-error.ts'

const started: EmbeddedService[] = []

async function start(port = 0): Promise<EmbeddedService> {
  const mailbox = await startMailbox(port)
  started.push(mailbox)
  return mailbox
}

afterEach(() => Promise.all(started.splice(0).map((mailbox) => mailbox.stop())))

const mail: SendEmailCommandInput = {
  Source: 'helpdesk@example.com',
  Destination: { ToAddresses: ['admin@example.com'] },
  Message: {
    Subject: { Data: 'Nothing came für 6 hours 🔕', Charset: 'UTF-8' },
    Body: { Text: { Data: 'As text & more' }, Html: { Data: '<p>As HTML &amp; more</p>' } },
  },
}

async function send({ endpoint }: EmbeddedService, input: SendEmailCommandInput): Promise<string | undefined> {
  const client = new SESClient({ endpoint, region, credentials })
  try {
    return (await client.send(new SendEmailCommand(input))).MessageId
  } finally {
    client.destroy()
  }
}

const stored = async ({ endpoint }: EmbeddedService) => {
  const { emails } = (await (await fetch(`${endpoint}/store`)).json()) as { emails: object[] }
  return emails
}

test('a mail of the SDK is in the store, and a web page shows the mails', async () => {
  const mailbox = await start()
  const messageId = await send(mailbox, mail)
  expect(await stored(mailbox)).toEqual([
    {
      messageId,
      from: 'helpdesk@example.com',
      replyTo: [],
      destination: { to: ['admin@example.com'], cc: [], bcc: [] },
      subject: 'Nothing came für 6 hours 🔕',
      body: { text: 'As text & more', html: '<p>As HTML &amp; more</p>' },
      attachments: [],
      at: expect.any(Number),
    },
  ])
  const page = await fetch(mailbox.endpoint)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
})

test('a mail has all its recipients', async () => {
  const mailbox = await start()
  const to = Array.from({ length: 11 }, (_, index) => `to-${index}@example.com`)
  const [cc, bcc, replyTo] = ['cc', 'bcc', 'reply-to'].map((kind) => [`${kind}-1@example.com`, `${kind}-2@example.com`])
  const Destination = { ToAddresses: to, CcAddresses: cc, BccAddresses: bcc }
  await send(mailbox, mail)
  await send(mailbox, { ...mail, Destination, ReplyToAddresses: replyTo })
  expect(await stored(mailbox)).toMatchObject([
    { destination: { to: ['admin@example.com'] } },
    { destination: { to, cc, bcc }, replyTo },
  ])
})

test('a refused mail changes no earlier mail', async () => {
  const mailbox = await start()
  await send(mailbox, mail)
  const empty = { ...mail.Message, Subject: { Data: '' } } as SendEmailCommandInput['Message']
  const other = { ToAddresses: ['other@example.com'] }
  await expect(send(mailbox, { ...mail, Destination: other, Message: empty })).rejects.toThrow()
  expect(await stored(mailbox)).toMatchObject([{ destination: { to: ['admin@example.com'] } }])
})

test('it is empty after the start, and forwards nothing', async () => {
  process.env.SMTP_TRANSPORT = '{"host":"127.0.0.1","port":9}'
  await send(await start(), mail)
  expect(process.env).not.toHaveProperty('SMTP_TRANSPORT')
  expect(await stored(await start())).toEqual([])
})

test('a port in use is refused with an error that names MAIL_PORT', async () => {
  const { port } = new URL((await start()).endpoint)
  const refused = await start(Number(port)).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(UserError)
  expect(String(refused)).toBe(
    `UserError: MAIL_PORT ${port} is in use by another process. Stop that process, or set MAIL_PORT to another number.`,
  )
})

test('it accepts no connection from another machine, and none at all after it has stopped', async () => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)
  const mailbox = await start()
  const url = new URL(mailbox.endpoint)
  if (outside) url.hostname = outside.address
  if (outside) await expect(fetch(url)).rejects.toThrow()
  expect((await fetch(mailbox.endpoint)).status).toBe(200)
  await mailbox.stop()
  await expect(fetch(mailbox.endpoint)).rejects.toThrow()
})
