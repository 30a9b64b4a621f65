import type { Route } from './http.ts'
import type { LimitName } from './limits.ts'
import type { World } from './world.ts'

/** Whether a call is within its rate limits, and the headers that say so. https://docs.x.com/x-api/fundamentals/rate-limits */
export type Quota = { readonly allowed: boolean; readonly headers: Record<string, string> }

type Window = { readonly name: LimitName; readonly header: string; readonly who: string }

/** The windows that a kind of call can have: the ending of the limit's name, and the headers that tell it. */
const scopes = [
  { ending: '', header: 'x-rate-limit', isOfApp: false },
  { ending: 'PerApp', header: 'x-rate-limit', isOfApp: true },
  { ending: 'PerDay', header: 'x-user-limit-24hour', isOfApp: false },
  { ending: 'PerAppDay', header: 'x-app-limit-24hour', isOfApp: true },
] as const

/**
 * Counts a call of an account or of the app. Each route is counted by itself.
 * A window begins with its first call, on the simulator's clock.
 * @param userId null if the call has the bearer token
 */
export function count(world: World, route: Route, userId: string | null): Quota {
  const { usage, settings } = world.state
  const now = world.now().getTime()
  const windows = windowsOf(world, route, userId).map(({ name, header, who }) => {
    const limit = settings.limits[name]
    const key = `${name} ${route.method} ${route.path} ${who}`
    const before = usage[key]
    const isOver = !before || now >= before.startedAt + limit.windowSeconds * 1000 || now < before.startedAt
    const window = isOver ? { startedAt: now, used: 0 } : before
    usage[key] = window
    return { header, window, limit }
  })
  const allowed = windows.every(({ window, limit }) => window.used < limit.limit)
  if (allowed) for (const { window } of windows) window.used += 1
  world.changed()
  const remaining = ({ window, limit }: (typeof windows)[number]) => Math.max(0, limit.limit - window.used)
  // Where two windows have the same headers, those of the scarcer one are written last.
  const headers = windows
    .toSorted((a, b) => remaining(b) - remaining(a))
    .flatMap((one) => [
      [`${one.header}-limit`, String(one.limit.limit)],
      [`${one.header}-remaining`, String(remaining(one))],
      [`${one.header}-reset`, String(Math.ceil(one.window.startedAt / 1000) + one.limit.windowSeconds)],
    ])
  return { allowed, headers: Object.fromEntries(headers) }
}

/**
 * The windows in which a call counts. Where X takes tokens of accounts and of the app, the app's 15 minutes count only
 * the calls with the app's token.
 */
function windowsOf({ state }: World, { limit: kind = 'other', access }: Route, userId: string | null): Window[] {
  const { limits } = state.settings
  const isLimit = (name: string): name is LimitName => Object.hasOwn(limits, name)
  const ofApp = userId === null || access === 'user' || !isLimit(kind)
  return scopes.flatMap(({ ending, header, isOfApp }): Window[] => {
    const name = `${kind}${ending}`
    if (!isLimit(name)) return []
    if (name === 'other') return [{ name, header, who: userId ?? 'app' }]
    const who = isOfApp ? (ofApp || ending === 'PerAppDay' ? 'app' : null) : userId
    return who === null ? [] : [{ name, header, who }]
  })
}
