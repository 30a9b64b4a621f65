/** Called by administrators who ask why an event opened no ticket (rule 9). */
import { listEventsQuery } from '../../core/api/requests.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { cursorOf, keyIn, type Route, route } from './route.ts'

/** The sort key in a cursor: an ISO time and the record's id. */
const RECORD_KEY = /^\d{4}-\d\d-\d\dT[\d:.]+Z#[\w-]+$/

export function eventRoutes({ events }: Pick<Stores, 'events'>): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/events',
      operation: 'listEvents',
      summary: 'Events of the last 7 days that opened no ticket, newest first',
      access: 'administrator',
      query: listEventsQuery,
      body: null,
      answer: 'eventPage',
      problems: [],
      handle: async ({ query: { limit, cursor, ...filter } }) => {
        const page = await events.list(filter, { limit, after: keyIn(cursor, RECORD_KEY, filter) })
        return { events: page.items, nextCursor: cursorOf(page.next, filter) }
      },
    }),
  ]
}
