import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { type ApiDependencies, createApi } from '../../lambdas/api.ts'
import type { Stores } from '../../lambdas/runtime/tables.ts'
import { httpEvent } from './http-events.ts'
import { untouched } from './untouched.ts'

export type ApiOptions = Parameters<typeof httpEvent>[2] & { cookies?: string[] }

/**
 * The API over real stores; every other port throws when it is called, but for those that the test gives.
 * @returns a function that makes a call and returns what API Gateway gets
 */
export function apiOver(stores: Stores, now: () => Date, given: Partial<ApiDependencies> = {}) {
  const api = createApi({
    ...stores,
    bucket: untouched('bucket'),
    replyQueue: untouched('replyQueue'),
    x: untouched('x'),
    vault: untouched('vault'),
    publicUrl: 'https://helpdesk.example',
    now,
    log: () => {},
    ...given,
  })
  return async (method: string, path: string, { cookies, ...options }: ApiOptions = {}) => {
    const event = { ...httpEvent(method, path, options), ...(cookies && { cookies }) }
    return (await api(event, {} as Context)) as APIGatewayProxyStructuredResultV2
  }
}
