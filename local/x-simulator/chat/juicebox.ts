import { createHmac } from 'node:crypto'
import type { World } from '../world.ts'
import { latestKeys, maxGuesses } from './account-keys.ts'

/** The one realm of the simulator. X's has several. */
const realm = { id: '0'.repeat(32), address: 'https://realm.example' }
const tokenLifetimeMs = 10 * 60_000

/** The realms of an account's backup, and a short-lived token for each of them. X gives them to the account only. */
export function juiceboxConfigOf(world: World, userId: string) {
  const configuration = {
    realms: [realm],
    register_threshold: 1,
    recover_threshold: 1,
    pin_hashing_mode: 'Standard2019',
  }
  const token = tokenOf(world, userId, world.now().getTime() + tokenLifetimeMs)
  return {
    key_store_token_map_json: JSON.stringify(configuration),
    max_guess_count: maxGuesses,
    token_map: [{ key: realm.id, value: { address: realm.address, token } }],
  }
}

function tokenOf({ consumerSecret }: World, userId: string, expiresAtMs: number): string {
  const content = `${userId}.${expiresAtMs}`
  return `${content}.${createHmac('sha256', consumerSecret).update(content).digest('base64url')}`
}

/** The account of a token. Null if the token is unknown or has expired. */
function accountIn(world: World, token: string): string | null {
  const [userId = '', expiresAtMs = '0'] = token.split('.')
  const isValid = token === tokenOf(world, userId, Number(expiresAtMs)) && world.now().getTime() < Number(expiresAtMs)
  return isValid ? userId : null
}

/** The answer of the realms: the 64 bytes in base64, or why there are none. */
export type Recovered =
  | { readonly key: string }
  | { readonly error: 'invalid_pin'; readonly guessesRemaining: number }
  | { readonly error: 'not_registered' | 'invalid_auth' | 'transient' }

/** Opens the backup of an account's keys with its PIN. Every wrong PIN takes a guess; without any the backup is gone. */
export function recoverKeys(world: World, token: string, pin: string): Recovered {
  const { state } = world
  if (!state.settings.keyRecovery) return { error: 'transient' }
  const userId = accountIn(world, token)
  if (userId === null) return { error: 'invalid_auth' }
  const backup = state.chat.backups.find((one) => one.userId === userId)
  const keys = latestKeys(state, userId)
  if (!backup || !keys || backup.guessesLeft === 0) return { error: 'not_registered' }
  backup.guessesLeft = backup.pin === pin ? maxGuesses : backup.guessesLeft - 1
  world.changed()
  if (backup.pin === pin) return { key: keys.privateKeys }
  return { error: 'invalid_pin', guessesRemaining: backup.guessesLeft }
}
