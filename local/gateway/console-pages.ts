import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative } from 'node:path'
import { cacheControl, consoleHeaders, contentSecurityPolicy, hashedFolder } from '../../build/console-headers.ts'
import type { Outgoing } from './gateway-events.ts'

/** What a browser asks for. */
export type Asked = { readonly method: string; readonly path: string; readonly accept: string }

/** The files of the console, as CloudFront hands them out of the bucket in AWS. */
export type ConsolePages = {
  /** A file, or the console's page where a browser asks for one; undefined when neither is meant. */
  answer(asked: Asked): Outgoing | undefined
}

/** Where the console finds what differs from one installation to the next. */
export type ConsoleConfig = { readonly signInUrl: string; readonly clientId: string }

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
}

/** What has an answer of its own, whatever the files are called. */
const notOurs = /^\/(api|webhooks|oauth2|_local|\.well-known)(\/|$)/

/** The embedded store of pictures has an address of its own on this machine, and no TLS. */
const thisMachine = ['http://localhost:*', 'http://127.0.0.1:*']

/** Reads the files once: they are small, and what is built anew while we run is for the next start. */
export function readConsolePages(folder: string, config: ConsoleConfig): ConsolePages {
  const files = new Map<string, Buffer>([['/config.json', Buffer.from(JSON.stringify(config))]])
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files.set(`/${relative(folder, path).replaceAll('\\', '/')}`, readFileSync(path))
  }
  return {
    answer({ method, path, accept }) {
      if ((method !== 'GET' && method !== 'HEAD') || notOurs.test(path)) return undefined
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
    'content-security-policy': contentSecurityPolicy(thisMachine),
    'referrer-policy': consoleHeaders.referrerPolicy,
    'strict-transport-security': `max-age=${consoleHeaders.strictTransportSecuritySeconds}`,
    'x-content-type-options': consoleHeaders.contentTypeOptions,
    'x-frame-options': consoleHeaders.frameOptions,
  }
}
