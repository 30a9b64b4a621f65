import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { credentials } from '../settings.ts'

type Request = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** A signature of AWS Signature Version 4 with its parameters, from a link or from a header. */
type Signed = {
  readonly credential: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly time: string
  readonly lifetimeSeconds: number
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const headerLifetimeSeconds = 15 * 60

const hmac = (key: Uint8Array | string, text: string) => createHmac('sha256', key).update(text).digest()

/**
 * Checks the signature of a request, because the embedded S3 does not. Returns the error code with which S3 refuses
 * the request, or undefined if the signature is valid.
 * - links: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 * - headers: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signatureError(request: Request, now: Date): string | undefined {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const signed = signedInLink(url) ?? signedInHeader(request)
  if (!signed) return 'AccessDenied'
  const { credential, signedHeaders, signature, time, lifetimeSeconds } = signed
  const [id, day = '', region = '', service = ''] = credential.split('/')
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (id !== credentials.accessKeyId || Number.isNaN(at)) return 'InvalidAccessKeyId'
  if (now.getTime() > at + lifetimeSeconds * 1000) return 'AccessDenied'
  const canonical = canonicalOf(request, url, signedHeaders)
  const scope = `${day}/${region}/${service}/aws4_request`
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`
  const key = [region, service, 'aws4_request'].reduce<Uint8Array>(
    hmac,
    hmac(`AWS4${credentials.secretAccessKey}`, day),
  )
  const expected = hmac(key, toSign)
  const given = Buffer.from(signature, 'hex')
  return given.length === expected.length && timingSafeEqual(given, expected) ? undefined : 'SignatureDoesNotMatch'
}

function signedInLink({ searchParams: query }: URL): Signed | undefined {
  const signature = query.get('X-Amz-Signature')
  if (signature === null) return undefined
  return {
    signature,
    credential: query.get('X-Amz-Credential') ?? '',
    signedHeaders: query.get('X-Amz-SignedHeaders')?.split(';') ?? [],
    time: query.get('X-Amz-Date') ?? '',
    lifetimeSeconds: Number(query.get('X-Amz-Expires') ?? 0),
  }
}

function signedInHeader({ headers }: Request): Signed | undefined {
  const { authorization = '' } = headers
  const [, credential, names, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(authorization) ?? []
  if (!credential || !names || !signature) return undefined
  return {
    credential,
    signedHeaders: names.split(';'),
    signature,
    time: String(headers['x-amz-date']),
    lifetimeSeconds: headerLifetimeSeconds,
  }
}

function canonicalOf({ method = 'GET', headers }: Request, url: URL, names: readonly string[]): string {
  const query = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('X-Amz-Signature='))
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&')
  const payload = headers['x-amz-content-sha256'] ?? url.searchParams.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD'
  const lines = names.map(
    (name) =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/ +/g, ' ')}`,
  )
  return [method, url.pathname, query, ...lines, '', names.join(';'), payload].join('\n')
}
