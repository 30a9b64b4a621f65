import { request as requestByHttp } from 'node:http'
import { request as requestByHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { Webhook } from 'standardwebhooks'
import type { Answer } from '../../core/outgoing/delivery.ts'
import type { EventSending } from '../../core/ports/outgoing.ts'
import { createGuard, RefusedAddress, type Resolve } from './lookup.ts'

/** A receiver that needs longer does its work before it answers; it should store the event and answer. */
const TIMEOUT_MS = 5_000

/** So much of an answer is read; the rest is cut off. */
const MAX_ANSWER_BYTES = 1_024

/**
 * Calls endpoints: only by https and only at public addresses (`lookup.ts`). No redirect is followed.
 * @param mayBeLocal true on one machine: this machine itself may be called too, also by http
 * @param resolve looks up the addresses of a name
 */
export function createEventSending(mayBeLocal: boolean, timeoutMs = TIMEOUT_MS, resolve?: Resolve): EventSending {
  const { lookUp, refusalOf } = createGuard(mayBeLocal, resolve)

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
        return answered({ status: null, body: '', error: reasonOf(error, text) })
      }
    },
  }
}

const UNKNOWN_AUTHORITY =
  'the certificate is from an unknown authority, or the server does not send the certificates between'

/** The words for a certificate that is refused; Node's are for whoever runs Node. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE_REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
}

function reasonOf(error: unknown, url: string): string {
  const { code, message } = error as { code?: string; message?: string }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `the certificate is not for ${new URL(url).hostname}`
  return CERTIFICATE_REASONS[code ?? ''] ?? message ?? String(error)
}

function meaning(status: number): string {
  return status >= 300 && status < 400 ? ': redirects are not followed' : ''
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
