import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { close } from '../../local/server.ts'

/** Creates a temporary folder for a test file; `remove` deletes it. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'helpdesk-local-'))
  return {
    path,
    /** Writes a bundle `NAME/index.mjs` and returns its folder. */
    handler(name: string, source: string): string {
      const folder = join(path, 'handlers', name)
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'index.mjs'), source)
      return folder
    },
    /** Writes files of a console and returns their folder. */
    site(files: Readonly<Record<string, string>>): string {
      const folder = join(path, 'site')
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        writeFileSync(join(folder, name), text)
      }
      return folder
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Polls until the result is neither false nor undefined, for at most a minute. */
export async function eventually<T>(what: string, ask: () => T | Promise<T>): Promise<Exclude<T, undefined | false>> {
  const until = Date.now() + 60_000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>
    if (Date.now() > until) throw new Error(`Timed out while waiting for ${what}.`)
    await pause(10)
  }
}

/** A server on a free port. */
export type Served = { readonly url: string; stop(): Promise<void> }

export async function served(listener: RequestListener): Promise<Served> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    stop: () => close(server),
  }
}

type Cookie = { name: string; value: string; path: string }

/** A minimal browser for sign-in: it keeps cookies by path and returns redirects. */
export function browser(origin: string) {
  let cookies: Cookie[] = []
  return {
    /** Gets an address, or posts a form to it. `to` is the address of the redirect. */
    async go(address: string, form?: Record<string, string>) {
      const url = new URL(address, origin)
      const sent = cookies.filter(({ path }) => url.pathname.startsWith(path))
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: sent.map(({ name, value }) => `${name}=${value}`).join('; ') },
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      })
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        const path = /; path=([^;]+)/i.exec(line)?.[1] ?? '/'
        cookies = cookies.filter((one) => one.name !== name || one.path !== path)
        if (value) cookies.push({ name, value, path })
      }
      return { status: response.status, text: await response.text(), to: response.headers.get('location') ?? '' }
    },
  }
}
