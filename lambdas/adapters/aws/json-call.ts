import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** How a service of AWS is called: where, and as whom. */
export type AwsAccess = {
  /** The service's name in a signature: `sqs`, `secretsmanager`. */
  readonly service: string
  readonly region: string
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | null
}

/** X waits 3 seconds: two tries must fit in. */
const TRY_MILLISECONDS = 1200
const TRIES = 2

const hmac = (key: Uint8Array | string, text: string) => createHmac('sha256', key).update(text).digest()
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/**
 * Headers that sign a POST to the root of a service with Signature Version 4.
 * Written out because the webhook starts four times faster than with the SDK (docs/decisions/lean-webhook.md).
 * @param headers lower-case names; `host` is added
 * Source: AWS IAM User Guide, "Create a signed AWS API request".
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
  const key = [access.region, access.service, 'aws4_request'].reduce<Uint8Array>(
    hmac,
    hmac(`AWS4${access.secretAccessKey}`, day),
  )
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  const credential = `${access.accessKeyId}/${scope}`
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`,
  }
}

/**
 * Calls an operation of a service that speaks AWS's JSON protocol.
 * @param target the operation's full name, `AmazonSQS.SendMessageBatch`
 * @returns the parsed answer
 * @throws Error with the service's own error name when it refuses, or when it cannot be reached in two tries
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
  for (let n = 0; n < TRIES; n++) {
    try {
      const answer = await post(access.endpoint, signedHeaders(access, headers, body, new Date()), body)
      if (answer.status === 200) return JSON.parse(answer.text)
      failure = new Error(`${target}: ${answer.status} ${errorName(answer.text)}`)
      if (answer.status < 500) break
    } catch (error) {
      failure = new Error(`${target}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw failure
}

function post(endpoint: string, headers: Record<string, string>, body: string) {
  const url = new URL(endpoint)
  // Imported as an ES module, node:http costs 20 ms of every cold start.
  const { request, Agent } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
  agents[url.protocol] ??= new Agent({ keepAlive: true })
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent: agents[url.protocol] }, (answer: IncomingMessage) => {
      const chunks: Uint8Array[] = []
      answer.on('data', (chunk: Uint8Array) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }))
    })
    sent.setTimeout(TRY_MILLISECONDS, () => sent.destroy(new Error(`no answer in ${TRY_MILLISECONDS} ms`)))
    sent.on('error', reject)
    sent.end(body)
  })
}

const agents: Record<string, import('node:http').Agent> = {}

/** The error's name alone: its message may repeat what was sent. */
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
