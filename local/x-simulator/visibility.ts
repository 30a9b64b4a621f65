import type { Post } from './state.ts'
import { userOf } from './user-shapes.ts'
import type { World } from './world.ts'

/**
 * Whether an account sees a post: it exists, and its author is not protected, or is followed by the account.
 * @param viewerId null for the app itself
 */
export function isVisible(world: World, { authorId, deletedAt }: Post, viewerId: string | null): boolean {
  return deletedAt === null && seesPostsOf(world, authorId, viewerId)
}

/** Whether an account may see the posts of a user. */
export function seesPostsOf(world: World, userId: string, viewerId: string | null): boolean {
  const user = userOf(world, userId)
  return !user.protected || viewerId === userId || (viewerId !== null && user.followers.includes(viewerId))
}
