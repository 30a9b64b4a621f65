import { eventPage, listEventsQuery } from '../../core/api/schemas.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { cursorOf, keyIn, type Route, route } from './route.ts'

/** The form of the sort keys in cursors: an ISO time and the record's id. */
const RECORD = /^\d{4}-\d\d-\d\dT[\d:.]+Z#[\w-]+$/

/** What came and made no ticket. */
export function eventRoutes({ events }: Pick<Stores, 'events'>): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/events',
      summary: 'What came in the last 7 days and made no ticket, newest first',
      access: 'administrator',
      query: listEventsQuery,
      body: null,
      answer: eventPage,
      problems: [],
      handle: async ({ query: { limit, cursor, ...filter } }) => {
        const page = await events.list(filter, { limit, after: keyIn(cursor, RECORD) })
        return { events: page.items, nextCursor: cursorOf(page.next) }
      },
    }),
  ]
}
