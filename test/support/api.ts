import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import type { Stores } from '../../lambdas/core/ports/stores.ts'
import { apiHandler } from './handlers.ts'
import { httpEvent } from './http-events.ts'
import { untouched } from './untouched.ts'
import { portsOf } from './x.ts'

export type ApiOptions = Parameters<typeof httpEvent>[2] & { cookies?: string[] }

/**
 * The API over real stores; every other port throws when it is called, but for those that the test gives.
 * @returns a function that makes a call and returns what API Gateway gets
 */
export function apiOver(stores: Stores, now: () => Date, given: Partial<Parameters<typeof apiHandler>[0]> = {}) {
  const api = apiHandler({
    ...stores,
    bucket: untouched('bucket'),
    replyQueue: untouched('replyQueue'),
    eventQueue: untouched('eventQueue'),
    cipher: untouched('cipher'),
    recovery: untouched('recovery'),
    ...portsOf(untouched('x')),
    outgoingQueue: untouched('outgoingQueue'),
    sending: untouched('sending'),
    encryption: untouched('encryption'),
    secrets: { previousSince: async () => null, consumer: untouched('consumer') },
    tryWebhook: untouched('tryWebhook'),
    mailSetup: untouched('mailSetup'),
    isRealX: true,
    publicUrl: 'https://helpdesk.example',
    auditDays: 365,
    hasSearch: true,
    eventSource: 'x-activity',
    now,
    log: () => {},
    ...given,
  })
  return async (method: string, path: string, { cookies, ...options }: ApiOptions = {}) => {
    const event = { ...httpEvent(method, path, options), ...(cookies && { cookies }) }
    return (await api(event, {} as Context)) as APIGatewayProxyStructuredResultV2
  }
}
