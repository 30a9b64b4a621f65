/** Called by anyone who wants to know the API: describes every route from the schemas that check its requests. */
import { createHash } from 'node:crypto'
import { noQuery } from '../../core/api/requests.ts'
import { Answer, type Route, route } from './route.ts'

/** It changes only with a deployment. */
const MAX_AGE_SECONDS = 300

type Described = { readonly text: string; readonly tag: string; readonly headers: Readonly<Record<string, string>> }

/** The routes that describe all other routes and themselves: for programs, and as a page for people. */
export function descriptionRoutes(others: readonly Route[]): Route[] {
  // Few ask for them, and what turns schemas into JSON Schema is as large as what checks them.
  const document = onceGood(async () => {
    const { openApiOf } = await import('./openapi.ts')
    return described(JSON.stringify(openApiOf([...others, ...self])), { 'content-type': 'application/json' })
  })
  const page = onceGood(async () => {
    const { docsPage } = await import('../../core/api/docs-page.ts')
    const { html, policy } = docsPage(JSON.parse((await document()).text))
    return described(html, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy })
  })
  const given = { access: 'anyone', query: noQuery, body: null, hasEntityTag: true, problems: [] } as const
  const self: Route[] = [
    route({
      ...given,
      method: 'GET',
      path: '/api/openapi.json',
      operation: 'getDescription',
      summary: 'This description, as OpenAPI 3.1',
      answer: 'openApiDocument',
      handle: async ({ headers }) => answerOf(await document(), headers['if-none-match']),
    }),
    route({
      ...given,
      method: 'GET',
      path: '/api/docs',
      operation: 'readDescription',
      summary: 'This description, as a page',
      answer: 'page',
      mediaType: 'text/html',
      answerHeaders: { 'Content-Security-Policy': 'The page loads nothing' },
      handle: async ({ headers }) => answerOf(await page(), headers['if-none-match']),
    }),
  ]
  return self
}

function described(text: string, headers: Described['headers']): Described {
  return { text, tag: `"${createHash('sha256').update(text).digest('base64url')}"`, headers }
}

function answerOf({ text, tag, headers }: Described, ifNoneMatch: string | undefined): Answer {
  const isKnown = ifNoneMatch?.includes(tag) === true
  return new Answer(isKnown ? null : text, {
    headers: { ...headers, etag: tag, 'cache-control': `public, max-age=${MAX_AGE_SECONDS}` },
    ...(isKnown && { status: 304 }),
  })
}

/** Makes something once for each sandbox, and again only if that failed. */
function onceGood<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}
