import { type Answer, type Call, invalidRequest, type Route } from './http.ts'
import { unknown } from './item-errors.ts'
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
    limit: 'me',
    handle: (world, call) => answer(world, call, byId(world, call.userId)),
  },
  {
    method: 'GET',
    path: '/2/users',
    access: 'any',
    limit: 'userLookups',
    handle: lookUpSeveral,
  },
  {
    method: 'GET',
    path: '/2/users/by/username/:username',
    access: 'any',
    limit: 'userLookups',
    handle: (world, call) => answer(world, call, findUser(world)(call.params.username ?? ''), 'username'),
  },
  {
    method: 'GET',
    path: '/2/users/:id',
    access: 'any',
    limit: 'userLookups',
    handle: (world, call) => answer(world, call, byId(world, call.params.id)),
  },
]

const byId = ({ state }: World, id: string | null | undefined) => state.users.find((user) => user.id === id)

/** As on X, an unknown user is an error inside a 200. */
function answer(world: World, call: Call, user: User | undefined, parameter = 'id'): Answer {
  if (!user) return { status: 200, body: { errors: [unknown(call.params[parameter] ?? '', 'user', parameter)] } }
  return { status: 200, body: { data: v2Users(world, user.id, call.query) } }
}

function lookUpSeveral(world: World, { query }: Call): Answer {
  const ids = query.get('ids')?.split(',') ?? []
  if (ids.length === 0 || ids.length > 100) {
    throw invalidRequest('The `ids` query parameter value [] is not valid: 1 to 100 ids are required')
  }
  const data = ids.filter((id) => byId(world, id)).map((id) => v2Users(world, id, query))
  const errors = ids.filter((id) => !byId(world, id)).map((id) => unknown(id, 'user', 'ids'))
  return {
    status: 200,
    body: { ...(data.length > 0 ? { data } : {}), ...(errors.length > 0 ? { errors } : {}) },
  }
}
