import { type Answer, type Call, forbidden, invalidRequest, jsonBody, problem, type Route } from './http.ts'
import { isVisible } from './visibility.ts'
import type { World } from './world.ts'

/** Hiding answers, muting people and blocking their direct messages. */
export const moderationRoutes: readonly Route[] = [
  { method: 'PUT', path: '/2/tweets/:id/hidden', access: 'user', limit: 'moderation', handle: hide },
  { method: 'POST', path: '/2/users/:id/muting', access: 'user', limit: 'moderation', handle: mute },
  { method: 'DELETE', path: '/2/users/:id/muting/:targetId', access: 'user', limit: 'moderation', handle: unmute },
  { method: 'POST', path: '/2/users/:id/dm/block', access: 'user', limit: 'messageBlocks', handle: block(true) },
  { method: 'POST', path: '/2/users/:id/dm/unblock', access: 'user', limit: 'messageBlocks', handle: block(false) },
]

function hide(world: World, call: Call): Answer {
  const { hidden } = jsonBody(call)
  if (typeof hidden !== 'boolean') throw invalidRequest('$.hidden: boolean expected')
  const post = world.state.posts.find((one) => one.id === call.params.id && isVisible(world, one, call.userId))
  if (!post) throw problem(404, 'Not Found', `Could not find tweet with id: [${call.params.id}].`)
  const first = world.state.posts.find(({ id }) => id === post.conversationId)
  if (post.inReplyToId === null || first?.authorId !== call.userId) {
    throw forbidden('You may only hide replies to conversations that you have started.')
  }
  post.hidden = hidden
  world.changed()
  return { status: 200, body: { data: { hidden } } }
}

function mute(world: World, call: Call): Answer {
  const { target_user_id: targetId } = jsonBody(call)
  const userId = ownId(call)
  const target = existing(world, targetId)
  const { mutes } = world.state
  if (!mutes.some((one) => one.userId === userId && one.targetId === target.id))
    mutes.push({ userId, targetId: target.id })
  world.changed()
  return { status: 200, body: { data: { muting: true } } }
}

function unmute(world: World, call: Call): Answer {
  const userId = ownId(call)
  const target = existing(world, call.params.targetId)
  world.state.mutes = world.state.mutes.filter((one) => one.userId !== userId || one.targetId !== target.id)
  world.changed()
  return { status: 200, body: { data: { muting: false } } }
}

/** Blocks or unblocks the direct messages of the person that the path names. */
function block(blocked: boolean) {
  return (world: World, call: Call): Answer => {
    const own = existing(world, call.userId)
    const person = existing(world, call.params.id)
    const others = own.blocked.filter((id) => id !== person.id)
    own.blocked = blocked ? [...others, person.id] : others
    world.changed()
    return { status: 200, body: { data: { blocked } } }
  }
}

/** The id in the path, which must be that of the account that calls. */
function ownId({ params, userId }: Call): string {
  if (userId === null || params.id !== userId) {
    throw forbidden('The `id` in the path must be that of the authenticated user.')
  }
  return userId
}

function existing(world: World, id: unknown) {
  const user = world.state.users.find((one) => one.id === id)
  if (!user) throw problem(404, 'Not Found', `Could not find user with id: [${String(id)}].`)
  return user
}
