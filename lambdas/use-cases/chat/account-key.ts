/** Shared by all use cases that read or write encrypted messages. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { AccountKey, ChatKeyStore, ConversationKeys, StoredAccountKey } from '../../core/ports/chat.ts'
import type { Encryption } from '../../core/ports/platform.ts'
import { userIdOf } from '../../core/x/ids.ts'

/** The key of a channel, opened. */
export type OpenedAccountKey = { readonly key: AccountKey; readonly stored: StoredAccountKey }

/** What the sealed key of an account belongs to: a key of another channel or version does not open. */
export function contextOf(channelId: string, version: string): string {
  return `${channelId} chat key ${version}`
}

/** The key of a channel's account; null if it has none. @throws Error when it does not decrypt */
export async function openAccountKey(
  { chatKeys, encryption }: { chatKeys: Pick<ChatKeyStore, 'accountKey'>; encryption: Pick<Encryption, 'decrypt'> },
  channelId: string,
): Promise<OpenedAccountKey | null> {
  const stored = await chatKeys.accountKey(channelId)
  if (!stored) return null
  const bytes = Buffer.from(await encryption.decrypt(stored.sealed, contextOf(channelId, stored.version)), 'base64')
  return { key: { userId: userIdOf(channelId), version: stored.version, bytes }, stored }
}

const IV_BYTES = 12
const TAG_BYTES = 16

/** The key that seals the keys of a conversation. It follows from that of the account: who forgets one loses the other. */
function sealingKey({ bytes }: AccountKey, context: string): Buffer {
  return Buffer.from(hkdfSync('sha256', bytes, '', `conversation keys ${context}`, 32))
}

/** The keys of a conversation, encrypted. @param context the channel and the customer */
export function sealKeys(account: AccountKey, keys: ConversationKeys, context: string): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(account, context), iv)
  const body = Buffer.concat([cipher.update(JSON.stringify(keys), 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')
}

/** The keys of a conversation; none if they were sealed with another key of the account, which X gives again. */
export function openKeys(account: AccountKey, sealed: string | null, context: string): ConversationKeys {
  if (sealed === null) return {}
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(account, context), bytes.subarray(0, IV_BYTES))
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
    return JSON.parse(text.toString('utf8')) as ConversationKeys
  } catch {
    return {}
  }
}

/** Versions that are kept of a conversation: each change of members or keys makes one. */
const MAX_VERSIONS = 50

/** The newest keys of a conversation. */
export function newestKeys(keys: ConversationKeys): ConversationKeys {
  const byAge = Object.entries(keys).sort(([a], [b]) => Number(BigInt(b) - BigInt(a)))
  return Object.fromEntries(byAge.slice(0, MAX_VERSIONS))
}
