import { randomBytes } from 'node:crypto'
import { versionsOf } from './post-versions.ts'
import type { Post, User } from './state.ts'
import { compose } from './text.ts'
import { userOf } from './user-shapes.ts'
import { mentionedIn } from './v2-shapes.ts'
import { postCreated, postDeleted } from './webhook-events.ts'
import type { World } from './world.ts'

export type Draft = {
  readonly by: string
  readonly text: string
  readonly inReplyTo?: string | undefined
  readonly quotes?: string | undefined
  readonly mediaIds?: readonly string[] | undefined
}

/** Publishes a post, from an app or from a person, and delivers its events. */
export function publish(world: World, draft: Draft): Post {
  const { state } = world
  const parent = state.posts.find(({ id }) => id === draft.inReplyTo)
  const mediaIds = draft.mediaIds ?? []
  const link = shortLink()
  const space = draft.text === '' && !parent ? '' : ' '
  const find = findUser(world)
  const text = compose({
    written: draft.text,
    before: mentionsBefore(world, draft, parent),
    find,
    shorten: shortLink,
    ending: mediaIds.length > 0 ? { space, link } : undefined,
  })
  const addressed = /^@(\w{1,15})/.exec(draft.text)?.[1]
  const id = world.newId()
  const post: Post = {
    id,
    authorId: draft.by,
    written: draft.text,
    text,
    conversationId: parent?.conversationId ?? id,
    inReplyToId: parent?.id ?? null,
    inReplyToUserId: parent?.authorId ?? (addressed ? (find(addressed)?.id ?? null) : null),
    quotedId: draft.quotes ?? null,
    mediaIds,
    createdAt: world.now().toISOString(),
    deletedAt: null,
  }
  state.posts.push(post)
  world.changed()
  world.emit(postCreated(world, post))
  return post
}

/** Reposts a post. X adds a mention of its author, which counts as none. */
export function repost(world: World, by: string, original: Post): Post {
  const { id: userId, username } = userOf(world, original.authorId)
  const before = 'RT '
  const full = `${before}@${username}: ${original.text.full}`
  const place = { start: before.length, end: before.length + username.length + 1 }
  const id = world.newId()
  const post: Post = {
    id,
    authorId: by,
    written: full,
    text: { full, displayStart: 0, entities: [{ type: 'mention', ...place, userId, username, written: false }] },
    conversationId: id,
    inReplyToId: null,
    inReplyToUserId: null,
    quotedId: null,
    repostedId: original.id,
    mediaIds: [],
    createdAt: world.now().toISOString(),
    deletedAt: null,
  }
  world.state.posts.push(post)
  world.changed()
  world.emit(postCreated(world, post))
  return post
}

/** Publishes a new version of a post and delivers its events. */
export function edit(world: World, post: Post, written: string): Post {
  const earlier = versionsOf(world, post)
  const newest = earlier.at(-1) ?? post
  const parent = world.state.posts.find(({ id }) => id === newest.inReplyToId)
  const ending = newest.text.entities.find((one) => one.type === 'media')
  const text = compose({
    written,
    before: mentionsBefore(world, { by: newest.authorId, text: written }, parent),
    find: findUser(world),
    shorten: shortLink,
    ending: ending && { space: ' ', link: ending.url },
  })
  const edits = earlier.map(({ id }) => id)
  const edited = { ...newest, id: world.newId(), written, text, edits, createdAt: world.now().toISOString() }
  world.state.posts.push(edited)
  world.changed()
  world.emit(postCreated(world, edited))
  return edited
}

/** Deletes a post with all its versions and reposts, and delivers its events. X tells nobody that a repost is gone with it. */
export function remove(world: World, post: Post): void {
  if (post.deletedAt !== null) return
  const at = world.now().toISOString()
  for (const version of versionsOf(world, post)) {
    version.deletedAt = at
    for (const one of world.state.posts) if (one.repostedId === version.id) one.deletedAt ??= at
  }
  world.changed()
  world.emit(postDeleted(world, post))
}

/**
 * The people whom X mentions before the text of a reply: the author of the parent and those whom it mentions, except
 * the replier and those whom the text mentions itself.
 */
export function mentionsBefore(world: World, { by, text }: Draft, parent: Post | undefined): User[] {
  if (!parent) return []
  const lower = text.toLowerCase()
  return [...new Set([parent.authorId, ...mentionedIn(parent)])]
    .filter((id) => id !== by)
    .map((id) => userOf(world, id))
    .filter(({ username }) => !new RegExp(`@${username.toLowerCase()}(?!\\w)`).test(lower))
}

/** Finds users by username, case-insensitively. */
export function findUser({ state }: World): (username: string) => User | undefined {
  return (username) => state.users.find((user) => user.username.toLowerCase() === username.toLowerCase())
}

/** Makes a new t.co link. */
export function shortLink(): string {
  return `https://t.co/${randomBytes(20)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .padEnd(10, 'x')
    .slice(0, 10)}`
}
