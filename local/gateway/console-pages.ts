import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative } from 'node:path'
import { cacheControl, consoleHeaders, contentSecurityPolicy, hashedFolder } from '../../build/console-headers.ts'
import type { GatewayResponse } from './gateway-events.ts'

/** The part of a request that decides which file to serve. */
export type FileRequest = { readonly method: string; readonly path: string; readonly accept: string }

/** The files of the console. In AWS, CloudFront serves them from a bucket. */
export type ConsolePages = {
  /** Returns a file, or `index.html` when a browser asks for a page. Undefined when the request is for the API. */
  answer(request: FileRequest): GatewayResponse | undefined
}

/** The content of `/config.json`: settings of the console that differ between installations. */
export type ConsoleConfig = { readonly signInUrl: string; readonly clientId: string; readonly hasSearch: boolean }

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
}

/** Paths that never belong to the console, whatever its files are called. */
const otherPaths = /^\/(api|webhooks|oauth2|_local|\.well-known)(\/|$)/

/** Origins of the embedded S3, which has another port and no TLS. */
const thisMachine = ['http://localhost:*', 'http://127.0.0.1:*']

/** Reads all files into memory. A new build takes effect at the next start. */
export function readConsolePages(folder: string, config: ConsoleConfig): ConsolePages {
  const files = new Map<string, Buffer>([['/config.json', Buffer.from(JSON.stringify(config))]])
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files.set(`/${relative(folder, path).replaceAll('\\', '/')}`, readFileSync(path))
  }
  return {
    answer({ method, path, accept }) {
      if ((method !== 'GET' && method !== 'HEAD') || otherPaths.test(path)) return undefined
      const isPage = accept.includes('text/html') && !path.slice(path.lastIndexOf('/')).includes('.')
      const name = isPage ? '/index.html' : path
      const body = files.get(name)
      return body && { status: 200, headers: headersOf(name), body }
    },
  }
}

function headersOf(name: string): Record<string, string> {
  return {
    'content-type': types[extname(name)] ?? 'application/octet-stream',
    'cache-control': name.startsWith(`/${hashedFolder}/`) ? cacheControl.hashed : cacheControl.other,
    'content-security-policy': contentSecurityPolicy({ storage: thisMachine }),
    'referrer-policy': consoleHeaders.referrerPolicy,
    'strict-transport-security': `max-age=${consoleHeaders.strictTransportSecuritySeconds}`,
    'x-content-type-options': consoleHeaders.contentTypeOptions,
    'x-frame-options': consoleHeaders.frameOptions,
  }
}
