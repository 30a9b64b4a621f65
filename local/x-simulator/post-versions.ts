import type { Post } from './state.ts'
import type { World } from './world.ts'

/** How many times X lets a post be edited. */
export const maxEdits = 5

/** All versions of a post, oldest first. Each has its own id and text. */
export function versionsOf({ state }: World, { id, edits = [] }: Post): Post[] {
  const [first = id] = edits
  return state.posts.filter((one) => one.id === first || one.edits?.[0] === first)
}
