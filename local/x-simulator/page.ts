import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Answer, Call } from './http.ts'
import { kindOf, type MediaKind } from './media-files.ts'
import type { Delivery, State } from './state.ts'

/** A picture, GIF or video, to be had at `/_x/media/ID`. */
export type ShownMedia = { readonly id: string; readonly kind: MediaKind }

export type ShownUser = {
  readonly id: string
  readonly username: string
  readonly name: string
  /** Of the picture that stands for them: a class of the page's style. */
  readonly colour: string
  /** Whether the app has a token for the account. */
  readonly connected: boolean
  /** Whether a webhook is told what concerns the account. */
  readonly subscribed: boolean
}

export type ShownMessage = {
  readonly id: string
  readonly from: string
  /** As it was written. */
  readonly text: string
  readonly media: ShownMedia | null
  readonly createdAt: string
}

export type ShownPost = {
  readonly id: string
  readonly authorId: string
  /** As it was written; empty when it was deleted. */
  readonly text: string
  /** The handles that X put before the text of an answer. */
  readonly before: readonly string[]
  readonly inReplyToId: string | null
  readonly quotedId: string | null
  readonly media: readonly ShownMedia[]
  readonly createdAt: string
  readonly deleted: boolean
}

export type ShownDelivery = Pick<Delivery, 'id' | 'createdAt' | 'userId' | 'event' | 'status' | 'attempts'> & {
  /** Whether a replay brings it again. */
  readonly replayed: boolean
}

/** What the page shows at one moment: X as one person sees it, and what happens behind. */
export type View = {
  /** X's time, and how far it is ahead, in milliseconds. */
  readonly now: string
  readonly aheadMs: number
  /** Where the helpdesk's console is; null as long as nobody said so. */
  readonly consoleUrl: string | null
  readonly users: readonly ShownUser[]
  /** Between the person and the shop, oldest first. */
  readonly messages: readonly ShownMessage[]
  /** Everybody's, oldest first. */
  readonly posts: readonly ShownPost[]
  readonly webhooks: readonly { readonly id: string; readonly url: string; readonly valid: boolean }[]
  /** The latest, newest first. */
  readonly deliveries: readonly ShownDelivery[]
}

/** So many of the latest messages and posts are shown, and of deliveries. */
const shown = { messages: 200, posts: 200, deliveries: 12 }

/** What is shown of the state to `personId`, who writes with `shopId`. */
export function viewOf(
  state: Readonly<State>,
  personId: string,
  shopId: string,
  about: Pick<View, 'now' | 'consoleUrl'>,
): View {
  const mediaOf = (ids: readonly (string | null)[]): ShownMedia[] =>
    state.media.filter(({ id }) => ids.includes(id)).map((media) => ({ id: media.id, kind: kindOf(media) }))
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
    })),
    messages: state.directMessages
      .filter(({ from, to }) => from !== to && ends.includes(from) && ends.includes(to))
      .slice(-shown.messages)
      .map(({ id, from, written, mediaId, createdAt }) => ({
        id,
        from,
        text: written,
        media: mediaOf([mediaId])[0] ?? null,
        createdAt,
      })),
    posts: state.posts.slice(-shown.posts).map((post) => {
      const deleted = post.deletedAt !== null
      const before = post.text.entities.flatMap((one) => (one.type === 'mention' && !one.written ? [one.username] : []))
      return {
        id: post.id,
        authorId: post.authorId,
        text: deleted ? '' : post.written,
        before,
        inReplyToId: post.inReplyToId,
        quotedId: post.quotedId,
        media: deleted ? [] : mediaOf(post.mediaIds),
        createdAt: post.createdAt,
        deleted,
      }
    }),
    webhooks: state.webhooks.map(({ id, url, valid }) => ({ id, url, valid })),
    deliveries: state.deliveries
      .slice(-shown.deliveries)
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

/** The class of a person's colour, the same on every page. */
export function colourOf(userId: string): string {
  return `colour-${Number(BigInt(userId) % 31n) % 6}`
}

const originOf = (url: string | undefined) => (url === undefined ? null : new URL(url).origin)

const files: Readonly<Record<string, string>> = {
  '/': 'index.html',
  ...Object.fromEntries(
    [
      'style.css',
      'icon.svg',
      'picture.svg',
      'send.svg',
      'main.js',
      'backstage.js',
      'calls.js',
      'composer.js',
      'dom.js',
      'messages.js',
      'posts.js',
    ].map((name) => [`/page/${name}`, name]),
  ),
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** For everything that a browser shows: nothing from elsewhere, no script or style in the page itself, no frame around it. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/**
 * The page on which a person is the customer: its files, and `GET /page/view?person=ID&shop=ID`, which it asks for
 * every second. Undefined for any other call.
 */
export function answerPage(
  state: Readonly<State>,
  call: Pick<Call, 'method' | 'path' | 'query'>,
  about: Pick<View, 'now' | 'consoleUrl'>,
): Answer | undefined {
  if (call.method !== 'GET') return undefined
  if (call.path === '/page/view') {
    const body = viewOf(state, call.query.get('person') ?? '', call.query.get('shop') ?? '', about)
    return { status: 200, body, headers: { 'cache-control': 'no-store' } }
  }
  const name = Object.hasOwn(files, call.path) ? files[call.path] : undefined
  if (name === undefined) return undefined
  return {
    status: 200,
    body: readFileSync(join(import.meta.dirname, 'page', name)),
    headers: { ...pageHeaders, 'content-type': types[extname(name)] ?? 'application/octet-stream' },
  }
}
