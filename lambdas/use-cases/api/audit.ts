/** Called by administrators who ask who did what. */
import { auditCsvQuery, auditQuery } from '../../core/api/requests.ts'
import { auditCsv } from '../../core/audit/csv.ts'
import type { AuditFilter, AuditStore, AuditTrail } from '../../core/ports/audit.ts'
import type { Clock } from '../../core/ports/platform.ts'
import { earlierOf, laterOf } from '../../core/time.ts'
import { Answer, cursorOf, keyIn, type Route, route } from './route.ts'

export type AuditRouteDependencies = {
  audit: AuditStore
  trail: AuditTrail
  /** Days for which an entry is kept. */
  auditDays: number
  now: Clock
}

/** The sort key in a cursor: an ISO time and the entry's id. */
const ENTRY_KEY = /^\d{4}-(0[1-9]|1[0-2])-\d\dT[\d:.]+Z#[\w-]+$/

/** Entries in one file: with the longest tags they stay far under the 6 MB that a function may answer. */
const CSV_LIMIT = 1_000

const DAY_MS = 24 * 3600_000

type Query = {
  person?: string | undefined
  kind?: AuditFilter['kind']
  object?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

export function auditRoutes({ audit, trail, auditDays, now }: AuditRouteDependencies): Route[] {
  /** The filter of a query. What has expired is left out: DynamoDB deletes it only days later. */
  function filterOf({ from, to, ...rest }: Query): AuditFilter {
    const oldest = new Date(now().getTime() - auditDays * DAY_MS).toISOString()
    const wanted = from === undefined ? oldest : `${from}T00:00:00.000Z`
    const today = now().toISOString().slice(0, 10)
    return { ...rest, from: laterOf(wanted, oldest), to: `${earlierOf(to ?? today, today)}T23:59:59.999Z` }
  }

  return [
    route({
      method: 'GET',
      path: '/api/audit',
      operation: 'listAuditEntries',
      summary: 'Who did what, newest first; a page may be shorter than `limit` while `nextCursor` is not null',
      access: 'administrator',
      query: auditQuery,
      body: null,
      answer: 'auditPage',
      problems: [],
      handle: async ({ query: { limit, cursor, ...query } }) => {
        const page = await audit.list(filterOf(query), { limit, after: keyIn(cursor, ENTRY_KEY, query) })
        return { entries: page.items, nextCursor: cursorOf(page.next, query) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/audit.csv',
      operation: 'exportAuditEntries',
      summary: 'The same as CSV, 1,000 entries at most; the header `Link` leads to the next file',
      access: 'administrator',
      query: auditCsvQuery,
      body: null,
      answer: 'auditCsv',
      mediaType: 'text/csv',
      answerHeaders: {
        Link: 'Leads to the next file (`rel="next"`); missing with the last',
        'Content-Disposition': 'A name for the file',
      },
      problems: [],
      handle: async ({ query: { cursor, ...query }, actor }) => {
        if (cursor === undefined) await trail.record(actor, { kind: 'trail_exported', object: null, after: query })
        const after = keyIn(cursor, ENTRY_KEY, query)
        const { items, next } = await audit.list(filterOf(query), { limit: CSV_LIMIT, after })
        const more = new URLSearchParams(
          Object.entries({ ...query, cursor: cursorOf(next, query) }).filter((one): one is [string, string] =>
            Boolean(one[1]),
          ),
        )
        return new Answer(auditCsv(items), {
          headers: {
            'content-type': 'text/csv; charset=utf-8',
            'content-disposition': 'attachment; filename="audit.csv"',
            ...(next && { link: `</api/audit.csv?${more}>; rel="next"` }),
          },
        })
      },
    }),
  ]
}
