import { afterAll, describe, expect, test } from '@jest/globals'
import { consoleHeaders, contentSecurityPolicy } from '../../../build/console-headers.ts'
import { readConsolePages } from '../../../local/gateway/console-pages.ts'
import { temporaryFolder } from '../support.ts'

const folder = temporaryFolder()
const config = { signInUrl: '/', clientId: 'console', hasSearch: true }
const site = folder.site({ 'index.html': '<p>page</p>', 'favicon.svg': '<svg/>', 'assets/main-3f9a.js': 'export {}' })
const pages = readConsolePages(site, config)
afterAll(() => folder.remove())

const html = 'text/html,application/xhtml+xml,*/*;q=0.8'
const ask = (path: string, accept = html, method = 'GET') => pages.answer({ method, path, accept })

describe('the page', () => {
  test.each(['/', '/channels', '/channels/twitter-2244994945', '/signed-in', '/tickets/'])('answers %s', (path) => {
    expect(ask(path)).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
    expect(String(ask(path)?.body)).toBe('<p>page</p>')
  })

  test.each([
    ['/api/tickets', html, 'GET'],
    ['/api', html, 'GET'],
    ['/webhooks/twitter', html, 'GET'],
    ['/oauth2/nothing', html, 'GET'],
    ['/_local/schedules/requeue', html, 'GET'],
    ['/.well-known/security.txt', html, 'GET'],
    ['/tickets', html, 'POST'],
    ['/tickets', 'application/json', 'GET'],
    ['/assets/gone-1a2b.js', html, 'GET'],
    ['/../package.json', html, 'GET'],
  ])('does not answer %s asked with %s by %s', (path, accept, method) => {
    expect(ask(path, accept, method)).toBeUndefined()
  })
})

test('a file with a hash in its name is cached for ever, the others are revalidated each time', () => {
  expect(ask('/assets/main-3f9a.js', '*/*')?.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
  })
  for (const path of ['/', '/index.html', '/favicon.svg', '/config.json']) {
    expect(ask(path)?.headers).toMatchObject({ 'cache-control': 'no-cache' })
  }
})

test('the configuration has the address for signing in', () => {
  expect(JSON.parse(String(ask('/config.json', '*/*')?.body))).toEqual(config)
})

test('every answer has the security headers of the deployed console, which also allow this machine', () => {
  for (const path of ['/', '/assets/main-3f9a.js', '/config.json']) {
    const { 'content-security-policy': policy, ...headers } = ask(path)?.headers ?? {}
    expect(headers).toMatchObject({
      'referrer-policy': consoleHeaders.referrerPolicy,
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
    expect(String(policy).replaceAll(' http://localhost:* http://127.0.0.1:*', '')).toBe(
      contentSecurityPolicy({ storage: [] }),
    )
  }
})
