/** A person or account on the simulated X. */
export type User = {
  readonly id: string
  username: string
  name: string
  readonly createdAt: string
  /** Whether others may send direct messages: false makes X refuse them with 403. */
  acceptsMessages: boolean
}

/** A link, mention, hashtag or cashtag in a text, its place in code points of the text as X gives it out. */
export type Entity = { readonly start: number; readonly end: number } & (
  | { readonly type: 'mention'; readonly userId: string; readonly username: string; readonly written: boolean }
  | { readonly type: 'hashtag' | 'cashtag'; readonly tag: string }
  | { readonly type: 'url'; readonly url: string; readonly expandedUrl: string; readonly displayUrl: string }
  /** The link of media to itself. */
  | { readonly type: 'media'; readonly url: string }
)

/** A text as X gives it out: escaped for HTML, with t.co links. `displayStart` is past the mentions that X put before it. */
export type Text = { readonly full: string; readonly displayStart: number; readonly entities: readonly Entity[] }

export type Post = {
  readonly id: string
  readonly authorId: string
  /** As its author wrote it. */
  readonly written: string
  readonly text: Text
  readonly conversationId: string
  readonly inReplyToId: string | null
  readonly inReplyToUserId: string | null
  readonly quotedId: string | null
  readonly mediaIds: readonly string[]
  /** Ids of its earlier versions, oldest first; missing on what was never an edit. */
  readonly edits?: readonly string[]
  readonly createdAt: string
  deletedAt: string | null
}

export type DirectMessage = {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly written: string
  readonly text: Text
  readonly mediaId: string | null
  readonly createdAt: string
  /** The app it was sent with; X tells it only to the sender. */
  readonly appId: string
}

export type EncryptedChat = {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly createdAt: string
}

/** Something uploaded, or attached by a person on X. */
export type Media = {
  readonly id: string
  /** The account that uploaded it; only it may use it. */
  readonly userId: string
  readonly contentType: string
  readonly category: string
  readonly totalBytes: number
  /** The random part of its addresses. */
  readonly key: string
  readonly createdAt: string
  /** Which parts came, until it is finished. */
  segments: number[]
  finished: boolean
}

export type RequestToken = {
  readonly token: string
  readonly secret: string
  readonly callback: string
  userId: string | null
  verifier: string | null
}

/** What lets the app act for an account. */
export type AccessToken = { readonly token: string; readonly secret: string; readonly userId: string }

export type Webhook = { readonly id: string; readonly url: string; valid: boolean; readonly createdAt: string }

/** A subscription of the Account Activity API. */
export type Subscription = { readonly webhookId: string; readonly userId: string }

/** A subscription of the X Activity API. */
export type ActivitySubscription = {
  readonly id: string
  readonly eventType: string
  readonly userId: string | null
  readonly direction: string | null
  tag: string | null
  webhookId: string | null
  readonly createdAt: string
  updatedAt: string
}

/** One attempt to deliver an event: the status it was answered with, or why there was none. */
export type Attempt = { readonly at: string; readonly status: number | null; readonly error: string | null }

export type Delivery = {
  readonly id: string
  readonly createdAt: string
  readonly webhookId: string
  readonly userId: string | null
  /** `tweet_create_events`, `dm.received` … */
  readonly event: string
  /** The very text that is signed and sent. */
  readonly body: string
  /** The replay job that delivers it again; null for the first time. */
  readonly replay: string | null
  readonly attempts: Attempt[]
  /** `held` until it is released, `waiting` for its first or next attempt, `missed` when there never was one. */
  status: 'held' | 'waiting' | 'delivered' | 'failed' | 'missed'
}

/** Deliveries that are not attempted: so many, or all when null, of the kinds that are named, or of every kind. */
export type Drop = { left: number | null; readonly kinds: readonly string[] | null }

export type Limit = { limit: number; windowSeconds: number }

export type Settings = {
  /** Webhooks the app may have. */
  webhookLimit: number
  /** Accounts that may be subscribed with the Account Activity API. */
  subscriptionLimit: number
  /** Whether an app may reply only to who mentioned the account (self-serve, since February 2026). */
  replyRule: boolean
  /** Callback addresses of the app; null approves whatever is on this machine. */
  approvedCallbacks: string[] | null
  limits: { posts: Limit; directMessages: Limit; directMessagesPerDay: Limit; other: Limit }
}

/** Everything that survives a restart. */
export type State = {
  lastId: string
  /** By how much the simulator's clock is ahead, in milliseconds. */
  clockAheadMs: number
  bearer: string | null
  settings: Settings
  users: User[]
  requestTokens: RequestToken[]
  accessTokens: AccessToken[]
  webhooks: Webhook[]
  subscriptions: Subscription[]
  activitySubscriptions: ActivitySubscription[]
  posts: Post[]
  directMessages: DirectMessage[]
  encryptedChats: EncryptedChat[]
  media: Media[]
  /** How much of a limit is used, by limit and account. */
  usage: Record<string, { startedAt: number; used: number }>
  deliveries: Delivery[]
  drop: Drop | null
}

/** Who is there on a fresh start: a shop and two of its customers. */
const seed: readonly Omit<User, 'acceptsMessages'>[] = [
  { id: '1480000000000000001', username: 'demo_shop', name: 'Demo Shop', createdAt: '2022-01-09T01:53:20.000Z' },
  {
    id: '1481000000000000002',
    username: 'demo_customer',
    name: 'Demo Customer',
    createdAt: '2022-01-11T20:06:59.000Z',
  },
  {
    id: '1482000000000000003',
    username: 'demo_neighbour',
    name: 'Demo Neighbour',
    createdAt: '2022-01-14T14:20:39.000Z',
  },
]

/** X as it is before anybody did anything. */
export function freshState(): State {
  return {
    lastId: '0',
    clockAheadMs: 0,
    bearer: null,
    settings: {
      webhookLimit: 1,
      subscriptionLimit: 3,
      replyRule: true,
      approvedCallbacks: null,
      limits: {
        posts: { limit: 100, windowSeconds: 900 },
        directMessages: { limit: 15, windowSeconds: 900 },
        directMessagesPerDay: { limit: 1440, windowSeconds: 86_400 },
        other: { limit: 9_000, windowSeconds: 900 },
      },
    },
    users: seed.map((user) => ({ ...user, acceptsMessages: true })),
    requestTokens: [],
    accessTokens: [],
    webhooks: [],
    subscriptions: [],
    activitySubscriptions: [],
    posts: [],
    directMessages: [],
    encryptedChats: [],
    media: [],
    usage: {},
    deliveries: [],
    drop: null,
  }
}
