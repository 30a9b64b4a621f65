import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Refusal } from './settings.ts'

const SQLITE_BUSY = 5

/** A data folder that this process has for itself. */
export type Lock = { release(): void }

/**
 * Takes a data folder for this process, creating it when it is missing.
 * The lock is one of the kernel's, held through SQLite: it goes with the process however that ends, so there is
 * nothing stale to take over and no process id that another process could have by now.
 * @throws Refusal when a living process has the folder
 */
export function lockDataDir(dataDir: string): Lock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const lock = tryLock(dataDir)
  if (!lock)
    throw new Refusal(`DATA_DIR ${dataDir} is in use by another process: end that one or choose another folder.`)
  return lock
}

/** Whether a living process has the data folder. */
export function isLocked(dataDir: string): boolean {
  const lock = tryLock(dataDir)
  lock?.release()
  return !lock
}

function tryLock(dataDir: string): Lock | undefined {
  const database = new DatabaseSync(join(dataDir, 'lock'), { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined
    throw error
  }
  return { release: () => database.close() }
}
