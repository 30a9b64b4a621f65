import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { pageFiles } from '../build/page-files.ts'

/** A file of a page, as an answer of its server. */
export type PageFile = {
  readonly status: 200
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Response headers of every page. The policy forbids other origins, inline scripts and styles, and framing. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/**
 * Serves a page of `local/`: `index.html` at `/`, its other files under `/page/`. Builds it when it is first asked for.
 * @param folder absolute path of its sources
 * @returns answers a GET of a path; undefined if the page has no such file
 */
export function servePage(folder: string): (path: string) => Promise<PageFile | undefined> {
  let reading: Promise<ReadonlyMap<string, Buffer>> | undefined
  const read = async () => {
    const built = await pageFiles(folder)
    return new Map(readdirSync(built).map((name) => [name, readFileSync(join(built, name))]))
  }
  return async (path) => {
    const name = path === '/' ? 'index.html' : /^\/page\/([^/]+)$/.exec(path)?.[1]
    if (name === undefined) return undefined
    reading ??= read().catch((error) => {
      reading = undefined
      throw error
    })
    const body = (await reading).get(name)
    if (!body) return undefined
    return {
      status: 200,
      body,
      headers: { ...pageHeaders, 'content-type': types[extname(name)] ?? 'application/octet-stream' },
    }
  }
}
