/** Called by anyone who wants to know the API: describes every route from the schemas that check its requests. */
import { createHash } from 'node:crypto'
import { noQuery } from '../../core/api/requests.ts'
import { Answer, type Route, route } from './route.ts'

/** It changes only with a deployment. */
const MAX_AGE_SECONDS = 300

/** The route that describes all other routes and itself. */
export function openApiRoute(others: readonly Route[]): Route {
  let built: Promise<{ document: object; tag: string }> | undefined
  const build = async () => {
    // Few ask for it, and what turns schemas into JSON Schema is as large as what checks them.
    const { openApiOf } = await import('./openapi.ts')
    const document = openApiOf([...others, self])
    const hash = createHash('sha256').update(JSON.stringify(document)).digest('base64url')
    return { document, tag: `"${hash}"` }
  }
  const self: Route = route({
    method: 'GET',
    path: '/api/openapi.json',
    operation: 'getDescription',
    summary: 'This description, as OpenAPI 3.1',
    access: 'anyone',
    query: noQuery,
    body: null,
    answer: 'openApiDocument',
    hasEntityTag: true,
    problems: [],
    handle: async ({ headers }) => {
      // Once for each sandbox, and again only if that failed.
      built ??= build().catch((error: unknown) => {
        built = undefined
        throw error
      })
      const { document, tag } = await built
      const isKnown = headers['if-none-match']?.includes(tag) === true
      return new Answer(isKnown ? null : document, {
        headers: { etag: tag, 'cache-control': `public, max-age=${MAX_AGE_SECONDS}` },
        ...(isKnown && { status: 304 }),
      })
    },
  })
  return self
}
