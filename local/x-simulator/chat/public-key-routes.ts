import { type Answer, type Call, forbidden, invalidRequest, jsonBody, problem, type Route } from '../http.ts'
import { namedIn, pick } from '../v2-shapes.ts'
import type { World } from '../world.ts'
import { keysOf, nextVersion } from './account-keys.ts'
import { forAccounts } from './chat-access.ts'
import type { AccountKeys } from './chat-state.ts'
import { juiceboxConfigOf } from './juicebox.ts'

/** The public keys of accounts. https://docs.x.com/xchat/introduction */
export const publicKeyRoutes: readonly Route[] = [
  { method: 'GET', path: '/2/users/public_keys', access: 'user', limit: 'chatLookups', handle: forAccounts(several) },
  { method: 'GET', path: '/2/users/:id/public_keys', access: 'user', limit: 'chatLookups', handle: forAccounts(ofOne) },
  {
    method: 'POST',
    path: '/2/users/:id/public_keys',
    access: 'user',
    limit: 'keyRegistrations',
    handle: forAccounts(register),
  },
]

function ofOne(world: World, call: Call): Answer {
  return { status: 200, body: { data: recordsOf(world, call, call.params.id ?? '') } }
}

/** As on X, the answer does not say whose keys they are. */
function several(world: World, call: Call): Answer {
  const ids = call.query.get('ids')?.split(',') ?? []
  if (ids.length < 1 || ids.length > 100) throw invalidRequest('The `ids` query parameter must have 1 to 100 ids')
  return { status: 200, body: { data: ids.flatMap((id) => recordsOf(world, call, id).slice(0, 1)) } }
}

function recordsOf(world: World, call: Call, userId: string): object[] {
  const fields = namedIn(call.query, 'public_key.fields', 'public_key_version')
  return keysOf(world.state, userId).map((keys, index) => {
    const isOwnLatest = index === 0 && userId === call.userId
    return pick(
      { ...recordOf(keys), ...(isOwnLatest ? { juicebox_config: juiceboxConfigOf(world, userId) } : {}) },
      fields,
    )
  })
}

const recordOf = ({ version, publicKey, signingPublicKey, identityPublicKeySignature }: AccountKeys) => ({
  public_key_version: version,
  public_key: publicKey,
  signing_public_key: signingPublicKey,
  identity_public_key_signature: identityPublicKeySignature,
})

/** Registers keys that an app has made. From then on the account's phones cannot read what is written to them. */
function register(world: World, call: Call): Answer {
  if (call.params.id !== call.userId) throw forbidden('You are not permitted to change the keys of this user.')
  const { public_key: given, generate_version: generate, version } = jsonBody(call)
  const text = (name: string) => {
    const value: unknown = typeof given === 'object' && given !== null ? Reflect.get(given, name) : undefined
    if (typeof value !== 'string' || value === '') throw invalidRequest(`$.public_key.${name}: string expected`)
    return value
  }
  const keys: AccountKeys = {
    userId: call.userId ?? '',
    version: generate === true ? nextVersion(world, call.userId ?? '') : String(version),
    privateKeys: '',
    publicKey: text('public_key'),
    signingPublicKey: text('signing_public_key'),
    identityPublicKeySignature: text('identity_public_key_signature'),
  }
  if (!/^\d+$/.test(keys.version)) throw problem(400, 'Invalid Request', '$.version: digits expected')
  world.state.chat.keys.push(keys)
  world.changed()
  const data = { public_key_version: keys.version, juicebox_config: juiceboxConfigOf(world, keys.userId) }
  return { status: 200, body: { data } }
}
