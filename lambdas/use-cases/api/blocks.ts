/** Called by agents to ignore a customer's messages, and to hear whether they are. */
import { Problem, wrongFields } from '../../core/api/problem.ts'
import { blockBody, noQuery } from '../../core/api/requests.ts'
import { MAX_BLOCKED } from '../../core/channels/channel.ts'
import type { AuditTrail } from '../../core/ports/audit.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { isXId } from '../../core/x/ids.ts'
import { type Route, route } from './route.ts'

export function blockRoutes({ channels, trail }: Pick<Stores, 'channels'> & { trail: AuditTrail }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/customers/{id}/blocked',
      operation: 'getBlock',
      summary: "Whether a customer's messages are ignored, by X's id",
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'block',
      problems: [],
      handle: async ({ params }) => ({ blocked: (await channels.blockedCustomers()).has(customerIdIn(params)) }),
    }),
    route({
      method: 'PUT',
      path: '/api/customers/{id}/blocked',
      operation: 'setBlock',
      summary: 'Ignore the messages of a customer in every channel, or no longer',
      access: 'agent',
      query: noQuery,
      body: blockBody,
      answer: 'block',
      problems: [409],
      handle: async ({ params, body: { blocked }, actor }) => {
        const id = customerIdIn(params)
        await trail.record(actor, { kind: 'customer_blocked', object: id, after: { blocked } })
        if (await channels.setBlocked(id, blocked)) return { blocked }
        throw new Problem(409, `${MAX_BLOCKED} customers are blocked, which is the most: unblock another first`)
      },
    }),
  ]
}

/** X's id of a customer in a path. @throws Problem 422 */
export function customerIdIn({ id = '' }: Readonly<Record<string, string>>): string {
  if (isXId(id)) return id
  throw wrongFields([{ field: 'id', detail: 'must be an id of X: digits only' }])
}
