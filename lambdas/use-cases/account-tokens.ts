import type { ChannelStore } from '../core/ports/channels.ts'
import type { Encryption } from '../core/ports/platform.ts'
import type { AccountTokens } from '../core/ports/x.ts'

/** The tokens of a channel's account; null when they were erased. @throws Error when they do not decrypt */
export async function tokensOf(
  {
    channels,
    encryption,
  }: { channels: Pick<ChannelStore, 'encryptedTokens'>; encryption: Pick<Encryption, 'decrypt'> },
  channelId: string,
): Promise<AccountTokens | null> {
  const encrypted = await channels.encryptedTokens(channelId)
  return encrypted === null ? null : (JSON.parse(await encryption.decrypt(encrypted, channelId)) as AccountTokens)
}
