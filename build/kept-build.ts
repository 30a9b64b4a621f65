import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const dayMs = 24 * 3600 * 1000

/**
 * Builds into a folder under `into`, once for the same sources: the folder's name follows from their bytes.
 * @param into absolute path; builds that nobody has asked for in a day are deleted
 * @param sources absolute paths of files and folders; `package-lock.json` always counts, what lies under `into` does not
 * @param build fills the folder that it is given
 * @returns the folder
 * @throws Error whatever `build` throws; nothing is kept then
 */
export async function keptBuild(
  into: string,
  sources: readonly string[],
  build: (outDir: string) => Promise<unknown> | unknown,
): Promise<string> {
  const folder = join(into, fingerprint(into, [...sources, join(root, 'package-lock.json')]))
  if (existsSync(folder)) {
    utimesSync(folder, new Date(), new Date())
    return folder
  }
  mkdirSync(into, { recursive: true })
  const making = mkdtempSync(join(into, 'making-'))
  try {
    await build(making)
    putInPlace(making, folder)
    dropOld(into)
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
  return folder
}

function fingerprint(into: string, sources: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of sources.flatMap(filesIn).sort()) {
    if (path.startsWith(`${into}/`)) continue
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Whole or not at all. When two processes build at once, the first one's folder stays: both built the same. */
function putInPlace(making: string, folder: string): void {
  try {
    renameSync(making, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  }
}

function dropOld(into: string): void {
  for (const name of readdirSync(into)) {
    const usedAtMs = statSync(join(into, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (Date.now() - usedAtMs > dayMs) rmSync(join(into, name), { recursive: true, force: true })
  }
}
