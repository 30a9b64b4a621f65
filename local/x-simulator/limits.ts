/** How many calls X answers within a window. */
export type Limit = { limit: number; windowSeconds: number }

const quarterHour = (limit: number): Limit => ({ limit, windowSeconds: 900 })
const day = (limit: number): Limit => ({ limit, windowSeconds: 86_400 })

/**
 * X's limits by kind of call: of each account, and with `PerDay`, `PerApp` and `PerAppDay` of each account in a day, of
 * the app, and of the app in a day. https://docs.x.com/x-api/fundamentals/rate-limits
 */
export const defaultLimits = () => ({
  posts: quarterHour(100),
  postsPerAppDay: day(10_000),
  deletions: quarterHour(50),
  moderation: quarterHour(50),
  directMessages: quarterHour(15),
  directMessagesPerDay: day(1_440),
  directMessagesPerAppDay: day(1_440),
  messageDeletions: quarterHour(300),
  messageDeletionsPerDay: day(1_500),
  messageDeletionsPerAppDay: day(4_000),
  messageBlocks: quarterHour(10),
  messageBlocksPerDay: day(400),
  messageBlocksPerApp: quarterHour(25),
  messageBlocksPerAppDay: day(1_000),
  messageLookups: quarterHour(15),
  /** X publishes no limits of encrypted conversations. New keys are refused after a few in a day. */
  chatMessages: quarterHour(450),
  chatLookups: quarterHour(900),
  keyRegistrationsPerDay: day(5),
  mentions: quarterHour(300),
  mentionsPerApp: quarterHour(450),
  timelines: quarterHour(900),
  timelinesPerApp: quarterHour(10_000),
  postLookups: quarterHour(900),
  postLookupsPerApp: quarterHour(450),
  userLookups: quarterHour(900),
  userLookupsPerApp: quarterHour(300),
  me: quarterHour(75),
  uploads: quarterHour(1_875),
  uploadsPerAppDay: day(180_000),
  subscriptionsPerApp: quarterHour(500),
  webhooksPerApp: quarterHour(450),
  replaysPerApp: quarterHour(100),
  /** Of each other call, for which X publishes no limit. */
  other: quarterHour(9_000),
})

export type Limits = ReturnType<typeof defaultLimits>
export type LimitName = keyof Limits

/** The kind of a call: a limit's name without its ending. */
export type CallKind = LimitName extends infer Name ? (Name extends `${infer Kind}Per${string}` ? Kind : Name) : never
