/** Shared by all use cases that call X in an account's name. */
import type { ChannelStore } from '../core/ports/channels.ts'
import type { Encryption } from '../core/ports/platform.ts'
import type { AccountTokens } from '../core/ports/x.ts'

export type TokenDependencies = {
  channels: Pick<ChannelStore, 'encryptedTokens'>
  encryption: Pick<Encryption, 'decrypt'>
}

/**
 * The decrypted tokens of a channel's account; null after they were erased.
 * @throws Error when they do not decrypt
 */
export async function tokensOf(
  { channels, encryption }: TokenDependencies,
  channelId: string,
): Promise<AccountTokens | null> {
  const encrypted = await channels.encryptedTokens(channelId)
  return encrypted === null ? null : decryptedTokens(encryption, channelId, encrypted)
}

/** @throws Error when they do not decrypt */
export async function decryptedTokens(
  encryption: Pick<Encryption, 'decrypt'>,
  channelId: string,
  encrypted: string,
): Promise<AccountTokens> {
  return JSON.parse(await encryption.decrypt(encrypted, channelId)) as AccountTokens
}
