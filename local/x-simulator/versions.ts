import type { Post } from './state.ts'
import type { World } from './world.ts'

/** How often X lets a post be edited. */
export const mostEdits = 5

/** Every version of a post, oldest first: each has an id and a text of its own. */
export function versionsOf({ state }: World, { id, edits = [] }: Post): Post[] {
  const [first = id] = edits
  return state.posts.filter((one) => one.id === first || one.edits?.[0] === first)
}
