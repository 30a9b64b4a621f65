import { invalidRequest } from './http.ts'

/**
 * Returns a page of a list, newest first, within the ids and times of the query.
 * @param sizes the allowed range and the default of `max_results`
 * @throws XError when a query parameter is invalid
 */
export function pageOf<T extends { readonly id: string; readonly createdAt: string }>(
  list: readonly T[],
  query: URLSearchParams,
  sizes: { readonly min: number; readonly max: number; readonly default: number },
): { items: T[]; meta: Record<string, unknown> } {
  const size = Number(query.get('max_results') ?? sizes.default)
  if (!Number.isInteger(size) || size < sizes.min || size > sizes.max) {
    throw invalidRequest(
      `The \`max_results\` query parameter value [${query.get('max_results')}] is not between ${sizes.min} and ${sizes.max}`,
    )
  }
  const id = (name: string) => {
    const value = query.get(name)
    if (value === null) return undefined
    if (!/^\d{1,19}$/.test(value)) throw invalidRequest(`The \`${name}\` query parameter value [${value}] is not valid`)
    return BigInt(value)
  }
  const time = (name: string) => {
    const value = query.get(name)
    if (value === null) return undefined
    const ms = Date.parse(value)
    if (Number.isNaN(ms)) throw invalidRequest(`The \`${name}\` query parameter value [${value}] is not valid`)
    return ms
  }
  const [sinceId, untilId, start, end] = [id('since_id'), id('until_id'), time('start_time'), time('end_time')]
  const [before, known] = decode(query.get('pagination_token'))
  if (!known) throw invalidRequest('The `pagination_token` query parameter value is not valid')
  const chosen = list
    .filter((one) => {
      const own = BigInt(one.id)
      const at = Date.parse(one.createdAt)
      return (
        (sinceId === undefined || own > sinceId) &&
        (untilId === undefined || own < untilId) &&
        (before === undefined || own < before) &&
        (start === undefined || at >= start) &&
        (end === undefined || at < end)
      )
    })
    .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1))
  const items = chosen.slice(0, size)
  const last = items.at(-1)
  const next = last && chosen.length > size ? { next_token: encode(last.id) } : {}
  return { items, meta: { result_count: items.length, ...next } }
}

const encode = (id: string) => Buffer.from(`before ${id}`).toString('base64url')

/** The id before which a page begins, and whether the token is valid. */
function decode(token: string | null): [bigint | undefined, boolean] {
  if (token === null) return [undefined, true]
  const [, id] = /^before (\d+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? []
  return id ? [BigInt(id), true] : [undefined, false]
}
