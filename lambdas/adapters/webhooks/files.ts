import { type IncomingMessage, request as requestByHttp } from 'node:http'
import { request as requestByHttps } from 'node:https'
import { limitedBytes } from '../../core/limited-bytes.ts'
import { MediaError } from '../../core/ports/media.ts'
import type { FileSource } from '../../core/ports/usedesk.ts'
import { MEGABYTE_BYTES } from '../../core/tickets/attachment.ts'
import { createGuard, type Resolve } from './lookup.ts'

/** Of the whole download, redirects included. */
const TIMEOUT_MS = 8_000

const MAX_REDIRECTS = 3

/**
 * Downloads files from addresses that a program outside names, with the same care as endpoints are called: each address
 * of a redirect is checked too. Nothing is sent with it.
 * @param mayBeLocal true on one machine: this machine itself may be called too, also by http
 */
export function createFileSource(mayBeLocal: boolean, timeoutMs = TIMEOUT_MS, resolve?: Resolve): FileSource {
  const { lookUp, refusalOf } = createGuard(mayBeLocal, resolve)

  function get(text: string, signal: AbortSignal): Promise<IncomingMessage> {
    const refusal = refusalOf(text)
    if (refusal) throw new MediaError(`its address ${refusal}`, true)
    const url = new URL(text)
    const make = url.protocol === 'http:' ? requestByHttp : requestByHttps
    return new Promise((done, reject) => {
      const request = make(url, { lookup: lookUp, agent: false, signal }, done)
      request.on('error', (error) => reject(new MediaError(`it does not come (${error.message})`, false)))
      request.end()
    })
  }

  async function follow(start: string, signal: AbortSignal): Promise<IncomingMessage> {
    let url = start
    for (let n = 0; n <= MAX_REDIRECTS; n++) {
      const response = await get(url, signal)
      const { statusCode = 0, headers } = response
      if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return response
      response.destroy()
      if (!URL.canParse(headers.location, url)) throw new MediaError('it is redirected to no address', true)
      url = new URL(headers.location, url).href
    }
    throw new MediaError('it is redirected too often', true)
  }

  return {
    async fetch(url, maxBytes) {
      const response = await follow(url, AbortSignal.timeout(timeoutMs))
      const { statusCode = 0, headers } = response
      if (statusCode !== 200 || Number(headers['content-length'] ?? 0) > maxBytes) {
        response.destroy()
        throw statusCode === 200
          ? failureOf(maxBytes)('too large')
          : new MediaError(`Usedesk answers ${statusCode} for it`, statusCode === 404)
      }
      return limitedBytes(response, maxBytes, failureOf(maxBytes))
    },
  }
}

const failureOf = (maxBytes: number) => (why: 'too large' | 'cut off') =>
  why === 'too large'
    ? new MediaError(`more than ${maxBytes / MEGABYTE_BYTES} MB`, true)
    : new MediaError('the download was cut off', false)
