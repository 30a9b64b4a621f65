/**
 * The least that a webhook needs, by hand: it answers the CRC, compares the signature of a delivery, and queues its
 * items with one signed call. No checks, no second try, no log.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'

const {
  X_SECRETS = '',
  EVENTS_QUEUE_URL = '',
  AWS_ENDPOINT_URL_SQS = 'https://sqs.us-east-1.amazonaws.com',
} = process.env
const url = new URL(AWS_ENDPOINT_URL_SQS)
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

let consumerSecret: string | undefined
let agent: import('node:http').Agent | undefined

export const handler = async (event: APIGatewayProxyEventV2) => {
  consumerSecret ??= (JSON.parse(readFileSync(new URL(X_SECRETS), 'utf8')) as { consumerSecret: string }).consumerSecret
  const sign = (text: string) => `sha256=${hmac(consumerSecret ?? '', text).digest('base64')}`
  const token = event.queryStringParameters?.crc_token
  if (token) return { statusCode: 200, body: JSON.stringify({ response_token: sign(token) }) }
  const body = event.body ?? ''
  const given = Buffer.from(event.headers['x-twitter-webhooks-signature'] ?? '')
  if (!timingSafeEqual(given, Buffer.from(sign(body)))) return { statusCode: 401 }
  const delivery = JSON.parse(body) as { for_user_id: string; direct_message_events: { id: string }[]; users: object }
  const Entries = delivery.direct_message_events.map((item, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify({ item, users: delivery.users }),
    MessageGroupId: delivery.for_user_id,
    MessageDeduplicationId: item.id,
  }))
  return { statusCode: await queue(JSON.stringify({ QueueUrl: EVENTS_QUEUE_URL, Entries })) }
}

/** Sends a batch, signed with https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function queue(batch: string): Promise<number | undefined> {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const day = time.slice(0, 8)
  const names = 'host;x-amz-date;x-amz-target'
  const target = 'AmazonSQS.SendMessageBatch'
  const canonical = `POST\n/\n\nhost:${url.host}\nx-amz-date:${time}\nx-amz-target:${target}\n\n${names}\n${sha256(batch)}`
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${day}/us-east-1/sqs/aws4_request\n${sha256(canonical)}`
  const key = [day, 'us-east-1', 'sqs', 'aws4_request'].reduce<string | Buffer>(
    (from, text) => hmac(from, text).digest(),
    'AWS4secret',
  )
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-date': time,
    'x-amz-target': target,
    authorization: `AWS4-HMAC-SHA256 Credential=key/${day}/us-east-1/sqs/aws4_request, SignedHeaders=${names}, Signature=${hmac(key, toSign).digest('hex')}`,
  }
  const { request, Agent } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
  agent ??= new Agent({ keepAlive: true })
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode))
    })
    sent.on('error', reject).end(batch)
  })
}
