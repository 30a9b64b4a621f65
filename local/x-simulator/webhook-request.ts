import { createHmac } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** A webhook must answer within this time. */
const timeoutMs = 10_000

/** The format of X's signatures and of answers to a CRC. https://docs.x.com/x-api/webhooks/quickstart */
export const hmac = (bytes: string | Uint8Array, consumerSecret: string) =>
  `sha256=${createHmac('sha256', consumerSecret).update(bytes).digest('base64')}`

/**
 * Sends one request to a webhook on a new connection, without following redirects.
 * @throws Error when there is no complete answer in time
 */
export function requestWebhook(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    const sent = request(
      url,
      { method, headers: { ...headers, ...length }, agent: false, signal: limit },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
