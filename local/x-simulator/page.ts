import { latestKeys } from './chat/account-keys.ts'
import { type ShownChat, shownChat } from './chat/shown-chat.ts'
import type { Answer, Call } from './http.ts'
import { kindOf, type MediaKind } from './media-files.ts'
import type { Delivery, State } from './state.ts'

/** A picture, GIF or video, and the path that serves it. */
export type ShownMedia = { readonly src: string; readonly kind: MediaKind }

export type ShownUser = {
  readonly id: string
  readonly username: string
  readonly name: string
  /** The colour of the avatar: a CSS class of the page. */
  readonly colour: string
  /** True if the app has an access token of the account. */
  readonly connected: boolean
  /** True if a webhook is subscribed to the account. */
  readonly subscribed: boolean
  /** The version of the keys for encrypted messages, and the PIN of their backup. Null without keys. */
  readonly keys: { readonly version: string; readonly pin: string } | null
}

/** A direct message, or an encrypted one with what only that has. */
export type ShownMessage = Pick<ShownChat, 'id' | 'from' | 'text' | 'media' | 'createdAt'> & {
  readonly chat: Pick<ShownChat, 'quote' | 'edited' | 'reactions' | 'unreadable'> | null
}

export type ShownPost = {
  readonly id: string
  readonly authorId: string
  /** The text as its author wrote it. Empty if the post is deleted. */
  readonly text: string
  /** The usernames that X adds before the text of a reply. */
  readonly replyingTo: readonly string[]
  readonly inReplyToId: string | null
  readonly quotedId: string | null
  readonly media: readonly ShownMedia[]
  readonly createdAt: string
  readonly deleted: boolean
}

export type ShownDelivery = Pick<Delivery, 'id' | 'createdAt' | 'userId' | 'event' | 'status' | 'attempts'> & {
  /** True if a replay job delivers it. */
  readonly replayed: boolean
}

/** The data that the page shows: X as one person sees it, and the state of webhooks and deliveries. */
export type View = {
  /** The simulator's time. */
  readonly now: string
  /** How far the simulator's clock is ahead of the real time. */
  readonly aheadMs: number
  /** The address of the helpdesk's console. Null if unknown. */
  readonly consoleUrl: string | null
  readonly users: readonly ShownUser[]
  /** Between the person and the shop, oldest first. */
  readonly messages: readonly ShownMessage[]
  /** The posts of all people, oldest first. */
  readonly posts: readonly ShownPost[]
  readonly webhooks: readonly { readonly id: string; readonly url: string; readonly valid: boolean }[]
  /** The latest deliveries, newest first. */
  readonly deliveries: readonly ShownDelivery[]
}

const maxShown = { messages: 200, posts: 200, deliveries: 12 }

/** The view of the person `personId`, who writes to the account `shopId`. */
export function viewOf(
  state: Readonly<State>,
  personId: string,
  shopId: string,
  about: Pick<View, 'now' | 'consoleUrl'>,
): View {
  const mediaOf = (ids: readonly (string | null)[]): ShownMedia[] =>
    state.media
      .filter(({ id }) => ids.includes(id))
      .map((media) => ({ src: `/_x/media/${media.id}`, kind: kindOf(media) }))
  const ends = [personId, shopId]
  const subscribed = new Set([...state.subscriptions, ...state.activitySubscriptions].map(({ userId }) => userId))
  return {
    ...about,
    consoleUrl: about.consoleUrl ?? originOf(state.webhooks[0]?.url),
    aheadMs: state.clockAheadMs,
    users: state.users.map(({ id, username, name }) => ({
      id,
      username,
      name,
      colour: colourOf(id),
      connected: state.accessTokens.some(({ userId }) => userId === id),
      subscribed: subscribed.has(id),
      keys: shownKeys(state, id),
    })),
    messages: [
      ...state.directMessages
        .filter(({ from, to }) => from !== to && ends.includes(from) && ends.includes(to))
        .map(({ id, from, written, mediaId, createdAt }) => ({
          id,
          from,
          text: written,
          media: mediaOf([mediaId])[0] ?? null,
          createdAt,
          chat: null,
        })),
      ...shownChat(state, personId, shopId).map(({ quote, edited, reactions, unreadable, ...message }) => ({
        ...message,
        chat: { quote, edited, reactions, unreadable },
      })),
    ]
      .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))
      .slice(-maxShown.messages),
    posts: state.posts.slice(-maxShown.posts).map((post) => {
      const deleted = post.deletedAt !== null
      const replyingTo = post.text.entities.flatMap((one) =>
        one.type === 'mention' && !one.written ? [one.username] : [],
      )
      return {
        id: post.id,
        authorId: post.authorId,
        text: deleted ? '' : post.written,
        replyingTo,
        inReplyToId: post.inReplyToId,
        quotedId: post.quotedId,
        media: deleted ? [] : mediaOf(post.mediaIds),
        createdAt: post.createdAt,
        deleted,
      }
    }),
    webhooks: state.webhooks.map(({ id, url, valid }) => ({ id, url, valid })),
    deliveries: state.deliveries
      .slice(-maxShown.deliveries)
      .reverse()
      .map(({ id, createdAt, userId, event, status, attempts, replay }) => ({
        id,
        createdAt,
        userId,
        event,
        status,
        attempts,
        replayed: replay !== null,
      })),
  }
}

function shownKeys(state: Readonly<State>, userId: string): ShownUser['keys'] {
  const version = latestKeys(state, userId)?.version
  const pin = state.chat.backups.find((one) => one.userId === userId)?.pin ?? ''
  return version === undefined ? null : { version, pin }
}

/** The CSS class of a person's colour, the same on every page. */
export function colourOf(userId: string): string {
  return `hue-${Number(BigInt(userId) % 31n) % 6}`
}

const originOf = (url: string | undefined) => (url === undefined ? null : new URL(url).origin)

/**
 * Answers `GET /page/view?person=ID&shop=ID`, which the page asks for every second. Returns undefined for any other call.
 */
export function answerView(
  state: Readonly<State>,
  call: Pick<Call, 'method' | 'path' | 'query'>,
  about: Pick<View, 'now' | 'consoleUrl'>,
): Answer | undefined {
  if (call.method !== 'GET' || call.path !== '/page/view') return undefined
  const body = viewOf(state, call.query.get('person') ?? '', call.query.get('shop') ?? '', about)
  return { status: 200, body, headers: { 'cache-control': 'no-store' } }
}
