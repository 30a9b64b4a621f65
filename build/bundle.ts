import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { type FunctionName, functions } from '../lambdas/runtime/resources.ts'

const root = join(import.meta.dirname, '..')

/**
 * Bundles every handler into `outDir/NAME/index.mjs` and returns the folders by function name.
 * CDK deploys these folders and `local/` runs them: the same bundles.
 * @throws esbuild's error when a handler does not build
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
    // Names stay, so stack traces are readable without source maps, which would slow every cold start.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 200,
    treeShaking: true,
    // twitter-text needs the npm package; Node's built-in module of that name logs a deprecation warning at start.
    alias: { punycode: 'punycode/punycode.js' },
    legalComments: 'none',
    // CommonJS packages in the bundle `require` built-in modules.
    banner: { js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
    logLevel: 'warning',
  })
  return Object.fromEntries(names.map((name) => [name, join(outDir, name)])) as Record<FunctionName, string>
}
