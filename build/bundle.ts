import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { type FunctionName, functions } from '../lambdas/runtime/resources.ts'

const root = join(import.meta.dirname, '..')

/**
 * Bundles every handler into `outDir/NAME/index.mjs` and returns the folders by name.
 * CDK ships these folders and `local/` runs them, so what is tried on one machine is what AWS gets.
 * @throws Error of esbuild when a handler does not build
 */
export function bundleHandlers(outDir: string): Record<FunctionName, string> {
  const names = Object.keys(functions) as FunctionName[]
  mkdirSync(outDir, { recursive: true })
  buildSync({
    absWorkingDir: root,
    entryPoints: names.map((name) => ({ in: `lambdas/handlers/${name}.ts`, out: `${name}/index` })),
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // Whitespace and syntax are minified, names are not: a stack trace at night must be readable without source maps.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 200,
    treeShaking: true,
    // twitter-text asks for the package of that name, not for Node's own, which warns at every start.
    alias: { punycode: 'punycode/punycode.js' },
    legalComments: 'none',
    // Packages that are CommonJS inside ask for `require` of Node's own modules.
    banner: { js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
    logLevel: 'warning',
  })
  return Object.fromEntries(names.map((name) => [name, join(outDir, name)])) as Record<FunctionName, string>
}
