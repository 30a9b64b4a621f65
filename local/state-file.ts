import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UserError } from './user-error.ts'

/** Keeps the state of a simulated service, and bytes beside it. */
export type StateFile<State> = {
  readonly state: State
  /** Call this after every change of the state. `flush` writes all changes to disk. */
  changed(): void
  flush(): void
  readonly bytes: { get(id: string): Buffer | undefined; put(id: string, bytes: Buffer): void }
}

export type StateFileOptions<State> = {
  /** Whose state it is, for the error: «the X simulator». */
  readonly of: string
  /** The state of a new file, or what a file has with everything that it did not have yet. */
  readonly complete: (stored: Partial<State>) => State
  /** What of the state is written. Default: all of it. */
  readonly kept?: (state: State) => State
}

/**
 * Opens the state: a JSON file with a folder of bytes next to it, or in memory without a file.
 * @throws UserError when the file exists and is not readable
 */
export function openStateFile<State>(dataFile: string | undefined, options: StateFileOptions<State>): StateFile<State> {
  return dataFile === undefined ? inMemory(options) : inFile(dataFile, options)
}

function inMemory<State>({ complete }: StateFileOptions<State>): StateFile<State> {
  const files = new Map<string, Buffer>()
  return {
    state: complete({}),
    changed: () => {},
    flush: () => {},
    bytes: { get: (id) => files.get(id), put: (id, bytes) => void files.set(id, bytes) },
  }
}

function inFile<State>(dataFile: string, options: StateFileOptions<State>): StateFile<State> {
  const folder = `${dataFile}.media`
  const { kept = (state) => state } = options
  mkdirSync(dirname(dataFile), { recursive: true })
  const state = readState(dataFile, options)
  let dirty = false
  const flush = () => {
    if (!dirty) return
    dirty = false
    writeAtomically(dataFile, JSON.stringify(kept(state)))
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

function readState<State>(dataFile: string, { of, complete }: StateFileOptions<State>): State {
  const content = readIfThere(dataFile)
  if (!content) return complete({})
  try {
    return complete(JSON.parse(content.toString('utf8')) as Partial<State>)
  } catch {
    throw new UserError(`${dataFile} is not a valid state of ${of}. Delete it and start again.`)
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
