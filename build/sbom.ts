/**
 * `npm run sbom`: writes the software bill of materials of what is deployed, in CycloneDX, to `cdk.out/sbom.cdx.json`:
 * each package whose code is in a function or in the console, with version and licence.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')

const { values } = parseArgs({ options: { output: { type: 'string', default: join(root, 'cdk.out/sbom.cdx.json') } } })
const handlers = readdirSync(join(root, 'lambdas/handlers')).map((file) => `lambdas/handlers/${file}`)
const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-sbom-'))
try {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...handlers, 'console/src/main.tsx'],
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // As in build/bundle.ts, whose bundles have the same sources.
    alias: { punycode: 'punycode/punycode.js' },
    write: false,
    metafile: true,
  })
  const inputs = join(folder, 'metafile.json')
  writeFileSync(inputs, JSON.stringify(metafile))
  mkdirSync(dirname(values.output), { recursive: true })
  const generator = join(root, 'node_modules/@cyclonedx/cyclonedx-esbuild/bin/cyclonedx-esbuild-cli.js')
  execFileSync(process.execPath, [generator, '--output-reproducible', '--output-file', values.output, inputs], {
    cwd: root,
    stdio: 'inherit',
  })
} finally {
  rmSync(folder, { recursive: true })
}
console.log(`written: ${values.output}`)
