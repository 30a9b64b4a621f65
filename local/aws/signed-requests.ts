import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { credentials } from '../settings.ts'

type Request = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** What a signature says of itself, in a link or in a header. */
type Signed = {
  readonly credential: string
  readonly names: readonly string[]
  readonly signature: string
  readonly time: string
  /** Seconds for which it holds. */
  readonly holds: number
}

/** A header's signature holds for so long, as at S3. Seconds. */
const HEADER_HOLDS = 15 * 60

const hmac = (key: Uint8Array | string, text: string) => createHmac('sha256', key).update(text).digest()

/**
 * Why S3 would refuse a request, undefined when it would not: the embedded one checks neither signatures nor how long
 * links work. Source: AWS's "Signature Version 4", for links and for headers.
 */
export function refusalOf(request: Request, now: Date): string | undefined {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const signed = signedInLink(url) ?? signedInHeader(request)
  if (!signed) return 'AccessDenied'
  const { credential, names, signature, time, holds } = signed
  const [id, day = '', region = '', service = ''] = credential.split('/')
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (id !== credentials.accessKeyId || Number.isNaN(at)) return 'InvalidAccessKeyId'
  if (now.getTime() > at + holds * 1000) return 'AccessDenied'
  const canonical = canonicalOf(request, url, names)
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
    names: query.get('X-Amz-SignedHeaders')?.split(';') ?? [],
    time: query.get('X-Amz-Date') ?? '',
    holds: Number(query.get('X-Amz-Expires') ?? 0),
  }
}

function signedInHeader({ headers }: Request): Signed | undefined {
  const { authorization = '' } = headers
  const [, credential, names, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(authorization) ?? []
  if (!credential || !names || !signature) return undefined
  return { credential, names: names.split(';'), signature, time: String(headers['x-amz-date']), holds: HEADER_HOLDS }
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
