import type { AccountTokens, ChannelStore, Vault } from './ports.ts'

/** What opens a channel's account; null when it was erased. @throws Error when it does not open */
export async function tokensOf(
  { channels, vault }: { channels: Pick<ChannelStore, 'sealedTokens'>; vault: Pick<Vault, 'open'> },
  channelId: string,
): Promise<AccountTokens | null> {
  const sealed = await channels.sealedTokens(channelId)
  return sealed === null ? null : (JSON.parse(await vault.open(sealed, channelId)) as AccountTokens)
}
