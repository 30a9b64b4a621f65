import type { IncomingMessage } from 'node:http'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { limitedBytes } from '../../core/limited-bytes.ts'
import { type Bytes, MediaError, type MediaSource } from '../../core/ports/media.ts'
import type { XSecrets } from '../../core/ports/platform.ts'
import type { AccountTokens } from '../../core/ports/x.ts'
import { authorizationOf } from './oauth.ts'
import { SAMPLE_BYTES, typeOf } from './type.ts'

/** X's hosts for media. Those of direct messages require a signature of the account. */
const HOSTS: ReadonlyMap<string, { isSigned: boolean }> = new Map([
  ['ton.twitter.com', { isSigned: true }],
  ['ton.x.com', { isSigned: true }],
  ['pbs.twimg.com', { isSigned: false }],
  ['video.twimg.com', { isSigned: false }],
  // Files of encrypted messages: /2/chat/media/…
  ['api.x.com', { isSigned: true }],
])

const X_ORIGIN = 'https://api.x.com'

/** X answers within milliseconds, so a connection that is idle for this long is broken. */
const IDLE_TIMEOUT_MS = 15_000
const MAX_REDIRECTS = 3

/**
 * Downloads media of X over HTTP.
 * @param apiUrl `https://api.x.com`, or the address of a simulator, which then serves the media too
 */
export function createMediaSource(apiUrl: string, secrets: Pick<XSecrets, 'app'>): MediaSource {
  async function requestMedia(url: URL, tokens: AccountTokens | null, signal: AbortSignal): Promise<IncomingMessage> {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' }
    if (HOSTS.get(url.hostname)?.isSigned) {
      if (!tokens) throw new MediaError('we have no access to the account', false)
      headers.authorization = authorizationOf(url, await secrets.app(), tokens)
    }
    const address = apiUrl === X_ORIGIN ? url : new URL(`${url.pathname}${url.search}`, apiUrl)
    return get(address, headers, signal)
  }

  async function follow(start: string, tokens: AccountTokens | null, signal: AbortSignal): Promise<IncomingMessage> {
    let url = checkedUrl(start, null)
    for (let n = 0; n <= MAX_REDIRECTS; n++) {
      const response = await requestMedia(url, tokens, signal)
      const { location } = response.headers
      if (!isRedirect(response) || location === undefined) return response
      response.destroy()
      url = checkedUrl(location, url)
    }
    throw new MediaError('X redirects too often', false)
  }

  return {
    async fetch(url, tokens, maxBytes, signal, opened = (bytes) => bytes) {
      const response = await follow(url, tokens, signal)
      try {
        checkAnswer(response, maxBytes)
        const { sample, whole } = await peek(opened(limitedBytes(response, maxBytes, failureOf(maxBytes))))
        if (sample.length === 0) throw new MediaError('X sends an empty file', false)
        return { contentType: await typeOf(sample), size: announcedSize(response), bytes: whole }
      } catch (error) {
        response.destroy()
        throw error
      }
    },
  }
}

/** @throws MediaError unless the address is https on one of X's hosts for media */
function checkedUrl(address: string, from: URL | null): URL {
  const url = URL.canParse(address, from?.href) ? new URL(address, from?.href) : null
  const isPlain = url?.protocol === 'https:' && url.port === '' && url.username === '' && url.password === ''
  const isMedia = url?.hostname !== 'api.x.com' || url.pathname.startsWith('/2/chat/media/')
  if (url && isPlain && isMedia && HOSTS.has(url.hostname)) return url
  throw new MediaError(
    from ? 'X redirects to an address outside its hosts for media' : "its address is outside X's hosts for media",
    true,
  )
}

const isRedirect = ({ statusCode = 0 }: IncomingMessage) => [301, 302, 303, 307, 308].includes(statusCode)

function get(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, signal, timeout: IDLE_TIMEOUT_MS }, resolve)
    sent.on('timeout', () => sent.destroy(new Error('idle')))
    sent.on('error', () => reject(new MediaError('X does not answer', false)))
    sent.end()
  })
}

/** @throws MediaError unless the answer is the plain file. We decompress nothing, so no file can grow. */
function checkAnswer({ statusCode = 0, headers }: IncomingMessage, maxBytes: number): void {
  if (statusCode !== 200) throw new MediaError(`X answers ${statusCode}`, false)
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') throw new MediaError('X sends it compressed, and we decompress nothing', true)
  if ((announcedSize({ headers }) ?? 0) > maxBytes) throw failureOf(maxBytes)('too large')
}

/** The bytes that an answer announces; null if it does not. */
function announcedSize({ headers }: Pick<IncomingMessage, 'headers'>): number | null {
  const size = headers['content-length']
  return size === undefined ? null : Number(size)
}

const failureOf = (maxBytes: number) => (why: 'too large' | 'cut off') =>
  why === 'too large'
    ? new MediaError(`it is larger than ${maxBytes} bytes`, true)
    : new MediaError('the download was cut off', false)

/** The first bytes, and all bytes. */
async function peek(all: Bytes): Promise<{ sample: Uint8Array; whole: Bytes }> {
  const bytes = all[Symbol.asyncIterator]()
  const head: Uint8Array[] = []
  let length = 0
  while (length < SAMPLE_BYTES) {
    const { value, done } = await bytes.next()
    if (done) break
    head.push(value)
    length += value.length
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* head
    yield* { [Symbol.asyncIterator]: () => bytes }
  }
  return { sample: Buffer.concat(head), whole: whole() }
}
