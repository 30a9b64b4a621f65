import type { Route } from './http.ts'
import type { Limit } from './state.ts'
import type { World } from './world.ts'

/** Whether a call is within its rate limits, and the headers that say so. https://docs.x.com/fundamentals/rate-limits */
export type Quota = { readonly allowed: boolean; readonly headers: Record<string, string> }

/**
 * Counts a call of an account or of the app. The limit `other` counts each route separately.
 * A window begins with its first call, on the simulator's clock.
 */
export function count(world: World, { limit, method, path }: Route, userId: string | null): Quota {
  const { limits } = world.state.settings
  const who = userId ?? 'app'
  if (limit === 'posts') return countIn(world, [['x-rate-limit', `posts ${who}`, limits.posts]])
  if (limit === 'directMessages') {
    return countIn(world, [
      ['x-rate-limit', `directMessages ${who}`, limits.directMessages],
      ['x-user-limit-24hour', `directMessagesPerDay ${who}`, limits.directMessagesPerDay],
    ])
  }
  return countIn(world, [['x-rate-limit', `${method} ${path} ${who}`, limits.other]])
}

function countIn(world: World, windows: readonly (readonly [string, string, Limit])[]): Quota {
  const { usage } = world.state
  const now = world.now().getTime()
  const current = windows.map(([header, key, limit]) => {
    const before = usage[key]
    const isOver = !before || now >= before.startedAt + limit.windowSeconds * 1000 || now < before.startedAt
    const window = isOver ? { startedAt: now, used: 0 } : before
    usage[key] = window
    return { header, window, limit }
  })
  const allowed = current.every(({ window, limit }) => window.used < limit.limit)
  if (allowed) for (const { window } of current) window.used += 1
  world.changed()
  const headers = current.flatMap(({ header, window, limit }) => [
    [`${header}-limit`, String(limit.limit)],
    [`${header}-remaining`, String(Math.max(0, limit.limit - window.used))],
    [`${header}-reset`, String(Math.ceil(window.startedAt / 1000) + limit.windowSeconds)],
  ])
  return { allowed, headers: Object.fromEntries(headers) }
}
