import { type ChatSettings, type ChatState, defaultChatSettings, freshChat } from './chat/chat-state.ts'
import { defaultLimits, type Limits } from './limits.ts'

/** A person or account on the simulated X. */
export type User = {
  readonly id: string
  username: string
  name: string
  readonly createdAt: string
  /** False if the person accepts no direct messages: X refuses them with 403. */
  acceptsMessages: boolean
  /** True if only followers see the user's posts. */
  protected: boolean
  /** Ids of the users who see the posts of a protected user. */
  followers: string[]
  /** Ids of the users whose direct messages the user refuses. */
  blocked: string[]
}

/** A link, mention, hashtag or cashtag in a text. `start` and `end` count code points of `Text.full`. */
export type Entity = { readonly start: number; readonly end: number } & (
  | { readonly type: 'mention'; readonly userId: string; readonly username: string; readonly written: boolean }
  | { readonly type: 'hashtag' | 'cashtag'; readonly tag: string }
  | { readonly type: 'url'; readonly url: string; readonly expandedUrl: string; readonly displayUrl: string }
  /** The link to the attached media. */
  | { readonly type: 'media'; readonly url: string }
)

/** A text as X returns it: HTML-escaped, with t.co links. `displayStart` is the end of the mentions that X adds before it. */
export type Text = { readonly full: string; readonly displayStart: number; readonly entities: readonly Entity[] }

export type Post = {
  readonly id: string
  readonly authorId: string
  /** The text as its author wrote it. */
  readonly written: string
  readonly text: Text
  readonly conversationId: string
  readonly inReplyToId: string | null
  readonly inReplyToUserId: string | null
  readonly quotedId: string | null
  /** The post that this one reposts. Missing if it is no repost. */
  readonly repostedId?: string
  readonly mediaIds: readonly string[]
  /** Ids of the earlier versions, oldest first. Missing on the first version. */
  readonly edits?: readonly string[]
  readonly createdAt: string
  deletedAt: string | null
  /** True if the account that began the conversation has hidden this answer. */
  hidden?: boolean
}

export type DirectMessage = {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly written: string
  readonly text: Text
  readonly mediaId: string | null
  readonly createdAt: string
  /** The app that sent it. X names it to the sender only. */
  readonly appId: string
  /** True if its sender has deleted it. The receiver keeps it. */
  deleted?: boolean
}

/** A file that an app uploads or a person attaches. */
export type Media = {
  readonly id: string
  /** The account that uploaded it. Only this account may use it. */
  readonly userId: string
  readonly contentType: string
  readonly category: string
  readonly totalBytes: number
  /** The random part of its URLs. */
  readonly key: string
  readonly createdAt: string
  /** The indexes of the uploaded segments. */
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

/** An OAuth 1.0a access token, with which the app acts for an account. */
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
  /** Missing without a keyword. */
  readonly keyword?: string
  /** The account whose access token created it. Missing if the app created it. */
  readonly madeBy?: string
  tag: string | null
  webhookId: string | null
  readonly createdAt: string
  updatedAt: string
}

/** One attempt to deliver an event: the status of the answer, or the error if there is no answer. */
export type Attempt = { readonly at: string; readonly status: number | null; readonly error: string | null }

export type Delivery = {
  readonly id: string
  readonly createdAt: string
  readonly webhookId: string
  readonly userId: string | null
  /** `tweet_create_events`, `dm.received` … */
  readonly event: string
  /** The exact text that is signed and sent. */
  readonly body: string
  /** The id of the replay job that delivers it. Null for the original delivery. */
  readonly replay: string | null
  readonly attempts: Attempt[]
  /** `held`: until the control releases it. `waiting`: for the first or next attempt. `missed`: never attempted. */
  status: 'held' | 'waiting' | 'delivered' | 'failed' | 'missed'
}

/** Deliveries that the control drops: `left` of them, or all if null; of these kinds, or of all kinds if null. */
export type Drop = { left: number | null; readonly kinds: readonly string[] | null }

