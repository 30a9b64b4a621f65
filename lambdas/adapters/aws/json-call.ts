import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Endpoint and credentials of an AWS service. */
export type AwsAccess = {
  /** The service's name in signatures: `sqs`, `secretsmanager`. */
  readonly service: string
  readonly region: string
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | null
}

/** X waits 3 seconds for the webhook, so two attempts and a pause between them must fit in. */
const TIMEOUT_MS = 1200
const MAX_ATTEMPTS = 2

/** The pause after throttling, drawn at random so that callers throttled together do not come back together. */
const PAUSE_MS = { min: 100, max: 400 }

/**
 * The error names with which AWS says «too many calls», nearly always with status 400: `ThrottlingException`,
 * `RequestThrottled`, `KmsThrottled`, `ProvisionedThroughputExceededException`, `RequestLimitExceeded` and their kin.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html#API_SendMessageBatch_Errors
 */
const THROTTLING = /Throttl|ThroughputExceeded|RequestLimitExceeded|TooManyRequests/

const hmac = (key: Uint8Array | string, text: string) => createHmac('sha256', key).update(text).digest()
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/**
 * Signs a POST to the root of a service with Signature Version 4. Without the SDK, because the webhook starts four times
 * faster (docs/decisions/lean-webhook.md).
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * @param headers with lower-case names; `host` is added
 */
export function signedHeaders(access: AwsAccess, headers: Record<string, string>, body: string, now: Date) {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '')
  const day = time.slice(0, 8)
  const all: Record<string, string> = {
    ...headers,
    host: new URL(access.endpoint).host,
    'x-amz-date': time,
    ...(access.sessionToken ? { 'x-amz-security-token': access.sessionToken } : {}),
  }
  const names = Object.keys(all).sort()
  const signed = names.join(';')
  const canonical = ['POST', '/', '', ...names.map((name) => `${name}:${all[name]}`), '', signed, sha256(body)].join(
    '\n',
  )
  const scope = `${day}/${access.region}/${access.service}/aws4_request`
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`
  const signature = createHmac('sha256', signingKey(access, day)).update(toSign).digest('hex')
  const credential = `${access.accessKeyId}/${scope}`
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`,
  }
}

const signingKeys = new WeakMap<AwsAccess, { readonly day: string; readonly key: Uint8Array }>()

/** The key that signs for a day. It is kept, because deriving it costs as much as the rest of a signature. */
function signingKey(access: AwsAccess, day: string): Uint8Array {
  const kept = signingKeys.get(access)
  if (kept?.day === day) return kept.key
  const key = [access.region, access.service, 'aws4_request'].reduce<Uint8Array>(
    hmac,
    hmac(`AWS4${access.secretAccessKey}`, day),
  )
  signingKeys.set(access, { day, key })
  return key
}

/**
 * Calls an operation of a service with AWS's JSON protocol, once more after a server error, throttling or no answer.
 * @param target the operation's full name, `AmazonSQS.SendMessageBatch`
 * @param version the version of the protocol
 * @returns the parsed answer
 * @throws Error with the service's error name if it refuses, or why it did not answer
 */
export async function callAws(
  access: AwsAccess,
  target: string,
  version: '1.0' | '1.1',
  input: object,
): Promise<unknown> {
  const body = JSON.stringify(input)
  const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target }
  let failure: unknown
  for (let n = 0; n < MAX_ATTEMPTS; n++) {
    try {
      const answer = await post(access.endpoint, signedHeaders(access, headers, body, new Date()), body)
      if (answer.status === 200) return JSON.parse(answer.text)
      const name = errorName(answer.text)
      failure = new Error(`${target}: ${answer.status} ${name}`)
      const isThrottled = answer.status === 429 || THROTTLING.test(name)
      if (answer.status < 500 && !isThrottled) break
      if (isThrottled && n + 1 < MAX_ATTEMPTS) await randomPause()
    } catch (error) {
      failure = new Error(`${target}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw failure
}

function randomPause(): Promise<void> {
  const { min, max } = PAUSE_MS
  return new Promise((resolve) => setTimeout(resolve, min + Math.random() * (max - min)))
}

function post(endpoint: string, headers: Record<string, string>, body: string) {
  const url = new URL(endpoint)
  // An import of node:http would cost 20 ms of every cold start.
  const { request, Agent } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
  agents[url.protocol] ??= new Agent({ keepAlive: true })
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent: agents[url.protocol] }, (answer: IncomingMessage) => {
      const chunks: Uint8Array[] = []
      answer.on('data', (chunk: Uint8Array) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }))
    })
    sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)))
    sent.on('error', reject)
    sent.end(body)
  })
}

const agents: Record<string, import('node:http').Agent> = {}

/** Only the error's name, because its message may quote the request. */
function errorName(text: string): string {
  try {
    const { __type, code } = JSON.parse(text) as { __type?: string; code?: string }
    return (
      String(__type ?? code ?? 'unknown error')
        .split('#')
        .at(-1) ?? 'unknown error'
    )
  } catch {
    return 'unknown error'
  }
}
