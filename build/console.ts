import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { keptBuild } from './kept-build.ts'

const root = join(import.meta.dirname, '..')
const sources = join(root, 'console')
/** The console has it inside. */
const client = join(root, 'client/src')

/**
 * Returns the folder of the built console; builds it unless a build of the same sources exists.
 * CDK deploys this folder and `local/` serves it.
 * @param onBuild called before a build
 * @throws Error with Vite's output when the build fails
 */
export async function consoleFiles(onBuild: () => void = () => {}): Promise<string> {
  return keptBuild(join(sources, 'dist'), [sources, client], (outDir) => {
    onBuild()
    return build(outDir)
  })
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
