import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { UserError } from './user-error.ts'

const SQLITE_BUSY = 5

/** Exclusive use of a data folder. */
export type Lock = { release(): void }

/**
 * Locks a data folder for this process. Creates the folder if it is missing.
 * SQLite holds a file lock of the kernel, which ends with the process, also after `kill -9`. So there is no stale
 * lock file to clean up.
 * @throws UserError when another process holds the lock
 */
export function lockDataDir(dataDir: string): Lock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const lock = tryLock(dataDir)
  if (!lock)
    throw new UserError(`DATA_DIR ${dataDir} is in use by another process. Stop that process or choose another folder.`)
  return lock
}

/** True if a process holds the lock of the data folder. */
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
