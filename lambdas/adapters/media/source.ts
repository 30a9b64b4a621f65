import type { IncomingMessage } from 'node:http'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type Bytes, MediaError, type MediaSource } from '../../core/ports/media.ts'
import type { XSecrets } from '../../core/ports/platform.ts'
import type { AccountTokens } from '../../core/ports/x.ts'
import { authorizationOf } from './oauth.ts'
import { SAMPLE, typeOf } from './type.ts'

/** Where X keeps media, and whether only who is in the conversation gets them. Source: X's docs, "Direct Messages media". */
const HOSTS: ReadonlyMap<string, { isSigned: boolean }> = new Map([
  ['ton.twitter.com', { isSigned: true }],
  ['ton.x.com', { isSigned: true }],
  ['pbs.twimg.com', { isSigned: false }],
  ['video.twimg.com', { isSigned: false }],
])

const ITSELF = 'https://api.x.com'

/** X answers in milliseconds; nothing for so long is a broken connection. */
const SILENCE = 15_000
const REDIRECTS = 3

/** Media at X over HTTP. @param apiUrl `https://api.x.com`, or another X, of which media are then asked too */
export function createMediaSource(apiUrl: string, secrets: Pick<XSecrets, 'app'>): MediaSource {
  async function ask(url: URL, tokens: AccountTokens | null, signal: AbortSignal): Promise<IncomingMessage> {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' }
    if (HOSTS.get(url.hostname)?.isSigned) {
      if (!tokens) throw new MediaError('the account has no tokens to ask X with', false)
      headers.authorization = authorizationOf(url, await secrets.app(), tokens)
    }
    const address = apiUrl === ITSELF ? url : new URL(`${url.pathname}${url.search}`, apiUrl)
    return get(address, headers, signal)
  }

  async function follow(start: string, tokens: AccountTokens | null, signal: AbortSignal): Promise<IncomingMessage> {
    let url = allowed(start, null)
    for (let n = 0; n <= REDIRECTS; n++) {
      const response = await ask(url, tokens, signal)
      const { location } = response.headers
      if (!isRedirect(response) || location === undefined) return response
      response.destroy()
      url = allowed(location, url)
    }
    throw new MediaError('X leads from one address to the next', false)
  }

  return {
    async fetch(url, tokens, maxBytes, signal) {
      const response = await follow(url, tokens, signal)
      try {
        checkAnswer(response, maxBytes)
        const bytes = limited(response, maxBytes)
        const { sample, whole } = await peek(bytes)
        if (sample.length === 0) throw new MediaError('X gives no bytes', false)
        return { contentType: await typeOf(sample), bytes: whole }
      } catch (error) {
        response.destroy()
        throw error
      }
    },
  }
}

/** @throws MediaError for an address that is not one of X's hosts for media, over https */
function allowed(address: string, from: URL | null): URL {
  const url = URL.canParse(address, from?.href) ? new URL(address, from?.href) : null
  const isPlain = url?.protocol === 'https:' && url.port === '' && url.username === '' && url.password === ''
  if (url && isPlain && HOSTS.has(url.hostname)) return url
  throw new MediaError(
    from ? "X leads to an address that is none of its hosts' for media" : "its address is none of X's hosts' for media",
    true,
  )
}

const isRedirect = ({ statusCode = 0 }: IncomingMessage) => [301, 302, 303, 307, 308].includes(statusCode)

function get(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, signal, timeout: SILENCE }, resolve)
    asked.on('timeout', () => asked.destroy(new Error('silence')))
    asked.on('error', () => reject(new MediaError('X cannot be reached', false)))
    asked.end()
  })
}

/** @throws MediaError for anything but the plain file. Nothing is ever unpacked, so nothing can swell. */
function checkAnswer({ statusCode = 0, headers }: IncomingMessage, maxBytes: number): void {
  if (statusCode !== 200) throw new MediaError(`X answers ${statusCode}`, false)
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') throw new MediaError('it comes packed, and nothing is unpacked', true)
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw new MediaError(tooLarge(maxBytes), true)
}

const tooLarge = (maxBytes: number) => `it has more than ${maxBytes} bytes`

/** The bytes of an answer, ended with an error at the first one too many, or when they break off. */
async function* limited(response: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  let count = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      count += chunk.length
      if (count > maxBytes) throw new MediaError(tooLarge(maxBytes), true)
      yield chunk
    }
  } catch (error) {
    throw error instanceof MediaError ? error : new MediaError('it broke off', false)
  } finally {
    response.destroy()
  }
}

/** The first bytes, and all of them. */
async function peek(bytes: AsyncGenerator<Uint8Array>): Promise<{ sample: Uint8Array; whole: Bytes }> {
  const head: Uint8Array[] = []
  let length = 0
  while (length < SAMPLE) {
    const { value, done } = await bytes.next()
    if (done) break
    head.push(value)
    length += value.length
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* head
    yield* bytes
  }
  return { sample: Buffer.concat(head), whole: whole() }
}
