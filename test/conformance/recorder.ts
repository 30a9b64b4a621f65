import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { close } from '../../local/server.ts'
import { readBody } from '../../local/x-simulator/http.ts'
import type { Exchange } from './openapi.ts'

/** Passes every call on to the X at an address, and keeps it with its answer. */
export type Recorder = { readonly url: string; readonly exchanges: Exchange[]; stop(): Promise<void> }

/** Starts a recorder on any free port. */
export async function startRecorder(xUrl: string): Promise<Recorder> {
  const exchanges: Exchange[] = []
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/', headers } = request
    const body = await readBody(request)
    const { authorization = '', 'content-type': contentType = '', cookie = '' } = headers
    const sent = {
      ...(authorization ? { authorization } : {}),
      ...(contentType ? { 'content-type': contentType } : {}),
    }
    const answered = await fetch(`${xUrl}${url}`, {
      method,
      headers: { ...sent, ...(cookie ? { cookie } : {}) },
      redirect: 'manual',
      ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
    })
    const answer = Buffer.from(await answered.arrayBuffer())
    const { pathname: path, searchParams: query } = new URL(url, xUrl)
    const { status } = answered
    exchanges.push({ method, path, query, authorization, contentType, body, status, answer: answer.toString() })
    response.writeHead(status, Object.fromEntries(answered.headers))
    response.end(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://localhost:${port}`, exchanges, stop: () => close(server) }
}
