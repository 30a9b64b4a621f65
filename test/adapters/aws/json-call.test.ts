import { createHash, createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { type AwsAccess, callAws, signedHeaders } from '../../../lambdas/adapters/aws/json-call.ts'

const access: AwsAccess = {
  service: 'sqs',
  region: 'eu-central-1',
  endpoint: 'https://sqs.eu-central-1.amazonaws.com',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: null,
}

/** SHA-256 in the shape that AWS's own signer asks for. */
class Sha256 {
  readonly #hash
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret ? createHmac('sha256', secret as string | Uint8Array) : createHash('sha256')
  }
  update(data: string | Uint8Array) {
    this.#hash.update(data)
  }
  async digest() {
    return this.#hash.digest()
  }
}

describe('the signature of a call', () => {
  test("is the one that AWS's own signer makes, whatever the body, with and without a session", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme' }),
        fc.option(fc.base64String({ minLength: 4 })),
        fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
        async (body, sessionToken, now) => {
          const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' }
          const { authorization } = signedHeaders(
            sessionToken ? { ...access, sessionToken } : access,
            headers,
            body,
            now,
          )
          const { accessKeyId, secretAccessKey, service, region } = access
          const signer = new SignatureV4({
            service,
            region,
            credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
            sha256: Sha256,
            applyChecksum: false,
          })
          const host = new URL(access.endpoint).host
          const official = await signer.sign(
            {
              method: 'POST',
              protocol: 'https:',
              hostname: host,
              path: '/',
              query: {},
              headers: { ...headers, host },
              body,
            },
            { signingDate: now },
          )
          expect(authorization).toBe(official.headers.authorization)
        },
      ),
    )
  })
})

describe('a call', () => {
  let server: Server
  const answering = async (
    ...answers: { status: number; body: string }[]
  ): Promise<{ endpoint: string; calls: string[]; times: number[] }> => {
    const calls: string[] = []
    const times: number[] = []
    server = createServer((request, response) => {
      const answer = answers[Math.min(calls.length, answers.length - 1)]
      calls.push(String(request.headers['x-amz-target']))
      times.push(performance.now())
      request.resume()
      response.writeHead(answer?.status ?? 500).end(answer?.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, times }
  }
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  test('is made again after an error of the service, and not after one of ours', async () => {
    const ill = await answering({ status: 503, body: '' }, { status: 200, body: '{"ok":true}' })
    expect(await callAws({ ...access, endpoint: ill.endpoint }, 'AmazonSQS.Try', '1.0', {})).toEqual({ ok: true })
    expect(ill.calls).toHaveLength(2)
    server.close()
    const refusing = await answering({
      status: 400,
      body: '{"__type":"com.amazonaws#AccessDenied","message":"the text"}',
    })
    await expect(callAws({ ...access, endpoint: refusing.endpoint }, 'AmazonSQS.Try', '1.0', {})).rejects.toThrow(
      /^AmazonSQS.Try: 400 AccessDenied$/,
    )
    expect(refusing.calls).toHaveLength(1)
  })

  test.each([
    'com.amazonaws.sqs#RequestThrottled',
    'com.amazonaws.sqs#KmsThrottled',
    'com.amazon.coral.availability#ThrottlingException',
    'ThrottlingException',
    'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    'com.amazonaws.dynamodb.v20120810#RequestLimitExceeded',
    'com.amazonaws.secretsmanager#TooManyRequestsException',
  ])('is made again a little later when AWS throttles it, which is a 400: %s', async (name) => {
    const busy = await answering(
      { status: 400, body: JSON.stringify({ __type: name }) },
      { status: 200, body: '{"ok":true}' },
    )
    expect(await callAws({ ...access, endpoint: busy.endpoint }, 'AmazonSQS.Try', '1.0', {})).toEqual({ ok: true })
    const [first = 0, second = 0] = busy.times
    expect(second - first).toBeGreaterThanOrEqual(100)
  })

  test('that is throttled again fails by that name, because X waits', async () => {
    const busy = await answering({ status: 429, body: '{"__type":"ThrottlingException"}' })
    await expect(callAws({ ...access, endpoint: busy.endpoint }, 'AmazonSQS.Try', '1.0', {})).rejects.toThrow(
      /^AmazonSQS.Try: 429 ThrottlingException$/,
    )
    expect(busy.calls).toHaveLength(2)
  })

  test.each([
    [400, 'ValidationException'],
    [400, 'com.amazonaws.sqs#QueueDoesNotExist'],
    [400, 'ConditionalCheckFailedException'],
    [403, 'AccessDeniedException'],
    [413, 'RequestEntityTooLarge'],
  ])('is not made again after another error of ours: %d %s', async (status, name) => {
    const refusing = await answering({ status, body: JSON.stringify({ __type: name }) })
    await expect(callAws({ ...access, endpoint: refusing.endpoint }, 'AmazonSQS.Try', '1.0', {})).rejects.toThrow(
      `AmazonSQS.Try: ${status} ${name.split('#').at(-1)}`,
    )
    expect(refusing.calls).toHaveLength(1)
  })

  test('fails by name when nobody answers', async () => {
    const { endpoint } = await answering({ status: 200, body: '{}' })
    await new Promise((resolve) => server.close(resolve))
    await expect(callAws({ ...access, endpoint }, 'AmazonSQS.Try', '1.0', {})).rejects.toThrow(
      /AmazonSQS.Try: .*ECONNREFUSED/,
    )
  })
})
