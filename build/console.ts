import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const sources = join(root, 'console')
const built = join(sources, 'dist')

/**
 * The folder with the files of the console, built from its sources as they are now, or before from the very same.
 * CDK ships it and `local/` serves it.
 * @param onBuild told when it has to be built
 * @throws Error with what the builder said when it does not build
 */
export async function consoleFiles(onBuild: () => void = () => {}): Promise<string> {
  const folder = join(built, fingerprint())
  if (existsSync(folder)) return folder
  onBuild()
  await mkdir(built, { recursive: true })
  const making = mkdtempSync(join(built, 'making-'))
  try {
    await build(making)
    putInPlace(making, folder)
    dropOld()
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
  return folder
}

/** Follows from everything that the files are made of. */
function fingerprint(): string {
  const files = readdirSync(sources, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(`${built}/`))
  const hash = createHash('sha256')
  for (const path of [...files.sort(), join(root, 'package-lock.json')]) {
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}

/** In a process of its own: the builder looks at `NODE_ENV`, and keeps threads. */
async function build(outDir: string): Promise<void> {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const args = [vite, 'build', sources, '--config', join(sources, 'vite.config.ts'), '--outDir', outDir]
  const child = spawn(process.execPath, [...args, '--logLevel', 'warn'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`The console does not build:\n${said}`)
}

/** Whole or not at all; who was faster made the same. */
function putInPlace(making: string, folder: string): void {
  try {
    renameSync(making, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  }
}

/** Builds of other sources, when a day has passed: by then nobody reads them any more. */
function dropOld(): void {
  for (const name of readdirSync(built)) {
    const age = Date.now() - (statSync(join(built, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > 24 * 3600 * 1000) rmSync(join(built, name), { recursive: true, force: true })
  }
}
