import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Refusal } from '../settings.ts'
import { freshState, type State } from './state.ts'

/** Keeps the state, and the bytes of media beside it. */
export type Storage = {
  readonly state: State
  /** To be called after every change; what came before is on the disk when `flush` returns. */
  changed(): void
  flush(): void
  readonly bytes: { get(mediaId: string): Buffer | undefined; put(mediaId: string, bytes: Buffer): void }
}

/**
 * Storage in a JSON file (media in a folder beside it), or in memory without one.
 * @throws Refusal when the file is there and is not to be read
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
    writeWhole(dataFile, JSON.stringify(worthKeeping(state)))
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
        writeWhole(join(folder, id), bytes)
      },
    },
  }
}

/** What was delivered need not be known after a restart; what is under way must, and what a replay may bring. */
function worthKeeping(state: State): State {
  return { ...state, deliveries: state.deliveries.filter(({ status }) => status !== 'delivered') }
}

function readState(dataFile: string): State {
  const content = readIfThere(dataFile)
  if (!content) return freshState()
  try {
    return { ...freshState(), ...(JSON.parse(content.toString('utf8')) as Partial<State>) }
  } catch {
    throw new Refusal(`${dataFile} is not the state of the X simulator: delete it to start afresh.`)
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

/** Another file takes the old one's place at once: a reader, also after a crash, finds either whole. */
function writeWhole(path: string, content: string | Buffer): void {
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
}
