/**
 * Called by X with its CRC (GET) and its deliveries (POST). A 200 promises that the queue has every event. After any
 * other answer X delivers again for some minutes; a failure is noted, so that `reconcile` can fetch what X gives up.
 */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { isFromFrontDoor } from '../core/api/origin.ts'
import { Problem, problemAnswer } from '../core/api/problem.ts'
import { NOTED_EVERY_MS } from '../core/channels/previous-secret.ts'
import { errorFields } from '../core/log.ts'
import type { OutageNotes } from '../core/ports/channels.ts'
import type { Clock, Log, XSecrets } from '../core/ports/platform.ts'
import type { EventQueue } from '../core/ports/queues.ts'
import { crcAnswer, signerOf } from '../core/x/signature.ts'
import { splitWebhookBody } from '../core/x/webhook-body.ts'

export type ReceiverDependencies = {
  secrets: XSecrets
  queue: EventQueue
  outageNotes: OutageNotes
  /** What the front door tells of itself; empty: nothing is asked. */
  originSecrets: readonly string[]
  now: Clock
  log: Log
}

export function createWebhookReceiver({ secrets, queue, outageNotes, originSecrets, now, log }: ReceiverDependencies) {
  /** ISO time of the first failure that is not noted yet; the next delivery tries again. */
  let unnotedSince: string | null = null

  /** Widens the noted outage. `reconcile` asks X for everything from the first to the last failed delivery. */
  async function noteOutage(to: string) {
    const from = unnotedSince ?? to
    unnotedSince = from
    try {
      await outageNotes.note(from, to)
      unnotedSince = null
    } catch (error) {
      log({ event: 'outage_not_noted', ...errorFields(error) })
    }
  }

  let previousNotedMs = 0

  /** Notes that the previous secret is needed, once in an hour for each execution environment: not at every delivery. */
  async function notePreviousSecret(at: string) {
    if (Date.parse(at) - previousNotedMs < NOTED_EVERY_MS) return
    try {
      await outageNotes.notePreviousSecret(at)
      previousNotedMs = Date.parse(at)
    } catch (error) {
      // The delivery is queued; the next one tries again.
      log({ event: 'previous_secret_not_noted', ...errorFields(error) })
    }
  }

  async function answerCrc(event: APIGatewayProxyEventV2) {
    const { current } = await secrets.consumer()
    const answer = crcAnswer(event.queryStringParameters?.crc_token, current)
    if (!answer) throw new Problem(400, 'crc_token is missing, or does not look like one of X')
    return json(200, answer)
  }

  async function acceptDelivery(event: APIGatewayProxyEventV2) {
    const receivedAt = now().toISOString()
    const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
    const signature = event.headers['x-twitter-webhooks-signature']
    // The cached secret may be older than the one that X signs with.
    const signedBy =
      signerOf(body, signature, await secrets.consumer()) ?? signerOf(body, signature, await secrets.refreshed())
    if (signedBy === null) {
      throw new Problem(401, 'x-twitter-webhooks-signature is missing or does not match the body')
    }
    const { events, counted, replay } = splitWebhookBody(body.toString('utf8'), receivedAt)
    if (events.length > 0) await queue.send(events, event.requestContext.requestId)
    if (replay) await outageNotes.noteReplay(replay.jobId, replay.end, receivedAt)
    log({ event: 'received', queued: events.length, counted, signedBy })
    if (signedBy === 'previous') await notePreviousSecret(receivedAt)
    if (unnotedSince) await noteOutage(receivedAt)
    return json(200, { queued: events.length, counted: counted.length })
  }

  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const { method } = event.requestContext.http
    try {
      if (!isFromFrontDoor(event.headers, originSecrets)) {
        throw new Problem(403, 'this address is no way in: use the one that is registered with X')
      }
      if (method === 'GET') return await answerCrc(event)
      if (method === 'POST') return await acceptDelivery(event)
      throw new Problem(405, `${method} is not allowed here`, { headers: { allow: 'GET, POST' } })
    } catch (error) {
      if (error instanceof Problem) {
        log({ event: 'refused', status: error.status, reason: error.detail })
        return problemAnswer(error)
      }
      log({ event: 'failed', ...errorFields(error) })
      if (method === 'POST') await noteOutage(now().toISOString())
      return problemAnswer(new Problem(503, 'the delivery was not stored: deliver it again'))
    }
  }
}

function json(statusCode: number, body: object): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
