import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { tableName } from '../../local/aws/table.ts'
import { close } from '../../local/server.ts'
import { runScript } from '../support/product.ts'
import { startStores, type TestStores } from '../support/stores.ts'

const secretArn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:x'
const topicArn = 'arn:aws:sns:us-east-1:123456789012:alarms'
const outputs = {
  TableName: tableName,
  XSecretsArn: secretArn,
  ApiUrl: 'http://127.0.0.1:9',
  MailFrom: 'helpdesk@example.com',
  AlarmTopicArn: topicArn,
}

/** The calls that doctor makes, by service and action. */
const calls: string[] = []

/** AWS as far as doctor asks it: each service in its own protocol. */
const aws = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const answer = (status: number, text: string, type = 'application/json') =>
    response.writeHead(status, { 'content-type': type }).end(text)
  const target = String(request.headers['x-amz-target'] ?? '')
  const action = new URLSearchParams(body).get('Action') ?? (target || `${request.method} ${request.url}`)
  calls.push(action)
  if (action === 'DescribeStacks') {
    const name = new URLSearchParams(body).get('StackName')
    if (name !== 'Helpdesk') {
      const message = `Stack with id ${name} does not exist`
      return answer(
        400,
        `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>`,
        'text/xml',
      )
    }
    const members = Object.entries(outputs).map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    )
    return answer(
      200,
      `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>Helpdesk</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
      'text/xml',
    )
  }
  if (action === 'ListSubscriptionsByTopic') {
    const subscription = (endpoint: string, arn: string) =>
      `<member><Protocol>email</Protocol><Endpoint>${endpoint}</Endpoint><SubscriptionArn>${arn}</SubscriptionArn></member>`
    return answer(
      200,
      `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>${subscription('anna@example.com', `${topicArn}:1`)}${subscription('bert@example.com', 'PendingConfirmation')}</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
      'text/xml',
    )
  }
  if (target === 'secretsmanager.GetSecretValue') {
    const SecretString = JSON.stringify({
      consumerKey: '',
      consumerSecret: 'a-secret-of-ours',
      consumerSecretPrevious: '',
    })
    return answer(200, JSON.stringify({ ARN: secretArn, SecretString, CreatedDate: 1767225600 }))
  }
  if (request.url === '/v2/email/account') return answer(200, JSON.stringify({ ProductionAccessEnabled: false }))
  if (request.url === '/v2/email/identities/helpdesk%40example.com')
    return answer(200, JSON.stringify({ VerifiedForSendingStatus: true }))
  response.setHeader('x-amzn-errortype', 'NotFoundException')
  return answer(404, JSON.stringify({ message: 'not found' }))
})

let stores: TestStores
beforeAll(async () => {
  stores = await startStores()
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await close(aws)
  await stores.stop()
})

const doctor = (stack: string) =>
  runScript('operate/doctor.ts', ['--stack', stack], {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
    AWS_ENDPOINT_URL_DYNAMODB: stores.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  })

test('in AWS, doctor finds everything by the outputs of the stack, and only reads', async () => {
  const { code, output } = await doctor('Helpdesk')
  expect(output).toContain('The secret of the X app has no consumerKey yet')
  expect(output).toContain('bert@example.com did not confirm the alarms')
  expect(output).toContain('sandbox, where it does not send to anna@example.com and bert@example.com')
  expect(output).not.toContain('SES may not send from')
  expect(output).toContain('No account of X is connected')
  expect(output).toContain('Callback address: http://127.0.0.1:9/api/channels/twitter/callback')
  expect(output).not.toContain('a-secret-of-ours')
  expect(code).toBe(1)
  expect(calls.filter((call) => !/^(Describe|List|GET |secretsmanager\.Get)/.test(call))).toEqual([])
})

test('a stack that is not there is said so', async () => {
  expect(await doctor('Other')).toMatchObject({
    code: 2,
    output: expect.stringContaining('No stack «Other» in this account and region.'),
  })
})
