import { cpSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { keptBuild } from './kept-build.ts'

const root = join(import.meta.dirname, '..')

/**
 * Returns the folder of a built page of `local/`: `main.js`, `main.css` and the files of its folder that are neither
 * scripts nor styles. Builds it unless a build of the same sources exists.
 * @param folder absolute path of its sources; it begins with `main.tsx`
 * @throws esbuild's error when it does not build
 */
export function pageFiles(folder: string): Promise<string> {
  const built = lastBuild.then(() => build(folder))
  lastBuild = built.catch(() => {})
  return built
}

/** One after the other: the end of a build stops the bundler. */
let lastBuild: Promise<unknown> = Promise.resolve()

async function build(folder: string): Promise<string> {
  const name = relative(root, folder).replaceAll('/', '-')
  const sources = [folder, join(root, 'console/src/style'), join(root, 'build/page-files.ts')]
  return keptBuild(join(root, 'node_modules/.cache/pages', name), sources, async (outDir) => {
    const bundler = await import('esbuild')
    const building = bundler.build({
      absWorkingDir: root,
      entryPoints: [join(folder, 'main.tsx')],
      outdir: outDir,
      bundle: true,
      minify: true,
      format: 'esm',
      target: ['es2024', 'chrome120', 'firefox125', 'safari17.5'],
      jsx: 'automatic',
      jsxImportSource: 'preact',
      // Styles name pictures by their address.
      external: ['*.svg'],
      logLevel: 'warning',
    })
    // Otherwise it waits as a process of its own for more to build.
    await building.finally(() => bundler.stop())
    const isServed = (path: string) => !/\.(tsx?|css|json)$/.test(basename(path))
    cpSync(folder, outDir, { recursive: true, filter: isServed })
  })
}
