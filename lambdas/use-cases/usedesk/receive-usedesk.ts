/**
 * Called by Usedesk through API Gateway with what happens there. 200 promises that what concerns us is stored and will be
 * worked on. Usedesk signs nothing, so the secret stands in the address that it calls.
 */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { Problem } from '../../core/api/problem.ts'
import type { OutgoingQueue } from '../../core/ports/outgoing.ts'
import type { Clock, Log } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import type { UsedeskSecrets } from '../../core/ports/usedesk.ts'
import { isSecret, readHook, type UsedeskHook } from '../../core/usedesk/hook.ts'
import { keepFromUsedesk } from './keep-from-usedesk.ts'

export type ReceiveUsedeskDependencies = Pick<Stores, 'deliveries'> & {
  secrets: () => Promise<UsedeskSecrets>
  queue: OutgoingQueue
  now: Clock
  log: Log
}

/** Usedesk's longest comment has about 64 KB. What is stored of a webhook must fit into an item of 400 KB. */
const MAX_BODY_CHARACTERS = 300_000

/** What was stored and not queued is due after this time: `requeue` then queues it. */
const UNQUEUED_DUE_AFTER_MS = 60_000

export function createUsedeskReceiver({ secrets, queue, now, log, ...stores }: ReceiveUsedeskDependencies) {
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const given = new URLSearchParams(event.rawQueryString).get('secret') ?? ''
    if (!isSecret(given, (await secrets()).webhookSecret)) {
      throw new Problem(401, 'the address has no «secret», or a wrong one')
    }
    const hook = readHook(bodyOf(event))
    if (hook) await keep(hook)
    log({ event: 'usedesk_received', what: hook?.what ?? 'nothing', usedeskTicketId: hook?.usedeskTicketId })
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{}' }
  }

  async function keep(hook: UsedeskHook): Promise<void> {
    const at = now()
    const { position, ...work } = await keepFromUsedesk(
      stores,
      hook,
      at,
      new Date(at.getTime() + UNQUEUED_DUE_AFTER_MS),
    )
    await queue.send([{ ...work, deduplicationId: position }])
  }
}

/** @throws Problem 400, 413 */
function bodyOf({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): unknown {
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body
  if (text.length > MAX_BODY_CHARACTERS)
    throw new Problem(413, `the body has more than ${MAX_BODY_CHARACTERS} characters`)
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem(400, 'the body is not JSON: switch on «JSON request» in the settings of the channel')
  }
}
