import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const sources = join(root, 'console')
const built = join(sources, 'dist')

/**
 * Returns the folder of the built console; builds it unless a build of the same sources exists.
 * CDK deploys this folder and `local/` serves it.
 * @param onBuild called before a build
 * @throws Error with Vite's output when the build fails
 */
export async function consoleFiles(onBuild: () => void = () => {}): Promise<string> {
  const folder = join(built, fingerprint())
  if (existsSync(folder)) return folder
  onBuild()
  await mkdir(built, { recursive: true })
  const unfinished = mkdtempSync(join(built, 'unfinished-'))
  try {
    await build(unfinished)
    moveInPlace(unfinished, folder)
    deleteOldBuilds()
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  return folder
}

/** Hash of the console's sources and of the lock file. */
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

/** Runs Vite in a process of its own, because it reads `NODE_ENV` and leaves threads running. */
async function build(outDir: string): Promise<void> {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const args = [vite, 'build', sources, '--config', join(sources, 'vite.config.ts'), '--outDir', outDir]
  const child = spawn(process.execPath, [...args, '--logLevel', 'warn'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`The build of the console failed:\n${output}`)
}

/** Renames, so other processes never see half a build. If another process was faster, its build is the same. */
function moveInPlace(unfinished: string, folder: string): void {
  try {
    renameSync(unfinished, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  }
}

/** Deletes builds older than a day, which no running process serves any more. */
function deleteOldBuilds(): void {
  for (const name of readdirSync(built)) {
    const ageMs = Date.now() - (statSync(join(built, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (ageMs > 24 * 3600 * 1000) rmSync(join(built, name), { recursive: true, force: true })
  }
}
