import { type Call, invalidRequest } from './http.ts'
import type { World } from './world.ts'

type Sizes = { readonly min: number; readonly max: number; readonly default: number }

/**
 * Returns a page of a list, newest first, within the ids and times of the query.
 * @param sizes the allowed range and the default of `max_results`
 * @throws XError when a query parameter is invalid
 */
export function pageOf<T extends { readonly id: string; readonly createdAt: string }>(
  world: World,
  list: readonly T[],
  call: Call,
  sizes: Sizes,
): { items: T[]; meta: Record<string, unknown> } {
  const size = pageSize(call, sizes)
  const id = (name: string) => {
    const value = call.query.get(name)
    if (value === null) return undefined
    if (!/^\d{1,19}$/.test(value)) throw invalidRequest(`The \`${name}\` query parameter value [${value}] is not valid`)
    return BigInt(value)
  }
  const time = (name: string) => {
    const value = call.query.get(name)
    if (value === null) return undefined
    const ms = Date.parse(value)
    if (Number.isNaN(ms)) throw invalidRequest(`The \`${name}\` query parameter value [${value}] is not valid`)
    return ms
  }
  const [sinceId, untilId, start, end] = [id('since_id'), id('until_id'), time('start_time'), time('end_time')]
  const place = placeOf(world, call)
  const before = place === undefined ? undefined : BigInt(place)
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
  const next = last && chosen.length > size ? { next_token: tokenAt(world, call, last.id) } : {}
  return { items, meta: { result_count: items.length, ...next } }
}

/**
 * The size of a page.
 * @throws XError when `max_results` is outside the range
 */
export function pageSize({ query }: Call, { min, max, default: size }: Sizes): number {
  const given = query.get('max_results')
  const asked = Number(given ?? size)
  if (Number.isInteger(asked) && asked >= min && asked <= max) return asked
  throw invalidRequest(`The \`max_results\` query parameter value [${given}] is not between ${min} and ${max}`)
}

/** The token of the page after an id. It is valid for its list only, until the control expires all tokens. */
export function tokenAt({ state }: World, { path }: Call, id: string): string {
  return Buffer.from(`${state.pageTokens} ${path} ${id}`).toString('base64url')
}

/**
 * The id after which a page begins, or undefined for the first page.
 * @throws XError when the token is unknown or expired
 */
export function placeOf({ state }: World, { path, query }: Call): string | undefined {
  const token = query.get('pagination_token')
  if (token === null) return undefined
  const [generation, list, id = ''] = Buffer.from(token, 'base64url').toString().split(' ')
  if (generation === String(state.pageTokens) && list === path && id !== '') return id
  throw invalidToken()
}

/** The 400 for a page token. */
export const invalidToken = () =>
  invalidRequest('The `pagination_token` query parameter value is not valid: it is unknown or has expired')