export type Settings = ChatSettings & {
  /** How many webhooks the app may have. */
  webhookLimit: number
  /** How many accounts may be subscribed with the Account Activity API. */
  subscriptionLimit: number
  /** How many subscriptions the app may have with the X Activity API. */
  activitySubscriptionLimit: number
  /** How X answers when a subscription of the X Activity API is created: all four answers were seen. */
  createAnswer: 'subscription' | 'flat' | 'list' | 'empty'
  /** The status with which X refuses a subscription that exists. */
  duplicateStatus: 400 | 409
  /** How long a new or changed subscription of the X Activity API delivers nothing. */
  subscriptionDelaySeconds: number
  /** False: X knows no `oauth.revoke`, as in its OpenAPI document, and refuses to subscribe to it. */
  revocationEvents: boolean
  /** Whether X deletes the subscriptions that a token made when its access is taken away. */
  revocationDeletes: boolean
  /** True: `post.reply.create` fires for an answer to an answer too. X's documentation says that it does not. */
  repliesToReplies: boolean
  /** True: the `data` of an event of the X Activity API is a list. */
  eventLists: boolean
  /** The names of fields in events of the X Activity API. */
  eventNames: 'old' | 'new'
  /** The names of fields in answers: always the same, or those in which the query asks. */
  answerNames: 'old' | 'new' | 'asked'
  /** False: X passes over `tweet.fields` and every other value of the old vocabulary. */
  oldDialect: boolean
  /** The form of answers about webhooks: `old` has no `data` after a creation, and `attempted` after a check. */
  webhookAnswers: 'old' | 'new'
  /** How many of the next replay jobs leave out their last event and end as `Incomplete`. */
  incompleteReplays: number
  /** False: a replay brings only what X tried to deliver, not what it held back from an invalid webhook. */
  replayMissed: boolean
  /** True if an app may reply only to people who mention its account (self-serve access since February 2026). */
  replyRule: boolean
  /** The callback addresses of the app. Null approves every address on this machine. */
  approvedCallbacks: string[] | null
  limits: Limits
}

/** The state that survives a restart. */
export type State = {
  lastId: string
  /** How far the simulator's clock is ahead of the real time. */
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
  chat: ChatState
  /** Which account has muted whom. */
  mutes: { readonly userId: string; readonly targetId: string }[]
  media: Media[]
  /** The current window of each rate limit, by limit and account. `startedAt` is in milliseconds. */
  usage: Record<string, { startedAt: number; used: number }>
  deliveries: Delivery[]
  drop: Drop | null
  /** Counts how often the control has expired all page tokens. */
  pageTokens: number
}

/** The users of a new simulator: a shop and two customers. */
const seed: readonly Pick<User, 'id' | 'username' | 'name' | 'createdAt'>[] = [
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

/** What is true of every new user. */
export const newUserFlags = () => ({ acceptsMessages: true, protected: false, followers: [], blocked: [] })

/** The state of a new simulator. */
export function freshState(): State {
  return {
    lastId: '0',
    clockAheadMs: 0,
    bearer: null,
    settings: {
      webhookLimit: 1,
      subscriptionLimit: 3,
      activitySubscriptionLimit: 1_500,
      createAnswer: 'subscription',
      duplicateStatus: 400,
      subscriptionDelaySeconds: 0,
      revocationEvents: true,
      revocationDeletes: true,
      repliesToReplies: false,
      eventLists: false,
      eventNames: 'old',
      answerNames: 'asked',
      oldDialect: true,
      webhookAnswers: 'new',
      incompleteReplays: 0,
      replayMissed: true,
      replyRule: true,
      approvedCallbacks: null,
      ...defaultChatSettings(),
      limits: defaultLimits(),
    },
    users: seed.map((user) => ({ ...newUserFlags(), ...user })),
    requestTokens: [],
    accessTokens: [],
    webhooks: [],
    subscriptions: [],
    activitySubscriptions: [],
    posts: [],
    directMessages: [],
    chat: freshChat(),
    mutes: [],
    media: [],
    usage: {},
    deliveries: [],
    drop: null,
    pageTokens: 0,
  }
}
