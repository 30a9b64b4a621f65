import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns'
import { request as requestByHttp } from 'node:http'
import { request as requestByHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { Webhook } from 'standardwebhooks'
import type { Answer } from '../../core/outgoing/delivery.ts'
import type { EventSending } from '../../core/ports/outgoing.ts'
import { isLoopback, isPublicAddress } from './address.ts'

/** A receiver that needs longer does its work before it answers; it should store the event and answer. */
const TIMEOUT_MS = 5_000

/** So much of an answer is read; the rest is cut off. */
const MAX_ANSWER_BYTES = 1_024

const MAX_URL_CHARACTERS = 2_000

/** As `lookup` of `node:dns` with all addresses. */
type Resolve = (
  host: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void

/** An address that must not be called. */
class RefusedAddress extends Error {}

/**
 * Calls endpoints: only by https and only at public addresses, and looks at the address at the moment of connecting, since
 * a name may lead elsewhere than before. No redirect is followed.
 * @param mayBeLocal true on one machine: this machine itself may be called too, also by http
 * @param resolve looks up the addresses of a name
 */
export function createEventSending(
  mayBeLocal: boolean,
  timeoutMs = TIMEOUT_MS,
  resolve: Resolve = lookup,
): EventSending {
  const mayCall = (address: string) => isPublicAddress(address) || (mayBeLocal && isLoopback(address))

  const lookUp: LookupFunction = (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0)
      const [first] = found
      // One address that must not be called is enough: which one is taken is not ours to say.
      const refused = found.find(({ address }) => !mayCall(address))
      if (!first || refused) return callback(refusalOfAddress(host, refused?.address), '', 0)
      return options.all ? callback(null, found) : callback(null, first.address, first.family)
    })
  }

  function refusalOf(text: string): string | null {
    if (text.length > MAX_URL_CHARACTERS) return `has more than ${MAX_URL_CHARACTERS} characters`
    if (!URL.canParse(text)) return 'is not an address such as https://helpdesk.example.com/events'
    const url = new URL(text)
    const host = hostOf(url)
    const isLocal = mayBeLocal && (host === 'localhost' || isLoopback(host))
    if (url.protocol !== 'https:' && !(isLocal && url.protocol === 'http:')) return 'must begin with https://'
    if (url.username !== '' || url.password !== '') return 'must not contain a user name or password'
    if (url.hash !== '') return 'must not contain a fragment (#)'
    if (isLocal) return null
    if (isIP(host) !== 0 && !mayCall(host)) return `must be a public address, not ${host}`
    if (host === 'localhost' || /\.(localhost|local|internal)\.?$/.test(host))
      return `must be a public name, not ${host}`
    return null
  }

  return {
    refusalOf,

    async send({ url: text, id, at, body, secrets }) {
      const start = performance.now()
      const answered = (answer: Omit<Answer, 'durationMs'>): Answer => ({
        ...answer,
        durationMs: Math.round(performance.now() - start),
      })
      try {
        const refusal = refusalOf(text)
        if (refusal) throw new RefusedAddress(`the address ${refusal}`)
        const signatures = secrets.map((secret) => new Webhook(secret).sign(id, at, body))
        const headers = {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'helpdesk-twitter',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': signatures.join(' '),
        }
        const { status, body: answer } = await post(new URL(text), headers, body, lookUp, timeoutMs)
        const isTaken = status >= 200 && status < 300
        return answered({ status, body: answer, error: isTaken ? null : `answered ${status}${meaning(status)}` })
      } catch (error) {
        return answered({ status: null, body: '', error: error instanceof Error ? error.message : String(error) })
      }
    },
  }
}

function meaning(status: number): string {
  return status >= 300 && status < 400 ? ': redirects are not followed' : ''
}

function refusalOfAddress(host: string, address: string | undefined): Error {
  return new RefusedAddress(
    address ? `${host} leads to ${address}, which is not a public address` : `${host} has no address`,
  )
}

/** The host of a URL; an IPv6 address without brackets. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase()
}

/** Posts and reads the beginning of the answer. @throws Error that says why there is none in time */
function post(
  url: URL,
  headers: Record<string, string | number>,
  body: string,
  lookUp: LookupFunction,
  timeoutMs: number,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const make = url.protocol === 'http:' ? requestByHttp : requestByHttps
    const request = make(url, { method: 'POST', headers, lookup: lookUp, agent: false })
    // Of the whole call: each part of an endless answer would begin a time-out of the socket anew.
    const timer = setTimeout(
      () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} seconds`)),
      timeoutMs,
    )
    const finish = (act: () => void) => {
      clearTimeout(timer)
      act()
      request.destroy()
    }
    request.on('error', (error) => finish(() => reject(error)))
    request.on('response', (response) => {
      const status = response.statusCode ?? 0
      let text = Buffer.alloc(0)
      const end = () => finish(() => resolve({ status, body: text.subarray(0, MAX_ANSWER_BYTES).toString('utf8') }))
      response.on('data', (part: Buffer) => {
        text = Buffer.concat([text, part])
        if (text.length >= MAX_ANSWER_BYTES) end()
      })
      response.on('end', end)
      response.on('error', (error) => finish(() => reject(error)))
    })
    request.end(body)
  })
}
