import { chmodSync, lstatSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from './user-error.ts'

/**
 * Takes the rights of group and others from a folder and from all that lies in it. What this process and its children
 * write from now on has none.
 * @throws UserError naming what belongs to another user
 */
export function makePrivate(folder: string): void {
  process.umask(0o077)
  const inside = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
  for (const path of [folder, ...inside]) {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (!stats || stats.isSymbolicLink() || (stats.mode & 0o077) === 0) continue
    try {
      chmodSync(path, stats.mode & 0o700)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error
      throw new UserError(`${path} belongs to another user. DATA_DIR must be a folder of your own.`)
    }
  }
}

/** Writes a file that only its owner may read. The write is atomic: no reader sees half a file. */
export function writePrivateFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}.draft`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, path)
}

/** Reads a text file. Returns undefined if it does not exist. */
export function readFileIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
