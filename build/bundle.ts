import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Metafile, type Plugin } from 'esbuild'
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
 * Bundles one handler into `folder/index.mjs` and chunks beside it. What code imports with `import()` is a chunk of its
 * own, which the process reads when it gets there (docs/decisions/starts.md).
 * @param entry absolute path of the handler
 * @throws esbuild's error when it does not build
 */
export async function bundle(entry: string, folder: string): Promise<Bundle> {
  mkdirSync(folder, { recursive: true })
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [{ in: entry, out: 'index' }],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // Names stay, so stack traces are readable without source maps, which would slow every cold start.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 200,
    treeShaking: true,
    // twitter-text needs the npm package; Node's built-in module of that name logs a deprecation warning at start.
    alias: { punycode: 'punycode/punycode.js' },
    plugins: [evaluateOnFirstUse],
    legalComments: 'none',
    // CommonJS packages in the bundle `require` built-in modules.
    banner: { js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
    metafile: true,
    logLevel: 'warning',
  })
  return { folder, ...sizesOf(metafile) }
}

/**
 * Libraries that pure code calls synchronously, so it cannot wait for an `import()`, and that few events need: the code of
 * the module that stands in for each. `require` stays inside the bundle; esbuild wraps the library into a function.
 */
const standIns: Readonly<Record<string, string>> = {
  'twitter-text':
    "export default new Proxy({}, { get: (_, name) => Reflect.get(require('twitter-text').default, name) })",
  'html-entities':
    "export const encode = (...all) => require('html-entities').encode(...all)\n" +
    "export const decode = (...all) => require('html-entities').decode(...all)",
}

/** Evaluates the libraries of `standIns` at their first use, instead of at every start. */
const evaluateOnFirstUse: Plugin = {
  name: 'evaluate-on-first-use',
  setup({ onResolve, onLoad }) {
    const namespace = 'stand-in'
    onResolve({ filter: /^(twitter-text|html-entities)$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace } : undefined,
    )
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({ contents: standIns[path], resolveDir: root }))
  },
}

function sizesOf({ outputs }: Metafile): Omit<Bundle, 'folder'> {
  const read = new Set<string>()
  const visit = (path: string | undefined) => {
    const output = path === undefined ? undefined : outputs[path]
    if (path === undefined || !output || read.has(path)) return
    read.add(path)
    for (const { path: next, kind } of output.imports) if (kind === 'import-statement') visit(next)
  }
  visit(Object.keys(outputs).find((path) => outputs[path]?.entryPoint && path.endsWith('/index.mjs')))
  const sum = (paths: Iterable<string>) => [...paths].reduce((all, path) => all + (outputs[path]?.bytes ?? 0), 0)
  return { startBytes: sum(read), bytes: sum(Object.keys(outputs)) }
}
