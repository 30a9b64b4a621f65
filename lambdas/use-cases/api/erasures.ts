/** Called by administrators who must erase a customer. The request is stored here; a schedule carries it out. */
import { Problem, wrongFields } from '../../core/api/problem.ts'
import { noQuery } from '../../core/api/requests.ts'
import type { AuditTrail } from '../../core/ports/audit.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { channelIdOf, isXId } from '../../core/x/ids.ts'
import { notFound, type Route, route } from './route.ts'

export function erasureRoutes({
  erasures,
  channels,
  trail,
  now,
}: Pick<Stores, 'erasures' | 'channels'> & { trail: AuditTrail; now: Clock }): Route[] {
  return [
    route({
      method: 'DELETE',
      path: '/api/customers/{id}',
      operation: 'eraseCustomer',
      summary: "Erase a customer, by X's id, from every channel; asking again tells how far it is",
      access: 'administrator',
      query: noQuery,
      body: null,
      answer: 'erasure',
      status: 202,
      problems: [409],
      handle: async ({ params: { id = '' }, actor }) => {
        if (!isXId(id)) throw wrongFields([{ field: 'id', detail: 'must be an id of X: digits only' }])
        // An account of ours is in every item of its channel.
        if (await channels.get(channelIdOf(id))) {
          throw new Problem(409, 'this is the account of a channel and no customer: it cannot be erased')
        }
        await trail.record(actor, { kind: 'customer_erased', object: id })
        return erasures.request(id, now().toISOString())
      },
    }),
    route({
      method: 'GET',
      path: '/api/erasures/{id}',
      operation: 'getErasure',
      summary: 'How far the erasure of a customer is; for 90 days after its end',
      access: 'administrator',
      query: noQuery,
      body: null,
      answer: 'erasure',
      problems: [404],
      handle: async ({ params }) => {
        const erasure = await erasures.get(params.id ?? '')
        if (!erasure) throw notFound('erasure', params.id)
        return erasure
      },
    }),
  ]
}
