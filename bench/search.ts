/**
 * `npm run bench search`: how long after a delivery of X a search finds the message, on one machine at rest. The stream of
 * the table is read there as often as Lambda reads it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sign } from '../lambdas/core/x/signature.ts'
import { runCommand } from '../local/channel.ts'
import { directMessages, idAt } from '../test/support/x-payloads.ts'
import { shop } from './load.ts'
import { helpdeskToken, SECRET, startProduct, stop } from './rate.ts'
import type { Options, Section } from './section.ts'
import { spreadOf, spreadText } from './statistics.ts'

const WARM_UP = 10
const MESSAGES = 100
const POLL_MS = 10
const MAX_SECONDS = 5

/** @throws Error when the product does not start, or a message is not found within a minute */
export async function search({ onProgress }: Options): Promise<Section> {
  const dataDir = mkdtempSync(join(tmpdir(), 'helpdesk-search-'))
  const { child, addresses } = await startProduct(dataDir)
  try {
    await runCommand({ do: 'add', twitterUserId: shop.id, username: shop.username }, dataDir, new Date())
    const token = await helpdeskToken(addresses.url)
    const ask = waitsFor(addresses.url, token)
    const stored: number[] = []
    const found: number[] = []
    for (let n = 0; n < WARM_UP + MESSAGES; n++) {
      if (n % 10 === 0) onProgress(`search: ${n} of ${WARM_UP + MESSAGES}`)
      const by = { id: String(20_000_000 + n), username: `writer${n}` }
      const text = `Where is my order N${471_100 + n}? It should have been here on Monday, and I have heard nothing since.`
      const body = JSON.stringify(directMessages(shop, { id: idAt(new Date(), n), from: by, to: shop, text }))
      const began = performance.now()
      const headers = { 'content-type': 'application/json', 'x-twitter-webhooks-signature': sign(body, SECRET) }
      const { status } = await fetch(`${addresses.url}/webhooks/twitter`, { method: 'POST', headers, body })
      if (status !== 200) throw new Error(`the webhook answers ${status}`)
      const [inTicket, inSearch] = await Promise.all([
        ask(`customerId=${by.id}`, began),
        ask(`q=N${471_100 + n}`, began),
      ])
      if (n < WARM_UP) continue
      stored.push(inTicket)
      found.push(inSearch)
    }
    return sectionOf(stored, found)
  } finally {
    await stop(child)
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Asks for tickets until there is one. Resolves to the milliseconds since the beginning. */
function waitsFor(url: string, token: string) {
  return async (query: string, began: number): Promise<number> => {
    while (performance.now() - began < 60_000) {
      const response = await fetch(`${url}/api/tickets?${query}`, { headers: { authorization: `Bearer ${token}` } })
      const { tickets } = (await response.json()) as { tickets?: readonly unknown[] }
      if (tickets && tickets.length > 0) return performance.now() - began
      await pause(POLL_MS)
    }
    throw new Error(`no ticket for ${query} within a minute`)
  }
}

function sectionOf(stored: readonly number[], found: readonly number[]): Section {
  const slowest = Math.max(...found)
  const row = (name: string, figure: string) => ({ name, figure, goal: '', isMet: null, remark: '' })
  return {
    rows: [
      row('a message is in its ticket after its delivery', `${spreadText(spreadOf(stored), 0)} ms`),
      row('a search finds it', `${spreadText(spreadOf(found), 0)} ms`),
      {
        ...row(`a search finds it, the slowest of ${found.length}`, `${Math.round(slowest)} ms`),
        goal: `${MAX_SECONDS} s`,
        isMet: slowest <= MAX_SECONDS * 1000,
      },
    ],
    blocks: [],
  }
}
