import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UserError } from '../user-error.ts'
import { freshState, newUserFlags, type State } from './state.ts'

/** Stores the state and the bytes of media. */
export type Storage = {
  readonly state: State
  /** Call this after every change of the state. `flush` writes all changes to disk. */
  changed(): void
  flush(): void
  readonly bytes: { get(mediaId: string): Buffer | undefined; put(mediaId: string, bytes: Buffer): void }
}

/**
 * Opens the storage: a JSON file with a folder of media next to it, or in memory without a file.
 * @throws UserError when the file exists and is not readable
 */
export function openStorage(dataFile: string | undefined): Storage {
  return dataFile === undefined ? inMemory() : inFile(dataFile)
}

function inMemory(): Storage {
  const files = new Map<string, Buffer>()
  return {
    state: freshState(),
    changed: () => {},
    flush: () => {},
    bytes: { get: (id) => files.get(id), put: (id, bytes) => void files.set(id, bytes) },
  }
}

function inFile(dataFile: string): Storage {
  const folder = `${dataFile}.media`
  mkdirSync(dirname(dataFile), { recursive: true })
  const state = readState(dataFile)
  let dirty = false
  const flush = () => {
    if (!dirty) return
    dirty = false
    writeAtomically(dataFile, JSON.stringify(withoutDelivered(state)))
  }
  return {
    state,
    flush,
    changed() {
      if (!dirty) setImmediate(flush)
      dirty = true
    },
    bytes: {
      get: (id) => readIfThere(join(folder, id)),
      put(id, bytes) {
        mkdirSync(folder, { recursive: true })
        writeAtomically(join(folder, id), bytes)
      },
    },
  }
}

/** Leaves out successful deliveries. The others are needed after a restart, for retries and replays. */
function withoutDelivered(state: State): State {
  return { ...state, deliveries: state.deliveries.filter(({ status }) => status !== 'delivered') }
}

function readState(dataFile: string): State {
  const content = readIfThere(dataFile)
  if (!content) return freshState()
  try {
    return completed(JSON.parse(content.toString('utf8')) as Partial<State>)
  } catch {
    throw new UserError(`${dataFile} is not a valid state of the X simulator. Delete it and start again.`)
  }
}

/** A state with everything that the simulator did not know yet when it wrote the file. */
function completed(stored: Partial<State>): State {
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

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Replaces a file atomically, so that a crash leaves either the old or the new content. */
function writeAtomically(path: string, content: string | Buffer): void {
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
}
