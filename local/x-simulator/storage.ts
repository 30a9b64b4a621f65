import { openStateFile, type StateFile } from '../state-file.ts'
import { freshState, newUserFlags, type State } from './state.ts'

/** Stores the state and the bytes of media. */
export type Storage = StateFile<State>

/**
 * Opens the storage: a JSON file with a folder of media next to it, or in memory without a file.
 * @throws UserError when the file exists and is not readable
 */
export function openStorage(dataFile: string | undefined): Storage {
  return openStateFile(dataFile, { of: 'the X simulator', complete, kept: withoutDelivered })
}

/** Leaves out successful deliveries. The others are needed after a restart, for retries and replays. */
function withoutDelivered(state: State): State {
  return { ...state, deliveries: state.deliveries.filter(({ status }) => status !== 'delivered') }
}

/** A state with everything that the simulator did not know yet when it wrote the file. */
function complete(stored: Partial<State>): State {
  const fresh = freshState()
  const limits = { ...fresh.settings.limits, ...stored.settings?.limits }
  return {
    ...fresh,
    ...stored,
    chat: { ...fresh.chat, ...stored.chat },
    settings: { ...fresh.settings, ...stored.settings, limits },
    users: (stored.users ?? fresh.users).map((user) => ({ ...newUserFlags(), ...user })),
  }
}
