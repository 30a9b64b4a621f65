import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Writes a file that its owner alone may read, all of it or nothing: a reader never meets half a file. */
export function writePrivateFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}.draft`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, path)
}

/** The text of a file, undefined when there is none. */
export function readFileIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
