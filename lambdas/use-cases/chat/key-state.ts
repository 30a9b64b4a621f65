/** Shared by all that learn from X what a channel can do with encrypted messages: notes it on the channel. */
import { type ChatState, REPLACED, refusalOf } from '../../core/channels/chat-state.ts'
import type { ChannelStore } from '../../core/ports/channels.ts'
import type { ChatKeyStore, PublicKeys } from '../../core/ports/chat.ts'
import type { Log } from '../../core/ports/platform.ts'
import { XError } from '../../core/ports/x.ts'

export type KeyStateDependencies = {
  chatKeys: Pick<ChatKeyStore, 'saveState'>
  channels: Pick<ChannelStore, 'get'>
  log: Log
}

export function createKeyStates({ chatKeys, channels, log }: KeyStateDependencies) {
  /** Notes what X lists for the account. True if it has newer keys than the channel's. @param version the channel's */
  async function noteListed(channelId: string, version: string, listed: readonly PublicKeys[]): Promise<boolean> {
    const isReplaced = listed.some((one) => isNewer(one.version, version))
    await note(
      channelId,
      isReplaced ? { state: 'replaced_on_x', reason: REPLACED } : { state: 'readable', reason: undefined },
      version,
    )
    return isReplaced
  }

  /** Notes that X refused. @throws the error if X may answer otherwise next time */
  async function noteRefusal(channelId: string, error: unknown): Promise<void> {
    if (!(error instanceof XError) || !isRefusal(error)) throw error
    await note(channelId, refusalOf(error.status ?? 0, error.detail))
  }

  /** A state about another key than the channel has by now is not noted, nor one about a key that was forgotten. */
  async function note(channelId: string, state: Pick<ChatState, 'state' | 'reason'>, version?: string): Promise<void> {
    const known = (await channels.get(channelId))?.chat
    if (!known || known.state === state.state) return
    if (version !== undefined && known.keyVersion !== undefined && known.keyVersion !== version) return
    await chatKeys.saveState(channelId, { ...known, ...state, notified: undefined })
    log({ event: 'chat_key_state', channelId, ...state })
  }

  return { noteListed, noteRefusal }
}

/** Versions are times in digits. */
function isNewer(version: string, than: string): boolean {
  const [one, other] = [version, than].map((text) => (/^\d+$/.test(text) ? BigInt(text) : 0n))
  return (one ?? 0n) > (other ?? 0n)
}

/** X answers, and will answer the same again. */
export function isRefusal({ status }: XError): boolean {
  return status !== null && status >= 400 && status < 500 && status !== 429
}
