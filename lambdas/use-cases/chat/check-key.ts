/**
 * Called by `reconcile` for each connected channel: once a day asks X whether the channel's key for encrypted messages is
 * still the account's, and notes what X says on the channel. When X does not answer, the next run asks.
 */
import type { Channel } from '../../core/channels/channel.ts'
import type { XChat } from '../../core/ports/chat.ts'
import { type AccountTokens, XError } from '../../core/ports/x.ts'
import { createKeyStates, isRefusal, type KeyStateDependencies } from './key-state.ts'

export type KeyCheckDependencies = KeyStateDependencies & { xChat: Pick<XChat, 'publicKeys'> }

const DAY_MS = 24 * 3600_000

export function createKeyCheck(dependencies: KeyCheckDependencies) {
  const { xChat, log } = dependencies
  const { noteListed, noteRefusal } = createKeyStates(dependencies)

  /** Resolves to the ISO time of the last check; undefined if there was none. @param checkedAt that of the one before */
  return async (
    { id, twitterUserId, chat }: Channel,
    tokens: AccountTokens,
    checkedAt: string | undefined,
    now: Date,
  ): Promise<string | undefined> => {
    const version = chat?.keyVersion
    const isDue = checkedAt === undefined || now.getTime() - Date.parse(checkedAt) >= DAY_MS
    if (version === undefined || !isDue) return checkedAt
    try {
      await noteListed(id, version, (await xChat.publicKeys(tokens, twitterUserId)).keys)
    } catch (error) {
      if (!(error instanceof XError)) throw error
      if (!isRefusal(error)) {
        log({ event: 'x_call_failed', list: 'public_keys', channelUserId: twitterUserId, status: error.status })
        return checkedAt
      }
      await noteRefusal(id, error)
    }
    return now.toISOString()
  }
}
