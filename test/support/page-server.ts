import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Serves one page with its headers on this machine, whatever the path. */
export async function startPage(html: string, headers: Readonly<Record<string, string>>) {
  const server = createServer((_, response) => response.writeHead(200, headers).end(html))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}
