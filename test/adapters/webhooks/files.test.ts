import type { RequestListener } from 'node:http'
import { afterEach, expect, test } from '@jest/globals'
import { createFileSource } from '../../../lambdas/adapters/webhooks/files.ts'
import type { Bytes, MediaError } from '../../../lambdas/core/ports/media.ts'
import { type Served, served } from '../../local/support.ts'

let server: Served | undefined
afterEach(() => server?.stop())
const at = async (listener: RequestListener) => {
  server = await served(listener)
  return `${server.url}/a.jpg`
}
const source = createFileSource(true, 1_000)

async function all(bytes: Bytes): Promise<string> {
  let text = ''
  for await (const part of bytes) text += Buffer.from(part).toString()
  return text
}
/** Why a file does not come, and whether that is final. */
async function failure(url: string, maxBytes = 100, from = source) {
  const error = await from
    .fetch(url, maxBytes)
    .then(all)
    .catch((one: MediaError) => one)
  return typeof error === 'string' ? null : [error.message, error.isFinal]
}

test('a file comes, also by a redirect', async () => {
  const url = await at((request, response) => {
    if (request.url === '/b') response.end('a picture')
    else response.writeHead(302, { location: '/b' }).end()
  })
  expect(await all(await source.fetch(url, 100))).toBe('a picture')
})

test('more than the limit is refused, announced or not', async () => {
  const announced = await at((_, response) => void response.writeHead(200, { 'content-length': 1_000 }).write('x'))
  expect(await failure(announced)).toEqual([expect.stringMatching(/^more than .* MB$/), true])
  await server?.stop()
  const endless = await at((_, response) => {
    const timer = setInterval(() => response.write('x'.repeat(60)), 1)
    response.on('close', () => clearInterval(timer))
  })
  expect(await failure(endless)).toEqual([expect.stringMatching(/^more than .* MB$/), true])
})

test('a redirect leads to no address that may not be called, and none is followed for ever', async () => {
  const inside = await at((_, response) => void response.writeHead(302, { location: 'https://10.0.0.1/a' }).end())
  expect(await failure(inside)).toEqual(['its address must be a public address, not 10.0.0.1', true])
  await server?.stop()
  const circle = await at((_, response) => void response.writeHead(302, { location: '/a.jpg' }).end())
  expect(await failure(circle)).toEqual(['it is redirected too often', true])
})

test('in AWS this machine and plain http are no sources', async () => {
  const outside = createFileSource(false)
  expect(await failure('http://localhost:1/a', 100, outside)).toEqual(['its address must begin with https://', true])
  expect(await failure('https://169.254.169.254/latest', 100, outside)).toEqual([
    'its address must be a public address, not 169.254.169.254',
    true,
  ])
})

test('one that is not there is no longer asked for; a server that fails or is silent is', async () => {
  const missing = await at((_, response) => void response.writeHead(404).end())
  expect(await failure(missing)).toEqual(['Usedesk answers 404 for it', true])
  await server?.stop()
  const failing = await at((_, response) => void response.writeHead(503).end())
  expect(await failure(failing)).toEqual(['Usedesk answers 503 for it', false])
  await server?.stop()
  const silent = await at(() => {})
  expect(await failure(silent, 100, createFileSource(true, 100))).toEqual([
    expect.stringMatching(/does not come/),
    false,
  ])
})
