/** Called by anyone who wants to know the API: describes every route from the schemas that check its requests. */
import { noQuery } from '../../core/api/requests.ts'
import { type Route, route } from './route.ts'

/** The route that describes all other routes and itself. */
export function openApiRoute(others: readonly Route[]): Route {
  const self: Route = route({
    method: 'GET',
    path: '/api/openapi.json',
    summary: 'This document',
    access: 'anyone',
    query: noQuery,
    body: null,
    answer: 'openApiDocument',
    problems: [],
    handle: async () => {
      // Few ask for it, and what turns schemas into JSON Schema is as large as what checks them.
      const { openApiOf } = await import('./openapi.ts')
      return openApiOf([...others, self])
    },
  })
  return self
}
