import type { Answer, Call, Route } from './http.ts'
import { findUser } from './posts.ts'
import type { User } from './state.ts'
import { v2Users } from './v2-shapes.ts'
import type { World } from './world.ts'

/** Looking up users. */
export const userRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/2/users/me',
    access: 'user',
    handle: (world, call) => answer(world, call, byId(world, call.userId)),
  },
  {
    method: 'GET',
    path: '/2/users/by/username/:username',
    access: 'any',
    handle: (world, call) => answer(world, call, findUser(world)(call.params.username ?? ''), 'username'),
  },
  {
    method: 'GET',
    path: '/2/users/:id',
    access: 'any',
    handle: (world, call) => answer(world, call, byId(world, call.params.id)),
  },
]

const byId = ({ state }: World, id: string | null | undefined) => state.users.find((user) => user.id === id)

/** As on X, an unknown user is an error inside a 200. */
function answer(world: World, call: Call, user: User | undefined, parameter = 'id'): Answer {
  if (!user) return { status: 200, body: { errors: [unknownUser(call.params[parameter] ?? '', parameter)] } }
  return { status: 200, body: { data: v2Users(world, user.id, call.query) } }
}

/** X's error for an unknown user. */
export const unknownUser = (value: string, parameter = 'id') => ({
  value,
  detail: `Could not find user with ${parameter}: [${value}].`,
  title: 'Not Found Error',
  resource_type: 'user',
  parameter,
  resource_id: value,
  type: 'https://api.twitter.com/2/problems/resource-not-found',
})
