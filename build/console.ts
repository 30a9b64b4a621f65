import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { keptBuild } from './kept-build.ts'

const root = join(import.meta.dirname, '..')
const sources = join(root, 'console')

/**
 * The folder with the files of the console, built from its sources as they are now, or before from the very same.
 * CDK ships it and `local/` serves it.
 * @param onBuild told when it has to be built
 * @throws Error with what the builder said when it does not build
 */
export async function consoleFiles(onBuild: () => void = () => {}): Promise<string> {
  return keptBuild(join(sources, 'dist'), [sources], (outDir) => {
    onBuild()
    return build(outDir)
  })
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
