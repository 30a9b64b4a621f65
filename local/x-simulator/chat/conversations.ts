import type { World } from '../world.ts'
import { ensureKeys, latestKeys, signingKeysOf } from './account-keys.ts'
import type { ChatEvent, ChatState } from './chat-state.ts'
import { type ConversationKey, type DecryptedEvent, withEngine } from './engine.ts'
import { encodeEvent } from './envelope.ts'

type WithChat = { readonly chat: ChatState }

/** The id of a conversation of two people: both ids, the smaller first. */
export const conversationOf = (a: string, b: string): string =>
  [a, b].sort((one, other) => (BigInt(one) < BigInt(other) ? -1 : 1)).join(':')

/** The people of a conversation. */
export const membersOf = ({ chat }: WithChat, conversationId: string): readonly string[] =>
  chat.groups.find(({ id }) => id === conversationId)?.memberIds ?? conversationId.split(':')

/** True once somebody has written an encrypted message. */
export const isEncrypted = ({ chat }: WithChat, a: string, b: string): boolean =>
  chat.events.some(({ conversationId }) => conversationId === conversationOf(a, b))

/** The key changes of a conversation, oldest first. */
export const keyChangesOf = ({ chat }: WithChat, conversationId: string): ChatEvent[] =>
  chat.events.filter((one) => one.kind === 'key_change' && one.conversationId === conversationId)

/** Keeps an event of a conversation. X gives it an id, and writes an envelope around it. */
export function keep(
  world: World,
  event: Omit<ChatEvent, 'id' | 'createdAt' | 'encoded' | 'receivers'> & {
    readonly detail: Buffer
    readonly receivers?: readonly string[]
  },
): ChatEvent {
  const { detail, ...rest } = event
  const { state } = world
  const given = {
    id: world.newId(),
    createdAt: world.now().toISOString(),
    receivers: membersOf(state, event.conversationId),
  }
  const encoded = encodeEvent({ ...given, ...rest }, detail, rest.signature)
  const kept = { ...given, ...rest, encoded }
  state.chat.events.push(kept)
  world.changed()
  return kept
}

/** What somebody's phone shows of an event: the event itself, or why it cannot be read. */
export type Reading =
  | { readonly event: DecryptedEvent; readonly error?: undefined }
  | { readonly event?: undefined; readonly error: string }

/** Reading takes milliseconds and the page asks every second, so each phone reads an event once. */
const readings = new WeakMap<ChatState, Map<string, Reading>>()

/** Reads an event with the latest keys of a person, as their phone does. */
export function readAs(state: WithChat, userId: string, event: ChatEvent): Reading {
  const keys = latestKeys(state, userId)
  if (!keys) return { error: 'This person has no keys.' }
  const known = readings.get(state.chat) ?? new Map<string, Reading>()
  readings.set(state.chat, known)
  const name = `${userId} ${keys.version} ${event.id}`
  const reading = known.get(name) ?? read(state, keys, event)
  known.set(name, reading)
  return reading
}

function read(state: WithChat, keys: Parameters<typeof withEngine>[0], event: ChatEvent): Reading {
  const before = keyChangesOf(state, event.conversationId).map(({ encoded }) => encoded)
  const signers = signingKeysOf(state, membersOf(state, event.conversationId))
  const { messages, errors } = withEngine(keys, (engine) => engine.decryptEvents([...before, event.encoded], signers))
  const found = messages.findLast(({ originalB64 }) => originalB64 === event.encoded)
  return found ? { event: found.event } : { error: errors[String(before.length)] ?? 'It cannot be read.' }
}

/** The keys of a conversation that a person's phone can open, by version, the latest first. */
export function conversationKeysOf(state: WithChat, userId: string, conversationId: string): ConversationKey[] {
  const keys = latestKeys(state, userId)
  if (!keys) return []
  const changes = keyChangesOf(state, conversationId).map(({ encoded }) => encoded)
  const signers = signingKeysOf(state, membersOf(state, conversationId))
  const { conversationKeys } = withEngine(keys, (engine) => engine.decryptEvents(changes, signers))
  return Object.entries(conversationKeys.keys)
    .map(([conversationKeyVersion, conversationKey]) => ({ conversationKeyVersion, conversationKey }))
    .sort((a, b) => Number(b.conversationKeyVersion) - Number(a.conversationKeyVersion))
}

/** True if the latest key of a conversation can be opened with the latest keys of everybody in it. */
export function isKeyCurrent(state: WithChat, conversationId: string): boolean {
  const change = keyChangesOf(state, conversationId).at(-1)
  if (!change) return false
  return membersOf(state, conversationId).every((userId) => {
    const latest = latestKeys(state, userId)
    return (
      latest !== undefined &&
      change.keyVersion === conversationKeysOf(state, userId, conversationId)[0]?.conversationKeyVersion
    )
  })
}

/** The key with which a person's phone writes: the latest one, or a new one if somebody could not open that. */
export function keyToWriteWith(world: World, userId: string, conversationId: string): ConversationKey {
  for (const member of membersOf(world.state, conversationId)) ensureKeys(world, member)
  const [latest] = isKeyCurrent(world.state, conversationId)
    ? conversationKeysOf(world.state, userId, conversationId)
    : []
  return latest ?? changeKey(world, userId, conversationId)
}

/** Changes the key of a conversation: a new key, wrapped for the latest keys of everybody in it. */
export function changeKey(world: World, userId: string, conversationId: string): ConversationKey {
  const { state } = world
  const publicKeys = membersOf(state, conversationId).map((member) => {
    const { publicKey, version } = ensureKeys(world, member)
    return { userId: member, publicKey, keyVersion: version }
  })
  const before = Number(keyChangesOf(state, conversationId).at(-1)?.keyVersion ?? 0)
  const isGroup = conversationId.startsWith('g')
  return withEngine(ensureKeys(world, userId), (engine) => {
    const prepare = () => engine.prepareConversationKeyChange({ publicKeys, ...(isGroup ? { conversationId } : {}) })
    let change = prepare()
    // A version is the millisecond at which it is made, and two changes may fall into one.
    while (Number(change.conversationKeyVersion) <= before) change = prepare()
    for (const { messageId, encodedMessageEventDetail, ...signature } of change.actionSignatures) {
      keep(world, {
        messageId,
        conversationId,
        senderId: userId,
        kind: 'key_change',
        keyVersion: change.conversationKeyVersion,
        detail: Buffer.from(encodedMessageEventDetail, 'base64'),
        signature: {
          signature: signature.signature,
          publicKeyVersion: signature.publicKeyVersion,
          signatureVersion: signature.signatureVersion,
        },
      })
    }
    return change
  })
}
