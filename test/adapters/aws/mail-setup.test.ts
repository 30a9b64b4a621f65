import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createMailSetup } from '../../../lambdas/adapters/aws/mail-setup.ts'
import { close } from '../../../local/server.ts'

const topic = 'arn:aws:sns:us-east-1:123456789012:alarms'
let verified: readonly string[] = []
/** The mail addresses of each page of subscriptions, with what stands for their ARN. */
let pages: readonly (readonly (readonly [address: string, arn: string])[])[] = []

const aws = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  if (request.method === 'GET') {
    const identity = decodeURIComponent(request.url?.split('/').at(-1) ?? '')
    if (identity.endsWith('refused.example')) {
      response.writeHead(403, { 'x-amzn-errortype': 'AccessDeniedException' }).end('{"message":"not allowed"}')
    } else if (verified.includes(identity)) response.end('{"VerifiedForSendingStatus":true}')
    else response.writeHead(404, { 'x-amzn-errortype': 'NotFoundException' }).end('{"message":"not found"}')
    return
  }
  const at = Number(new URLSearchParams(body).get('NextToken') ?? 0)
  const members = (pages[at] ?? []).map(
    ([address, arn]) =>
      `<member><Protocol>email</Protocol><Endpoint>${address}</Endpoint><SubscriptionArn>${arn}</SubscriptionArn></member>`,
  )
  const next = at + 1 < pages.length ? `<NextToken>${at + 1}</NextToken>` : ''
  response.end(
    `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>${members.join('')}</Subscriptions>${next}</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
  )
})

const before = { ...process.env }
beforeAll(async () => {
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve))
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  })
})
afterAll(async () => {
  process.env = before
  await close(aws)
})
beforeEach(() => {
  verified = ['helpdesk@example.com']
  pages = [[['anna@example.com', `${topic}:1`]], [['bert@example.com', 'PendingConfirmation']]]
})

const administrators = ['anna@example.com', 'bert@example.com', 'carl@example.com']
const look = (from = 'helpdesk@example.com', alarmTopic = topic) =>
  createMailSetup({ from, administrators, alarmTopic })()

test('who has not confirmed the alarms, or does not get them at all, is found on every page of the list', async () => {
  expect(await look()).toEqual({
    from: 'helpdesk@example.com',
    isVerified: true,
    administrators,
    unconfirmed: ['bert@example.com', 'carl@example.com'],
  })
})

test('an address is verified by itself or by its domain', async () => {
  verified = ['example.com']
  expect(await look()).toMatchObject({ isVerified: true })
  verified = ['example.org']
  expect(await look()).toMatchObject({ isVerified: false })
})

test('without a topic of alarms nobody must confirm them', async () => {
  expect(await look(undefined, '')).toMatchObject({ unconfirmed: [] })
})

test('a refusal of AWS is an error, and not an address that is not verified', async () => {
  await expect(look('helpdesk@refused.example')).rejects.toThrow(/not allowed/)
})
