import type { World } from '../world.ts'
import type { AccountKeys, ChatState } from './chat-state.ts'
import { makeKeys, type SigningKey } from './engine.ts'

/** The PIN of accounts that get their keys without anybody choosing one. */
export const defaultPin = '1234'
/** X destroys a backup after so many wrong PINs. */
export const maxGuesses = 20

type WithChat = { readonly chat: ChatState }

/** All versions of an account's keys, the latest first. */
export const keysOf = ({ chat }: WithChat, userId: string): AccountKeys[] =>
  chat.keys.filter((one) => one.userId === userId).reverse()

/** The keys that the account's phones have. Undefined if the account does not use encrypted messages. */
export const latestKeys = (state: WithChat, userId: string): AccountKeys | undefined => keysOf(state, userId)[0]

/** The public keys with which signatures of these people are checked, of all versions. */
export const signingKeysOf = ({ chat }: WithChat, userIds: readonly string[]): SigningKey[] =>
  chat.keys
    .filter(({ userId }) => userIds.includes(userId))
    .map(({ userId, version, publicKey, signingPublicKey, identityPublicKeySignature }) => ({
      userId,
      publicKeyVersion: version,
      publicKey: signingPublicKey,
      identityPublicKey: publicKey,
      identityPublicKeySignature,
    }))

/** Makes new keys for an account, and a backup under a PIN. Earlier keys stay known, but its phones have the new ones. */
export function replaceKeys(world: World, userId: string, pin = defaultPin): AccountKeys {
  const made = makeKeys(userId, nextVersion(world, userId))
  const { chat } = world.state
  chat.keys.push(made)
  setBackup(world, userId, pin)
  return made
}

/** The version of the next keys of an account: the time, and always greater than the version before. */
export function nextVersion({ state, now }: World, userId: string): string {
  const before = Number(latestKeys(state, userId)?.version ?? 0)
  return String(Math.max(now().getTime(), before + 1))
}

export function setBackup(world: World, userId: string, pin: string): void {
  const { chat } = world.state
  chat.backups = [...chat.backups.filter((one) => one.userId !== userId), { userId, pin, guessesLeft: maxGuesses }]
  world.changed()
}

/** The keys of an account, made when it has none. */
export const ensureKeys = (world: World, userId: string): AccountKeys =>
  latestKeys(world.state, userId) ?? replaceKeys(world, userId)
