import { createLocalKeyRecovery } from '../adapters/chat/local-recovery.ts'
import type { KeyRecovery } from '../core/ports/chat.ts'

/**
 * The recovery of keys by their PIN. X's key store needs a client of 3 MB, which is loaded with the first call.
 * @param address `juicebox` for X's key store, or the address of a simulator
 */
export function openKeyRecovery(address: string): KeyRecovery {
  if (address !== 'juicebox') return createLocalKeyRecovery(address)
  let opened: Promise<KeyRecovery> | undefined
  return {
    async recover(...call) {
      opened ??= import('../adapters/chat/recovery.ts').then(({ createKeyRecovery }) => createKeyRecovery())
      return (await opened).recover(...call)
    },
  }
}
