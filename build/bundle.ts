import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { type FunctionName, functions } from '../lambdas/runtime/resources.ts'

const root = join(import.meta.dirname, '..')

/** A bundle: its folder, and how large it is in bytes. */
export type Bundle = {
  readonly folder: string
  /** What the process reads at start: `index.mjs` and the chunks that it imports statically. */
  readonly startBytes: number
  /** All files, with what is loaded when it is first needed. */
  readonly bytes: number
}

/**
 * Bundles every handler into `outDir/NAME/index.mjs` and returns the folders by function name.
 * CDK deploys these folders and `local/` runs them: the same bundles.
 * @throws esbuild's error when a handler does not build
 */
export async function bundleHandlers(outDir: string): Promise<Record<FunctionName, string>> {
  const names = Object.keys(functions) as FunctionName[]
  const made = await Promise.all(
    names.map(async (name) => {
      const { folder } = await bundle(join(root, `lambdas/handlers/${name}.ts`), join(outDir, name))
      return [name, folder] as const
    }),
  )
  return Object.fromEntries(made) as Record<FunctionName, string>
}

/**
 * Bundles one handler into `folder/index.mjs` and chunks beside it. What code imports with `import()` is in files of its
 * own, which the process reads when it gets there (docs/decisions/starts.md).
 * @param folder is made; empty if it exists
 * @param entry absolute path of the handler
 * @throws esbuild's error when it does not build
 */
export async function bundle(entry: string, folder: string): Promise<Bundle> {
  mkdirSync(folder, { recursive: true })
  const { metafile } = await build({
    ...common,
    entryPoints: [{ in: entry, out: 'index' }],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    chunkNames: '[name]-[hash]',
    format: 'esm',
    plugins: [plainHttp, readOnFirstUse(folder), filesBeside(folder), importedAlone(folder)],
    // CommonJS packages in the bundle `require` built-in modules.
    banner: { js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
    metafile: true,
  })
  return { folder, startBytes: startBytesOf(metafile), bytes: bytesIn(folder) }
}

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  // Names stay, so stack traces are readable without source maps, which would slow every cold start.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 200,
  treeShaking: true,
  // twitter-text needs the npm package; Node's built-in module of that name logs a deprecation warning at start.
  alias: { punycode: 'punycode/punycode.js' },
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions

/**
 * Libraries that few events need and that pure code calls synchronously, so it cannot wait for an `import()`: the code of
 * the module that stands in for each. The library lies beside the bundle as `NAME.cjs` and is read at its first use.
 */
const standIns: Readonly<Record<string, string>> = {
  'twitter-text':
    "export default new Proxy({}, { get: (_, name) => Reflect.get(require('./twitter-text.cjs').default, name) })",
  'html-entities':
    "export const encode = (...all) => require('./html-entities.cjs').encode(...all)\n" +
    "export const decode = (...all) => require('./html-entities.cjs').decode(...all)",
}

/** Puts the stand-ins in place, and each library that the handler uses into its folder. */
function readOnFirstUse(folder: string): Plugin {
  const namespace = 'stand-in'
  return {
    name: 'read-on-first-use',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^(${Object.keys(standIns).join('|')})$`) }, ({ path }) => ({ path, namespace }))
      onResolve({ filter: /.*/, namespace }, ({ path }) => ({ path, external: true }))
      onLoad({ filter: /.*/, namespace }, async ({ path }) => {
        await build({ ...common, entryPoints: [path], outfile: join(folder, `${path}.cjs`), format: 'cjs' })
        return { contents: standIns[path] ?? '' }
      })
    },
  }
}

/**
 * Bundles our own modules that are reached by `import()` each by itself, into `folder/NAME/`. As chunks they would share
 * libraries with the handler, and the handler would read at start what only they use of those. The price: such a module
 * has libraries of its own, so it must share neither classes nor state with the rest (`test/build/bundle.test.ts`).
 */
function importedAlone(folder: string): Plugin {
  return {
    name: 'imported-alone',
    setup({ onResolve }) {
      onResolve({ filter: /^\.+\/.*\.ts$/ }, async ({ path, kind, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined
        const name = basename(path, '.ts')
        await bundle(join(resolveDir, path), join(folder, name))
        return { path: `./${name}/index.mjs`, external: true }
      })
    },
  }
}

/** The WebAssembly of libraries, by its name in `adapters/chat/wasm-files.ts`. */
const wasmFiles = {
  engineFile: '@xdevplatform/chat-xdk/pkg/chat_xdk_wasm_bg.wasm',
  recoveryFile: 'juicebox-sdk/juicebox-sdk_bg.wasm',
} as const

/** Copies the WebAssembly that a bundle uses into its folder: esbuild does not carry it. */
function filesBeside(folder: string): Plugin {
  const namespace = 'wasm-file'
  return {
    name: 'files-beside',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\/wasm-files\.ts$/ }, ({ importer }) => ({
        path: importer.endsWith('/recovery.ts') ? 'recoveryFile' : 'engineFile',
        namespace,
      }))
      onLoad({ filter: /.*/, namespace }, ({ path }) => {
        const file = wasmFiles[path as keyof typeof wasmFiles]
        // Written, not copied: a copy would keep the rights that the package gave it.
        writeFileSync(join(folder, basename(file)), readFileSync(join(root, 'node_modules', file)))
        return { contents: `export const ${path} = new URL('./${basename(file)}', import.meta.url)` }
      })
    },
  }
}

/** An `import` of `node:http` reads all its exports, among them getters that load undici: 15 ms that nobody needs. */
const plainHttp: Plugin = {
  name: 'plain-http',
  setup({ onResolve, onLoad }) {
    const namespace = 'plain-http'
    onResolve({ filter: /^(node:)?http$/ }, () => ({ path: 'node:http', namespace }))
    onLoad({ filter: /.*/, namespace }, () => ({ contents: "module.exports = process.getBuiltinModule('node:http')" }))
  },
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

function startBytesOf({ outputs }: Metafile): number {
  const read = new Set<string>()
  const visit = (path: string): void => {
    if (read.has(path)) return
    read.add(path)
    for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement') visit(next)
  }
  for (const path of Object.keys(outputs)) if (path.endsWith('/index.mjs')) visit(path)
  return [...read].reduce((all, path) => all + (outputs[path]?.bytes ?? 0), 0)
}
