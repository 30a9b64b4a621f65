/**
 * Called by administrators who enter the key of an account, by its PIN or as a file. Promises that only the newest key of
 * that very account is stored, sealed for the channel; PIN and key are in no log and no answer. A failure says what to do.
 */
import { Problem, wrongFields } from '../../core/api/problem.ts'
import type { Channel } from '../../core/channels/channel.ts'
import { attemptsWith, type ChatState, pinRefusal, refusalOf } from '../../core/channels/chat-state.ts'
import { keyInFile } from '../../core/channels/key-file.ts'
import type { ChannelStore } from '../../core/ports/channels.ts'
import type { ChatCipher, ChatKeyStore, KeyRecovery, PublicKeys, XChat } from '../../core/ports/chat.ts'
import type { Clock, Encryption, Log } from '../../core/ports/platform.ts'
import { XError } from '../../core/ports/x.ts'
import { tokensOf } from '../account-tokens.ts'
import { contextOf } from './account-key.ts'

export type EnterKeyDependencies = {
  channels: Pick<ChannelStore, 'encryptedTokens'>
  chatKeys: ChatKeyStore
  encryption: Encryption
  cipher: ChatCipher
  xChat: XChat
  recovery: KeyRecovery
  now: Clock
  log: Log
}

/** What an administrator enters. */
export type EnteredKey = { readonly pin: string } | { readonly keyFile: string }

const NOT_USED =
  'The account has no keys on X. Set up encrypted messages in the X app of the account first; then enter its PIN here.'

export function createKeyEntry(dependencies: EnterKeyDependencies) {
  const { chatKeys, encryption, cipher, xChat, recovery, now, log } = dependencies

  /** Resolves to the state of the channel, with the key stored. @throws Problem 409, 422 or 502 */
  return async (channel: Channel, entered: EnteredKey): Promise<ChatState> => {
    const tokens = channel.status === 'connected' ? await tokensOf(dependencies, channel.id) : null
    if (!tokens) throw new Problem(409, 'the channel is not connected; connect it first')
    const fromFile = 'keyFile' in entered ? keyInFile(entered.keyFile) : null
    if (fromFile && 'flaw' in fromFile) throw wrongFields([{ field: 'keyFile', detail: fromFile.flaw }])
    if ('pin' in entered) checkMayTry(channel)
    const { keys, recoveryConfig } = await askX(channel, () => xChat.publicKeys(tokens, channel.twitterUserId))
    const [newest, ...earlier] = keys
    if (!newest) {
      await note(channel, { ...channel.chat, state: 'not_used_on_x', reason: NOT_USED })
      throw new Problem(409, NOT_USED)
    }
    const key = fromFile ? fromFile.key : await recover(channel, recoveryConfig, 'pin' in entered ? entered.pin : '')
    try {
      await checkOwner(key, newest, earlier, 'pin' in entered ? 'pin' : 'keyFile')
      return await store(channel, key, newest, keys)
    } finally {
      key.fill(0)
    }
  }

  function checkMayTry({ chat, pinAttempts = [] }: Channel): void {
    const refusal = pinRefusal(pinAttempts, chat?.guessesLeft, now())
    if (refusal) throw new Problem(409, refusal)
  }

  async function askX<T>(channel: Channel, call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof XError)) throw error
      if (error.status === null || error.status >= 500 || error.status === 429) {
        throw new Problem(502, 'X does not answer now: try again in a few minutes')
      }
      const state = refusalOf(error.status, error.detail)
      await note(channel, { ...channel.chat, ...state })
      throw new Problem(409, state.reason ?? '')
    }
  }

  /** Each attempt is stored before it is made, so that neither a crash nor another administrator makes it one too many. */
  async function recover(channel: Channel, config: unknown, pin: string): Promise<Uint8Array> {
    const before = channel.chat ?? { state: 'pin_needed' as const }
    const attempts = attemptsWith(channel.pinAttempts ?? [], now())
    if (!(await chatKeys.savePinAttempts(channel.id, channel.pinAttempts, attempts))) {
      throw new Problem(409, 'somebody else is entering a PIN for this channel: look at its state, then try again')
    }
    const result = await recovery.recover(config, pin)
    switch (result.is) {
      case 'recovered':
        return result.key
      case 'unreachable':
        throw new Problem(502, `X's key store does not answer (${result.detail}): try again in a few minutes`)
      case 'not_registered': {
        const reason = "X's key store has no key for this account. Set a PIN in the X app of the account first."
        await note(channel, { ...before, state: 'not_used_on_x', reason })
        throw new Problem(409, reason)
      }
      case 'wrong_pin': {
        const guessesLeft = result.guessesLeft ?? undefined
        const left = guessesLeft === undefined ? '' : `; X accepts ${guessesLeft} more before it destroys the backup`
        // A key that is there still reads what it read.
        const state = before.keyVersion === undefined ? 'pin_needed' : before.state
        await note(channel, { ...before, state, guessesLeft, reason: `The last PIN was wrong${left}.` })
        throw wrongFields([{ field: 'pin', detail: `is wrong${left}` }])
      }
    }
  }

  /** @throws Problem 422 unless the key belongs to the newest public keys of the account */
  async function checkOwner(key: Uint8Array, newest: PublicKeys, earlier: readonly PublicKeys[], field: string) {
    let isNewest: boolean
    try {
      isNewest = await cipher.isKeyOf(key, newest)
    } catch {
      throw wrongFields([{ field, detail: 'holds no key: its bytes are none' }])
    }
    if (isNewest) return
    for (const one of earlier) {
      if (!(await cipher.isKeyOf(key, one))) continue
      throw wrongFields([{ field, detail: 'holds an earlier key of the account, which was replaced on X' }])
    }
    throw wrongFields([{ field, detail: 'holds the key of another account' }])
  }

  async function store(
    channel: Channel,
    key: Uint8Array,
    { version }: PublicKeys,
    publicKeys: readonly PublicKeys[],
  ): Promise<ChatState> {
    const since = now().toISOString()
    const fingerprint = await cipher.fingerprint(key)
    const sealed = await encryption.encrypt(Buffer.from(key).toString('base64'), contextOf(channel.id, version))
    const state: ChatState = { state: 'readable', keyVersion: version, fingerprint, since }
    await chatKeys.saveAccountKey(channel.id, { sealed, version, fingerprint, publicKeys, since }, state)
    log({ event: 'chat_key_state', channelId: channel.id, state: state.state })
    return state
  }

  async function note({ id }: Channel, state: ChatState): Promise<void> {
    await chatKeys.saveState(id, state)
    log({ event: 'chat_key_state', channelId: id, state: state.state, reason: state.reason })
  }
}
